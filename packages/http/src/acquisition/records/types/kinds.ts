import { isJsonNumber, writtenDigits } from '../exact-number.js'
import { Unreadable } from '../unreadable.js'
import { booleanType } from './boolean.js'
import type { ColumnType } from './column-type.js'
import { dateType } from './date.js'
import { decimalType } from './decimal.js'
import type { FieldReader, FieldTypeKind, JsonSchema } from './field-type.js'
import { integerType } from './integer.js'
import { jsonType } from './json.js'
import { moneyType } from './money.js'
import { stringType } from './string.js'
import { textsType } from './texts.js'

/** All types that a field may have. */
export const fieldTypes = {
  string: stringType,
  integer: integerType,
  decimal: decimalType,
  money: moneyType,
  date: dateType,
  boolean: booleanType,
  json: jsonType,
  'text[]': textsType,
} as const

type Kinds = (typeof fieldTypes)[keyof typeof fieldTypes]

/** A field's type with its options. */
export type FieldType = Kinds extends infer K ? (K extends FieldTypeKind<infer T> ? T : never) : never

/** JSON Schema of the values that a field has where it is not null. */
export function storedSchema(type: FieldType): JsonSchema {
  const kind = fieldTypes[type.type] as unknown as FieldTypeKind<FieldType>
  return kind.stored(type)
}

/** The column of a field's values in a table; by key, those of a value that has parts. */
export function columnOf(type: FieldType): ColumnType | Readonly<Record<string, ColumnType>> {
  const kind = fieldTypes[type.type] as unknown as FieldTypeKind<FieldType>
  return kind.column(type)
}

/** Their texts may be of any length. */
const unbounded: readonly string[] = ['string', 'json', 'text[]']

/** Longer texts are no number, amount, date or truth value that anybody means, and cost time. */
const longestText = 400

/**
 * A text's length is looked at before anything else is, but where any text is taken.
 * @throws RangeError or TypeError for a locale, zone, date pattern or path that does not exist.
 */
export function fieldReader(type: FieldType): FieldReader {
  const kind = fieldTypes[type.type] as unknown as FieldTypeKind<FieldType>
  const read = kind.reader(type)
  return unbounded.includes(type.type) ? read : (value, record) => tooLong(value) ?? read(value, record)
}

function tooLong(value: unknown): Unreadable | undefined {
  // A double's own text is short.
  const text = typeof value === 'object' && isJsonNumber(value) ? writtenDigits(value) : value
  if (typeof text !== 'string' || text.length <= longestText) return undefined
  const reason = `it has ${text.length} characters, more than the ${longestText} that are read`
  return new Unreadable('TOO_LONG', reason)
}
