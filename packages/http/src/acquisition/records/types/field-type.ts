import type { ColumnType } from './column-type.js'
import type { SchemaParts, SchemaShape } from '../../schema/index.js'
import type { Unreadable } from '../unreadable.js'

/** A JSON Schema, of the draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** Money as it is stored. */
export interface Money {
  /** A plain decimal with at least the currency's usual digits: `-12.50`, `0.125`. Never rounded. */
  readonly amount: string
  /** ISO 4217. */
  readonly currency: string
}

/**
 * What a normalised field can be. Integers beyond 2^53 and decimals are strings of digits; dates are ISO 8601
 * in UTC with milliseconds (`2026-03-01T12:00:00.000Z`), calendar dates `2026-03-01`. Lists and objects are JSON
 * as it came, but for numbers that a double does not hold: they are texts.
 */
export type FieldValue =
  | string
  | number
  | boolean
  | null
  | Money
  | readonly FieldValue[]
  | { readonly [name: string]: FieldValue }

/** Reads a value that is there. `record` is the whole record, for types that look at a second field. */
export type FieldReader = (value: unknown, record: unknown) => FieldValue | Unreadable

/** A type that a mapping's field may have. To add one: a file beside this, and a line in `kinds.ts`. */
export interface FieldTypeKind<T extends { readonly type: string }> {
  readonly type: T['type']
  /** Its values are numbers or amounts, of which the summary tells the average. */
  readonly isNumeric: boolean
  /** The keys that it takes in a pipeline file beside `path`, `type` and `required`; `default` among them. */
  readonly schema: (parts: SchemaParts) => SchemaShape
  /** JSON Schema of its values, null apart. */
  readonly stored: (options: T) => JsonSchema
  /** The column that holds its values in a table; by key, those of a value that has parts. */
  readonly column: (options: T) => ColumnType | Readonly<Record<string, ColumnType>>
  /** @throws RangeError or TypeError for a locale, zone or path that does not exist. */
  readonly reader: (options: T) => FieldReader
}
