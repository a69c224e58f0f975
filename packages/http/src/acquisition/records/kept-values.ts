import type { Secrets } from '../secrets/index.js'
import { tooDeep } from './depth.js'
import { flattened } from './flatten.js'
import type { MappedRecords } from './mapped-records.js'
import { only, pathTree, without } from './path-tree.js'
import { jsonRedactor } from './redacted-json.js'
import { withSnakeNames } from './snake-case.js'
import type { FieldValue } from './types/field-type.js'
import { Unreadable } from './unreadable.js'

/** Which values of the raw record are kept beside its mapped fields, and under which names. */
export interface KeepRules {
  /** All of them, or what the paths lead to. Default all where there is no mapping, else none. */
  readonly keep?: 'all' | readonly string[] | undefined
  /** Paths to what is left out of them. */
  readonly drop?: readonly string[] | undefined
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
export function dropper(drop: readonly string[] = []): (record: unknown) => unknown {
  if (drop.length === 0) return record => record
  const dropped = [pathTree(drop)]
  return record => without(record, dropped)
}

function clashOf(name: string, wanted: string): string {
  return `${name} keeps its name: another field is called ${wanted}`
}
