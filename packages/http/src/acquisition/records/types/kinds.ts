import { booleanType } from './boolean.js'
import { dateType } from './date.js'
import { decimalType } from './decimal.js'
import type { FieldReader, FieldTypeKind } from './field-type.js'
import { integerType } from './integer.js'
import { moneyType } from './money.js'
import { stringType } from './string.js'

/** All types that a field may have. */
export const fieldTypes = {
  string: stringType,
  integer: integerType,
  decimal: decimalType,
  money: moneyType,
  date: dateType,
  boolean: booleanType,
} as const

type Kinds = (typeof fieldTypes)[keyof typeof fieldTypes]

/** A field's type with its options. */
export type FieldType = Kinds extends infer K ? (K extends FieldTypeKind<infer T> ? T : never) : never

/** @throws RangeError or TypeError for a locale, zone or path that does not exist. */
export function fieldReader(type: FieldType): FieldReader {
  const kind = fieldTypes[type.type] as unknown as FieldTypeKind<FieldType>
  return kind.reader(type)
}
