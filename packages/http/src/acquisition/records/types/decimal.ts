import type { FieldTypeKind } from './field-type.js'
import { notationsOf } from './notation.js'
import { decimalText, locale } from './numerals.js'

/** Decimals as exact decimal strings. */
export const decimalType: FieldTypeKind<{
  readonly type: 'decimal'
  readonly locale?: string | undefined
}> = {
  type: 'decimal',
  isNumeric: true,
  stored: () => ({ type: 'string', pattern: '^-?\\d+(?:\\.\\d+)?$' }),
  column: () => 'decimal',
  schema: parts => ({ locale: locale(parts), default: parts.plainDecimal().optional() }),
  reader: type => {
    const notations = notationsOf(type.locale)
    return value => decimalText(value, notations)
  },
}
