import { compilePath } from '../references/index.js'
import { isRecord } from './is-record.js'
import { pathTree, without } from './path-tree.js'

/** An object whose fields become fields of the record: before all else that reads it. */
export interface LiftRule {
  readonly path: string
  /** Stands in front of their names. Default nothing. */
  readonly prefix?: string | undefined
  /** Stands behind their names. Default nothing. */
  readonly suffix?: string | undefined
  /** What becomes of the rest: `origin` leaves out the object, `rest` all but its fields. Default nothing is. */
  readonly drop?: 'origin' | 'rest' | undefined
}

/**
 * Rows with the fields that the rules lift, one rule after the other. A lifted field wins over one of its name. What is
 * no object stays where it is. @throws TypeError for a path that is malformed.
 */
export function rowLifter(rules: readonly LiftRule[] = []): (rows: Iterable<unknown>) => Iterable<unknown> {
  if (rules.length === 0) return rows => rows
  const lifts = rules.map(lifter)
  const lifted = (row: unknown): unknown =>
    isRecord(row) ? lifts.reduce<object>((record, lift) => lift(record), row) : row
  return rows => (Array.isArray(rows) ? rows.map(lifted) : mapped(rows, lifted))
}

function* mapped(rows: Iterable<unknown>, lifted: (row: unknown) => unknown): Generator {
  for (const row of rows) yield lifted(row)
}

function lifter({ path, prefix = '', suffix = '', drop }: LiftRule): (record: object) => object {
  const objectAt = compilePath(path)
  const tree = [pathTree([path])]
  return record => {
    const found = objectAt(record)
    if (!isRecord(found)) return record
    const fields = Object.entries(found).map(([name, value]) => [prefix + name + suffix, value] as const)
    if (drop === 'rest') return fields.length === 0 ? record : Object.fromEntries(fields)
    const rest = drop === 'origin' ? (without(record, tree) as object) : record
    return { ...rest, ...Object.fromEntries(fields) }
  }
}
