import type { FieldType, FieldValue } from '../mapping.js'
import { dateReader } from './date.js'
import { moneyReader } from './money.js'
import { decimalReader, integerReader } from './number.js'
import { booleanReader, readString } from './text.js'
import type { Unreadable } from '../unreadable.js'

/** Reads a value that is there. `record` is the whole record, for types that look at a second field. */
export type FieldReader = (value: unknown, record: unknown) => FieldValue | Unreadable

/** @throws RangeError or TypeError for a locale, zone or path that does not exist. */
export function fieldReader(type: FieldType): FieldReader {
  switch (type.type) {
    case 'string':
      return readString
    case 'integer':
      return integerReader(type.locale)
    case 'decimal':
      return decimalReader(type.locale)
    case 'money':
      return moneyReader(type)
    case 'date':
      return dateReader(type)
    default:
      return booleanReader(type)
  }
}
