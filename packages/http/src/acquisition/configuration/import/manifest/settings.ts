import type { Constant, SettingType, SettingValue } from '../jinja/index.js'
import type { Component, Value } from './component.js'
import { isComponent, textOf } from './component.js'

/** A setting that the pipeline takes from its environment. */
export interface Variable {
  readonly variable: string
  /** In the manifest's settings: `credentials.client_id`. */
  readonly setting: string
  readonly isSecret: boolean
}

/**
 * The settings of a manifest: those given, those of its specification. One that is required comes from the
 * environment, one with a default has that, and one that is left out is not there.
 */
export class Settings {
  readonly #specification: Component | undefined
  readonly #given: ReadonlyMap<string, string>
  readonly #variables = new Map<string, Variable>()
  readonly #defaults = new Map<string, Constant>()
  readonly #absent = new Set<string>()
  readonly #chosen = new Map<string, string>()

  constructor(specification: Component | undefined, given: Readonly<Record<string, string>>) {
    this.#specification = specification
    this.#given = new Map(Object.entries(given))
  }

  /** Those that were asked for and come from the environment. */
  get variables(): readonly Variable[] {
    return [...this.#variables.values()]
  }

  /** Those that were asked for and have their default. */
  get defaults(): ReadonlyMap<string, Constant> {
    return this.#defaults
  }

  /** Those that were asked for and are not set. */
  get absent(): ReadonlySet<string> {
    return this.#absent
  }

  /** Where one of several ways had to be chosen: its title, by the setting that has them. */
  get chosen(): ReadonlyMap<string, string> {
    return this.#chosen
  }

  /** A variable that its user makes of several settings. @returns its name. */
  madeOf(variable: string, what: string): string {
    this.#variables.set(variable, { variable, setting: what, isSecret: true })
    return variable
  }

  /** Names that were given and that no setting has. */
  unknown(): string[] {
    return [...this.#given.keys()].filter(name => !this.#isKnown(name.split('.')))
  }

  of(path: readonly string[]): SettingValue {
    const setting = path.join('.')
    const schema = this.#schemaOf(path)
    const given = this.#given.get(setting)
    if (given !== undefined) return this.#givenValue(given, setting, schema)
    if (schema === undefined) {
      return this.#specification === undefined ? this.#variable(path, undefined) : this.#notThere(setting)
    }
    if (isGroup(schema)) return { is: 'group' }
    const known = schema['const'] ?? schema['default']
    if (known !== undefined && known !== null) return this.#default(setting, known)
    return this.#isNeeded(path, schema) ? this.#variable(path, schema) : this.#notThere(setting)
  }

  #isKnown(path: readonly string[]): boolean {
    return this.#specification === undefined || this.#schemaOf(path) !== undefined
  }

  #givenValue(given: string, setting: string, schema: Component | undefined): SettingValue {
    const [, variable] = /^\$\{([A-Za-z_]\w*)\}$/.exec(given) ?? []
    if (variable === undefined) return { is: 'value', value: asType(given, schema) }
    const isSecret = schema?.['airbyte_secret'] === true
    this.#variables.set(setting, { variable, setting, isSecret })
    return { is: 'variable', variable, type: typeOf(schema) }
  }

  #variable(path: readonly string[], schema: Component | undefined): SettingValue {
    const setting = path.join('.')
    const variable = variableName(path)
    this.#variables.set(setting, { variable, setting, isSecret: schema?.['airbyte_secret'] === true })
    return { is: 'variable', variable, type: typeOf(schema) }
  }

  #default(setting: string, value: Value): SettingValue {
    this.#defaults.set(setting, value)
    return { is: 'value', value: value as Constant }
  }

  #notThere(setting: string): SettingValue {
    this.#absent.add(setting)
    return { is: 'value', value: undefined }
  }

  /** A secret that need not be given would hardly be in the specification. */
  #isNeeded(path: readonly string[], schema: Component): boolean {
    const parent = this.#schemaOf(path.slice(0, -1)) ?? this.#specification
    const required = parent?.['required']
    const isRequired = Array.isArray(required) && (required as readonly Value[]).includes(path.at(-1) ?? '')
    return isRequired || schema['airbyte_secret'] === true
  }

  #schemaOf(path: readonly string[]): Component | undefined {
    let schema = this.#specification
    for (const [at, key] of path.entries()) {
      const parent = schema === undefined ? undefined : this.#alternative(path.slice(0, at), schema)
      const properties = parent?.['properties']
      const found: Value | undefined = isComponent(properties) ? properties[key] : undefined
      schema = isComponent(found) ? found : undefined
    }
    return schema === undefined ? undefined : this.#alternative(path, schema)
  }

  /** Where a setting can be had in several ways: the one that what is given fits, or else the first. */
  #alternative(path: readonly string[], schema: Component): Component {
    const alternatives = [schema['oneOf'] ?? schema['anyOf'] ?? []].flat().filter(isComponent)
    const [first] = alternatives
    if (first === undefined || !isComponent(first['properties'])) return schema
    const found =
      alternatives.find(one => this.#fits(path, one)) ?? alternatives.find(isDefaultOf(schema)) ?? first
    if (alternatives.length > 1) this.#chosen.set(path.join('.'), textOf(found['title'] ?? 'the first way'))
    return found
  }

  #fits(path: readonly string[], { properties }: Component): boolean {
    const entries = Object.entries(isComponent(properties) ? properties : {}).map(([key, schema]) => {
      const given = this.#given.get([...path, key].join('.'))
      const fixed = isComponent(schema) ? schema['const'] : undefined
      return { given, fixed }
    })
    if (entries.some(({ given, fixed }) => fixed !== undefined && given !== undefined)) {
      return entries.every(
        ({ given, fixed }) => fixed === undefined || given === undefined || given === textOf(fixed),
      )
    }
    return entries.some(({ given }) => given !== undefined)
  }
}

/** The alternative that the default of the setting names. */
function isDefaultOf({ default: preset }: Component): (alternative: Component) => boolean {
  return ({ properties }) =>
    isComponent(preset) &&
    isComponent(properties) &&
    Object.entries(preset).some(([key, value]) => {
      const schema = properties[key]
      return isComponent(schema) && schema['const'] === value
    })
}

function isGroup(schema: Component): boolean {
  return isComponent(schema['properties'])
}

function typesOf(schema: Component | undefined): readonly Value[] {
  return [schema?.['type'] ?? []].flat()
}

function typeOf(schema: Component | undefined): SettingType {
  const types = typesOf(schema)
  if (types.includes('array')) return 'list'
  if (types.includes('boolean')) return 'boolean'
  return types.includes('integer') || types.includes('number') ? 'number' : 'text'
}

function asType(text: string, schema: Component | undefined): Constant {
  const types = typesOf(schema)
  if (types.includes('integer') || types.includes('number')) return text.trim() === '' ? text : Number(text)
  if (types.includes('boolean')) return text === 'true'
  if (types.includes('array') && !text.startsWith('[')) return text.split(',').map(one => one.trim())
  if (types.includes('array') || types.includes('object')) return JSON.parse(text) as Constant
  return text
}

/** `credentials.clientId` becomes `CREDENTIALS_CLIENT_ID`. */
function variableName(path: readonly string[]): string {
  const name = path
    .join('_')
    .replace(/(?<=[a-z\d])(?=[A-Z])/g, '_')
    .replace(/\W+/g, '_')
    .toUpperCase()
  return /^\d/.test(name) ? `_${name}` : name
}
