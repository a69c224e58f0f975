import { isRecord } from './is-record.js'
import type { InferredTypes } from './inferred-types.js'
import { TYPES } from './inferred-types.js'
import type { Mapping } from './mapping.js'
import type { ColumnType } from './types/column-type.js'
import { columnOf } from './types/kinds.js'

type Fields = Readonly<Record<string, unknown>>

/** A column of the table that a stream's records make. */
export interface Column {
  /** No other of the table has it, in whichever case. */
  readonly name: string
  readonly type: ColumnType
  /** Its value in a record's fields; null where there is none. Integers and decimals may be texts of digits. */
  readonly read: (fields: Fields) => unknown
}

/** What a sink calls its own columns: the record's id, and when it was found to be gone. */
export const RECORD_ID = '_record_id'
export const DELETED_AT = '_deleted_at'

/**
 * The columns of a stream's records: mapped fields first, in the mapping's order, then all others that records had so
 * far, by the types of their values; several make `json`. Of fields that were never but null there is none yet. What
 * has a name that is taken already is numbered: `name`, `Name_2`. Money is two columns: `price_amount`, `price_currency`.
 */
export function columnsOf(mapping: Mapping = {}, types: InferredTypes = {}): Column[] {
  const mapped = Object.entries(mapping).flatMap(([field, type]) => mappedColumns(field, columnOf(type)))
  const others = Object.entries(types).flatMap(([field, bits]) => {
    const type = Object.hasOwn(mapping, field) ? undefined : inferredColumn(bits)
    return type === undefined ? [] : [{ name: field, type, read: reader(field) }]
  })
  return named([...mapped, ...others])
}

function mappedColumns(field: string, column: ReturnType<typeof columnOf>): Column[] {
  const read = reader(field)
  if (typeof column === 'string') return [{ name: field, type: column, read }]
  return Object.entries(column).map(([key, type]) => ({
    name: `${field}_${key}`,
    type,
    read: fields => partOf(read(fields), key),
  }))
}

function reader(field: string): Column['read'] {
  return fields => (Object.hasOwn(fields, field) ? (fields[field] ?? null) : null)
}

function partOf(value: unknown, key: string): unknown {
  return isRecord(value) ? (value[key] ?? null) : null
}

const ONLY: Readonly<Record<number, ColumnType>> = {
  [TYPES.boolean]: 'boolean',
  [TYPES.integer]: 'integer',
  [TYPES.number]: 'number',
  [TYPES.text]: 'text',
  [TYPES.date]: 'date',
  [TYPES.dateTime]: 'instant',
}

function inferredColumn(types: number): ColumnType | undefined {
  const some = types & ~TYPES.null
  return some === 0 ? undefined : (ONLY[some] ?? 'json')
}

function named(columns: readonly Column[]): Column[] {
  const taken = new Set([RECORD_ID, DELETED_AT])
  return columns.map(column => {
    let name = column.name
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${column.name}_${number}`
    taken.add(name.toLowerCase())
    return { ...column, name }
  })
}
