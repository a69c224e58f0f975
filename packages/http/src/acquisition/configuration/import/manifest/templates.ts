import type { Constant, Expression, Moment } from '../jinja/index.js'
import {
  constant,
  isTemplate,
  literal,
  NothingThere,
  parseTemplate,
  reduce,
  str,
  TemplateError,
} from '../jinja/index.js'
import { withKnown } from '../emit/known-ways.js'
import type { Way } from '../emit/paths.js'
import type { Component, Value } from './component.js'
import { isComponent } from './component.js'
import type { Lines } from './lines.js'
import { Refusal, refusingAt } from './refusal.js'
import type { Settings } from './settings.js'

/** Reads the templates of components: with their parameters, and with the settings. */
export class Templates {
  readonly settings: Settings
  readonly lines: Lines
  /** When the import is made. */
  readonly now: Moment
  readonly #parsed = new Map<string, Expression>()

  constructor(settings: Settings, lines: Lines, now: Moment) {
    this.settings = settings
    this.lines = lines
    this.now = now
  }

  /** What is left of the value of a key when all that is known has been put in. */
  of(component: Component, key: string, names?: Readonly<Record<string, Expression>>): Expression {
    return refusingAt(this.lines, component, key, () => this.read(component[key], component, { names }))
  }

  /**
   * The same for any value that stands in a component.
   * @throws Refusal for a template that is not understood.
   */
  read(
    value: Value | undefined,
    component: Component,
    {
      names = {},
      isNow = false,
    }: { names?: Readonly<Record<string, Expression>> | undefined; isNow?: boolean } = {},
  ): Expression {
    if (typeof value !== 'string' || !isTemplate(value)) return constant(value)
    const { $parameters: parameters = {} } = component
    try {
      const parsed = this.#parsed.get(value) ?? parseTemplate(value)
      this.#parsed.set(value, parsed)
      return reduce(parsed, {
        setting: path => this.settings.of(path),
        names: { parameters: constant(parameters), ...names },
        ...(isNow && { now: this.now }),
      })
    } catch (error) {
      if (error instanceof NothingThere) return constant(null)
      if (!(error instanceof TemplateError)) throw error
      const settings = this.absentIn(value)
      const about = settings.length > 0 ? 'setting not given' : 'template'
      throw new Refusal(about, `${shown(value)}: ${error.message}`, { settings })
    }
  }

  /** Puts in what `known` knows of ways into values, and works out again what that decides. */
  again(expression: Expression, known: (way: Way) => { readonly value: Constant } | undefined): Expression {
    const filled = withKnown(expression, known)
    if (filled === expression) return expression
    try {
      return reduce(filled, { setting: path => this.settings.of(path), names: {} })
    } catch (error) {
      if (error instanceof NothingThere) return constant(null)
      if (!(error instanceof TemplateError)) throw error
      throw new Refusal('template', error.message)
    }
  }

  /** A value that has to be known at import, as a text. */
  text(component: Component, key: string): string | undefined {
    const found = this.of(component, key)
    if (found.kind !== 'constant') throw this.unknown(component, key, found)
    return found.value === undefined || found.value === null ? undefined : str(found.value)
  }

  /** A value that has to be known at import, as the CDK reads it: "7" is a number. */
  literal(component: Component, key: string): Constant {
    const found = this.of(component, key)
    if (found.kind !== 'constant') throw this.unknown(component, key, found)
    return typeof found.value === 'string' ? literal(found.value) : found.value
  }

  unknown(component: Component, key: string, found: Expression): Refusal {
    const names = settingsIn(found)
    const line = this.lines.of(component, key)
    if (names.length === 0)
      return new Refusal('expression', `${key} changes from request to request`, { line })
    return this.needing(names, `${key} needs a value at import`, line)
  }

  /** The settings of a template that are not set. */
  absentIn(template: Value | undefined): readonly string[] {
    if (typeof template !== 'string') return []
    return configPaths(template).filter(path => {
      const found = this.settings.of(path.split('.'))
      return found.is === 'value' && (found.value === undefined || found.value === null)
    })
  }

  /** Refuses what is made of settings that are not set. */
  notGiven(component: Component, key: string, why: string): Refusal {
    const settings = this.absentIn(component[key])
    return new Refusal('setting not given', `${why}: ${settings.map(one => `--set ${one}=...`).join(' ')}`, {
      line: this.lines.of(component, key),
      settings,
    })
  }

  needing(variables: readonly string[], why: string, line?: number): Refusal {
    const settings = this.settings.variables
      .filter(one => variables.includes(one.variable))
      .map(one => one.setting)
    const flags = settings.map(one => `--set ${one}=...`).join(' ')
    return new Refusal('setting in an expression', `${why}: ${flags}`, { line, settings })
  }
}

/** The variables of the settings that are left in an expression. */
export function settingsIn(expression: Expression): string[] {
  const found = new Set<string>()
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('kind' in value && value.kind === 'setting' && 'variable' in value) found.add(String(value.variable))
    else for (const one of Object.values(value)) walk(one)
  }
  walk(expression)
  return [...found]
}

/** `config['a'].b` as `a.b`. */
function configPaths(template: string): string[] {
  const uses = template.matchAll(
    /\bconfig((?:\[['"]\w+['"]\]|\.get\(\s*['"]\w+['"][^)]*\)|\.(?!get\()\w+)+)/g,
  )
  return [...uses].map(([, steps = '']) =>
    [...steps.matchAll(/\[['"](\w+)['"]\]|\.get\(\s*['"](\w+)['"]|\.(\w+)/g)]
      .map(([, item, got, attribute]) => item ?? got ?? attribute ?? '')
      .join('.'),
  )
}

function shown(template: string): string {
  return template.length <= 60 ? template : `${template.slice(0, 57)}...`
}

/** The mapping that stands under a key. */
export function childOf(component: Component, key: string): Component | undefined {
  const value = component[key]
  return isComponent(value) ? value : undefined
}
