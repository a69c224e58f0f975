import type { Secrets } from '../secrets/index.js'
import { tooDeep } from './depth.js'
import { isJsonNumber } from './exact-number.js'
import { flattened } from './flatten.js'
import type { MappedRecords } from './mapped-records.js'
import { only, pathTree, without } from './path-tree.js'
import { jsonRedactor } from './redacted-json.js'
import { withSnakeNames } from './snake-case.js'
import type { FieldValue } from './types/field-type.js'
import { Unreadable } from './unreadable.js'

/** A path; or what has a value or a name, at whatever depth. */
export type DropRule = string | { readonly value: string | boolean | null } | { readonly name: string }

/** Which values of the raw record are kept beside its mapped fields, and under which names. */
export interface KeepRules {
  /** All of them, or what the paths lead to. Default all where there is no mapping, else none. */
  readonly keep?: 'all' | readonly string[] | undefined
  /** What is left out of them. */
  readonly drop?: readonly DropRule[] | undefined
  readonly keys?: 'snakeCase' | undefined
  /** Their objects are taken apart; names are joined by this, `_` for true. */
  readonly flatten?: boolean | string | undefined
}

/** What is told of the page beside its records. */
type Noted = Pick<MappedRecords, 'notes' | 'redactions'>

type Fields = Readonly<Record<string, FieldValue>>

/**
 * Compiles the rules once; undefined where nothing is kept. Numbers stay as the page parser hands them over.
 * @throws TypeError for a path that is malformed.
 */
export function keptReader(
  { keep, drop, keys, flatten }: KeepRules,
  secrets: Secrets,
): ((record: object, page: Noted) => Fields | Unreadable) | undefined {
  if (keep === undefined) return undefined
  const redact = jsonRedactor(secrets)
  const chosen = keep === 'all' ? undefined : [pathTree(keep)]
  const withoutDropped = dropper(drop)
  const separator = flatten === true ? '_' : flatten || undefined
  return (record, page) => {
    const { notes } = page
    const deep = tooDeep(record)
    if (deep instanceof Unreadable) return deep
    let value = withoutDropped(chosen === undefined ? record : (only(record, chosen) ?? {}))
    if (keys === 'snakeCase')
      value = withSnakeNames(value, (name, wanted) => notes.add('KEY_CLASH', name, clashOf(name, wanted)))
    if (separator !== undefined) {
      const onClash = (name: string): void =>
        notes.add('KEY_CLASH', name, `${name} is taken, so its object stays whole`)
      value = flattened(value as Fields, separator, onClash)
    }
    const clean = redact(value)
    if (clean !== value) page.redactions += 1
    return clean as Fields
  }
}

/** Takes what is dropped out of a raw record. */
export function dropper(drop: readonly DropRule[] = []): (record: unknown) => unknown {
  const paths = drop.filter(rule => typeof rule === 'string')
  const anywhere = drop.filter(rule => typeof rule === 'object')
  const tree = paths.length === 0 ? [] : [pathTree(paths)]
  if (anywhere.length === 0) return record => without(record, tree)
  const values = new Set<unknown>(anywhere.flatMap(rule => ('value' in rule ? [rule.value] : [])))
  const names = new Set(anywhere.flatMap(rule => ('name' in rule ? [rule.name] : [])))
  return record => withoutAny(without(record, tree), { values, names })
}

interface Anywhere {
  readonly values: ReadonlySet<unknown>
  readonly names: ReadonlySet<string>
}

/** Of a list only the end can go; in front of it stays null, so that its other items keep their places. */
function withoutAny(value: unknown, dropped: Anywhere): unknown {
  if (typeof value !== 'object' || value === null || isJsonNumber(value)) return value
  if (Array.isArray(value)) {
    const end = value.findLastIndex(item => !dropped.values.has(item)) + 1
    return value.slice(0, end).map(item => (dropped.values.has(item) ? null : withoutAny(item, dropped)))
  }
  const left = Object.entries(value).filter(
    ([name, item]) => !dropped.names.has(name) && !dropped.values.has(item),
  )
  return Object.fromEntries(left.map(([name, item]) => [name, withoutAny(item, dropped)]))
}

function clashOf(name: string, wanted: string): string {
  return `${name} keeps its name: another field is called ${wanted}`
}
