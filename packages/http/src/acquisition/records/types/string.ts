import { isJsonNumber, plainDecimal } from '../exact-number.js'
import { shown, Unreadable, wrongType } from '../unreadable.js'
import type { FieldTypeKind } from './field-type.js'

/** A text as it is, or a number in its exact digits. */
export function readString(value: unknown): string | Unreadable {
  if (typeof value === 'string') return value
  if (!isJsonNumber(value)) return wrongType(value, 'a text')
  return plainDecimal(value) ?? new Unreadable('NOT_FINITE', `${shown(value)} is beyond all bounds`)
}

export const stringType: FieldTypeKind<{ readonly type: 'string' }> = {
  type: 'string',
  isNumeric: false,
  schema: ({ text }) => ({ default: text().optional() }),
  reader: () => readString,
}
