import { canonicalDecimal, isJsonNumber, writtenDigits } from '../exact-number.js'
import type { Unreadable } from '../unreadable.js'
import { notFinite, wrongType } from '../unreadable.js'
import type { FieldTypeKind } from './field-type.js'

/** A text as it is, or a number in the digits that the page had: `1.10`, `-0`, `1e400`. */
export function readString(value: unknown): string | Unreadable {
  if (typeof value === 'string') return value
  return isJsonNumber(value) ? writtenDigits(value) : wrongType(value, 'a text')
}

/**
 * The same for what is compared: one text for an integer, whether it is written `1000`, `1e3` or `1000.0`.
 */
export function readCanonicalString(value: unknown): string | Unreadable {
  return isJsonNumber(value) ? (canonicalDecimal(value) ?? notFinite(value)) : readString(value)
}

export const stringType: FieldTypeKind<{ readonly type: 'string' }> = {
  type: 'string',
  isNumeric: false,
  stored: () => ({ type: 'string' }),
  column: () => 'text',
  schema: ({ text }) => ({ default: text().optional() }),
  reader: () => readString,
}
