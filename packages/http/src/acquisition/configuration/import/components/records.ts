import type { Expression } from '../jinja/index.js'
import { str } from '../jinja/index.js'
import { conditionOf } from '../emit/conditions.js'
import type { Condition } from '../emit/conditions.js'
import { pathText } from '../emit/paths.js'
import { rulesOf } from '../emit/record-rules.js'
import type { Json } from '../emit/values.js'
import type { Component, Value } from '../manifest/component.js'
import { componentsOf, textOf } from '../manifest/component.js'
import { Refusal, refusingAt } from '../manifest/refusal.js'
import type { Templates } from '../manifest/templates.js'
import { childOf } from '../manifest/templates.js'
import { holds } from './known-condition.js'

/** Where the records of a page are, and which of them are taken. */
export interface Selection {
  /** The path, as keys; `*` for each. */
  readonly keys: readonly (string | number)[]
  readonly where: readonly Json[]
  /** The filter leaves out what is older than what is asked for, by this field. */
  readonly sinceField?: string | undefined
}

/** Converts a record selector. @throws Refusal for one that has no counterpart. */
export function selectionOf(selector: Component, templates: Templates): Selection {
  const extractor = childOf(selector, 'extractor')
  if (extractor === undefined) throw new Refusal('records', 'there is no extractor')
  const keys = refusingAt(templates.lines, extractor, 'type', () => extractorKeys(extractor, templates))
  const filter = childOf(selector, 'record_filter')
  if (filter === undefined) return { keys, where: [] }
  return refusingAt(templates.lines, filter, 'condition', () => ({ keys, ...filterOf(filter, templates) }))
}

function extractorKeys(extractor: Component, templates: Templates): readonly (string | number)[] {
  const { class_name: custom, type, field_path: path } = extractor
  if (custom !== undefined) throw new Refusal('custom component', `extractor ${textOf(custom)}`)
  if (type !== 'DpathExtractor') throw new Refusal('records', `${textOf(type)} has no counterpart`)
  if (extractor['record_expander'] !== undefined) throw new Refusal('records', 'records are expanded')
  const steps = Array.isArray(path) ? (path as readonly Value[]) : [path]
  return steps.flatMap(step => {
    const read = templates.read(step, extractor)
    if (read.kind !== 'constant') throw templates.unknown(extractor, 'field_path', read)
    const text = read.value === undefined || read.value === null ? '' : str(read.value)
    if (text.includes('**')) throw new Refusal('records', 'a path with ** has no counterpart')
    return text === '' ? [] : [/^\d+$/.test(text) ? Number(text) : text]
  })
}

/** What stands there may be a list or a single record; with a `*` it is each of several. */
export function recordsPlace(keys: readonly (string | number)[]): Json {
  const path = recordsPath(keys)
  if (keys.includes('*')) return path
  return { ...(path !== '' && { path }), shape: 'any' }
}

/** `data.*.items`. */
function recordsPath(keys: readonly (string | number)[]): string {
  return keys.reduce<string>((path, key) => {
    if (key === '*') return path === '' ? '*' : `${path}.*`
    const step = pathText([key])
    return path === '' || step.startsWith('[') ? path + step : `${path}.${step}`
  }, '')
}

function filterOf(filter: Component, templates: Templates): Pick<Selection, 'where' | 'sinceField'> {
  if (filter['class_name'] !== undefined)
    throw new Refusal('custom component', `record filter ${textOf(filter['class_name'])}`)
  const read = templates.of(filter, 'condition')
  if (read.kind === 'constant') return { where: rulesOf({ always: holds(read.value) }, 'record') }
  const { rest, sinceField } = withoutSince(conditionOf(read))
  return { where: rulesOf(rest, 'record'), sinceField }
}

/** What is older than what is asked for is left out by `since` itself. */
function withoutSince(condition: Condition): { readonly rest: Condition; readonly sinceField?: string } {
  const parts = 'all' in condition ? condition.all : [condition]
  const since = parts.find(one => 'is' in one && one.is === 'since')
  if (since === undefined || !('way' in since)) return { rest: condition }
  return { rest: { all: parts.filter(one => one !== since) }, sinceField: pathText(since.way.keys) }
}

type Lift = Readonly<Record<'path', string> & Partial<Record<'prefix' | 'suffix' | 'drop', string>>>
type Drop = string | { readonly [rule in 'value' | 'name']?: string }

/** How records are changed. */
export interface Changes {
  readonly add: Readonly<Record<string, Json>>
  readonly drop: readonly Drop[]
  readonly keys?: string | undefined
  readonly flatten?: Json | undefined
  /** Objects whose fields become fields of the record. */
  readonly lift: readonly Lift[]
  /** Where an added field stands in the raw record, or the reference that it is. */
  readonly sources: ReadonlyMap<string, string>
  readonly notes: readonly string[]
}

/** For values of fields: what a template becomes. */
export type FieldValue = (
  field: Component,
  /** What has to hold for the field to be added. */
  test: Expression | undefined,
) => Json | undefined

/** Converts transformations. @throws Refusal for one that has no counterpart. */
export function changesOf(
  transformations: Value | undefined,
  templates: Templates,
  fieldValue: FieldValue,
): Changes {
  const reader = new ChangesReader(templates, fieldValue)
  for (const one of componentsOf(transformations)) {
    refusingAt(templates.lines, one, 'type', () => reader.read(one))
  }
  return reader
}

class ChangesReader implements Changes {
  readonly add: Record<string, Json> = {}
  readonly drop: Drop[] = []
  readonly lift: Lift[] = []
  readonly sources = new Map<string, string>()
  readonly notes: string[] = []
  keys?: string
  flatten?: Json
  readonly #templates: Templates
  readonly #fieldValue: FieldValue

  constructor(templates: Templates, fieldValue: FieldValue) {
    this.#templates = templates
    this.#fieldValue = fieldValue
  }

  read(component: Component): void {
    const { type, class_name: custom, condition } = component
    if (custom !== undefined) throw new Refusal('custom component', `transformation ${textOf(custom)}`)
    const test =
      condition === undefined || condition === '' ? undefined : this.#templates.of(component, 'condition')
    if (test?.kind === 'constant' && !holds(test.value)) return
    const isSometimes = test !== undefined && test.kind !== 'constant'
    if (isSometimes && type === 'RemoveFields' && isEverywhere(component) && isOfEmptyText(test)) {
      this.drop.push({ value: '' })
      return
    }
    if (isSometimes && type !== 'AddFields')
      throw new Refusal('transformation', 'a transformation under a condition')
    switch (type) {
      case 'AddFields':
        for (const field of componentsOf(component['fields']))
          this.#addField(field, isSometimes ? test : undefined)
        return
      case 'RemoveFields':
        this.#removeFields(component)
        return
      case 'KeysToSnakeCase':
        this.keys = 'snakeCase'
        return
      case 'DpathFlattenFields':
        this.lift.push(this.#lifted(component))
        return
      case 'FlattenFields':
        this.flatten = true
        return
      default:
        throw new Refusal('transformation', `${textOf(type)} has no counterpart`)
    }
  }

  #addField(field: Component, test: Expression | undefined): void {
    const path = this.#path(field, 'path')
    if (path.length > 1) throw new Refusal('transformation', 'a field is added within another')
    const name = pathText(path)
    const value = refusingAt(this.#templates.lines, field, 'value', () => this.#fieldValue(field, test))
    const dropped = this.drop.indexOf(name)
    if (dropped >= 0) this.drop.splice(dropped, 1)
    if (value === undefined) return
    if (Object.hasOwn(this.add, name)) this.#checkOnce(name, value)
    this.add[name] = value
    this.sources.set(name, sourceOf(value))
  }

  /** What refers to a field means the value that it has by then; here it has one. */
  #checkOnce(name: string, value: Json): void {
    const names = Object.keys(this.add)
    const since = [value, ...names.slice(names.indexOf(name) + 1).map(later => this.add[later])]
    if (JSON.stringify(since).includes(name))
      throw new Refusal('computed field', `${name} is added twice, and its first value is needed`)
    delete this.add[name]
  }

  /** It comes first here, so that what stands before it must not depend on it. */
  #lifted(component: Component): Lift {
    const keys = this.#path(component, 'field_path')
    const names = childOf(component, 'key_transformation')
    const [prefix = '', suffix = ''] = (['prefix', 'suffix'] as const).map(key =>
      names === undefined ? undefined : this.#templates.text(names, key),
    )
    const drop =
      component['replace_record'] === true
        ? 'rest'
        : component['delete_origin_value'] === true
          ? 'origin'
          : undefined
    const isFirst = Object.keys(this.add).length + this.drop.length === 0 && this.keys === undefined
    if (!isFirst && (prefix === '' || drop !== undefined || this.keys !== undefined))
      throw new Refusal('transformation', 'an object is flattened after other fields were changed')
    if (keys.some(key => key.includes('*')))
      throw new Refusal('transformation', 'what is flattened is told by a pattern')
    return {
      path: pathText(keys),
      ...(prefix !== '' && { prefix }),
      ...(suffix !== '' && { suffix }),
      ...(drop !== undefined && { drop }),
    }
  }

  #removeFields(component: Component): void {
    const { field_pointers: pointers } = component
    if (!Array.isArray(pointers)) throw new Refusal('transformation', 'field_pointers is no list')
    for (const pointer of pointers as readonly Value[]) {
      const keys = this.#path({ ...component, pointer }, 'pointer')
      this.drop.push(droppedBy(keys))
      delete this.add[pathText(keys)]
    }
  }

  #path(component: Component, key: string): readonly string[] {
    const path = component[key]
    return (Array.isArray(path) ? (path as readonly Value[]) : [path]).map(step => {
      const read = this.#templates.read(step, component)
      if (read.kind !== 'constant') throw this.#templates.unknown(component, key, read)
      return str(read.value)
    })
  }
}

/** `*` is each of an object or a list, `**` in front of a name any depth. */
function droppedBy(keys: readonly string[]): Drop {
  const [first, second = '', ...more] = keys
  if (first === '**' && more.length === 0 && second !== '' && !second.includes('*')) return { name: second }
  if (keys.some(key => key !== '*' && key.includes('*')))
    throw new Refusal('transformation', 'fields are removed by a pattern')
  return keys
    .map((key, at) => {
      if (key === '*') return at === 0 ? '*' : '.*'
      return at === 0 ? pathText([key]) : pathText(['x', key]).slice(1)
    })
    .join('')
}

function isEverywhere({ field_pointers: pointers }: Component): boolean {
  return JSON.stringify(pointers) === '[["**"]]'
}

/** `property == ''`. */
function isOfEmptyText(test: Expression): boolean {
  const { way, is, values } = conditionOf(test) as Partial<Extract<Condition, { is: 'one of' }>>
  return (
    is === 'one of' && way?.root === 'property' && way.keys.length === 0 && JSON.stringify(values) === '[""]'
  )
}

/** Where the value comes from, where that is one place: a path of the record, or `{project.id}`. */
function sourceOf(value: Json): string {
  if (typeof value === 'string' && /^\{[^{}]+\}$/.test(value)) return value
  if (typeof value === 'object' && value !== null && 'path' in value && typeof value.path === 'string')
    return value.path
  return ''
}
