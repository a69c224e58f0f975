import type { Template } from '../references/index.js'
import { isBound, referencesOf, renderJson } from '../references/index.js'
import type { Secrets } from '../secrets/index.js'
import { markNumbers } from './decoders/mark-numbers.js'
import { tooDeep } from './depth.js'
import type { AddedValues } from './field-path.js'
import { fieldPath } from './field-path.js'
import type { PageContext } from './page-context.js'
import { jsonRedactor } from './redacted-json.js'
import type { FieldValue } from './types/field-type.js'
import { Unreadable } from './unreadable.js'

/** What a record gets besides what its source says of it. */
export type AddRule =
  | { readonly value: string | number | boolean | null }
  /** Null where a reference has no value. */
  | { readonly template: Template }
  /** Of the raw record, as it is, or of what was added before; null where there is nothing. */
  | { readonly path: string }
  /**
   * JSONata over the raw record and what was added before; partitions and what else is known of the page as
   * `$project`, `$now`.
   */
  | { readonly expr: string }

export type AddRules = Readonly<Record<string, AddRule>>

/** Reads the added fields of a page's records; `computed`: those of its expressions. */
type AddedReader = (
  context: PageContext | undefined,
) => (record: object, computed?: Readonly<Record<string, unknown>>) => AddedValues

const nothing: AddedValues = {}

/** Compiles the rules once. @throws TypeError for a path that is malformed. */
export function addedReader(rules: AddRules, secrets: Secrets): AddedReader {
  const redact = jsonRedactor(secrets)
  const clean = (value: unknown): FieldValue | Unreadable =>
    value instanceof Unreadable ? value : (tooDeep(value) ?? (redact(value ?? null) as FieldValue))
  const names = Object.keys(rules)
  if (names.length === 0) return () => () => nothing
  const paths = new Map(
    Object.entries(rules).flatMap(([name, rule], at) =>
      'path' in rule ? [[name, fieldPath(rule.path, names.slice(0, at))]] : [],
    ),
  )
  return context => {
    const scope = scopeOf(context)
    const fixed = Object.fromEntries(
      Object.entries(rules).flatMap(([name, rule]) =>
        fixedOf(rule, scope).map(value => [name, clean(value)]),
      ),
    )
    return (record, computed = {}) => {
      const added: Record<string, FieldValue | Unreadable> = {}
      for (const name of names) {
        added[name] = Object.hasOwn(fixed, name)
          ? (fixed[name] as FieldValue | Unreadable)
          : clean(paths.has(name) ? paths.get(name)?.(record, added) : computed[name])
      }
      return added
    }
  }
}

/** Those that say what a record is, and not when or by which request it came. */
export function lastingNames(rules: AddRules): string[] {
  return Object.entries(rules)
    .filter(([, rule]) => !('expr' in rule) && !('template' in rule && isOfRun(rule.template)))
    .map(([name]) => name)
}

const rootsOfRun: readonly string[] = ['now', 'run', 'since', 'until']

function isOfRun(template: Template): boolean {
  return referencesOf(template).some(({ root }) => rootsOfRun.includes(root))
}

/** The one value that all records of a page get; none for what is read from each. */
function fixedOf(rule: AddRule, scope: Readonly<Record<string, string>>): readonly unknown[] {
  if ('value' in rule) return [rule.value]
  if (!('template' in rule)) return []
  return [isBound(rule.template, scope) ? valueOfJson(renderJson(rule.template, scope)) : null]
}

/** By reference, as exact JSON. */
export function scopeOf(context: PageContext | undefined): Readonly<Record<string, string>> {
  if (context === undefined) return {}
  const { partition, window, now, run } = context
  const known = Object.entries({ ...window, now, run }).filter(([, text]) => text !== undefined)
  return { ...partition, ...Object.fromEntries(known.map(([name, text]) => [name, JSON.stringify(text)])) }
}

/** As the page parser hands it over: no digit is lost. */
function valueOfJson(json: string): unknown {
  return JSON.parse(markNumbers(json))
}
