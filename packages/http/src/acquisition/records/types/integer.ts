import { Unreadable } from '../unreadable.js'
import type { FieldTypeKind } from './field-type.js'
import { notationsOf } from './notation.js'
import { decimalText, locale } from './numerals.js'

export const integerType: FieldTypeKind<{
  readonly type: 'integer'
  readonly locale?: string | undefined
}> = {
  type: 'integer',
  isNumeric: true,
  // Digits beyond what a double holds.
  stored: () => ({ type: ['integer', 'string'], pattern: '^-?\\d+$' }),
  column: () => 'integer',
  schema: parts => ({ locale: locale(parts), default: parts.wholeNumber().optional() }),
  reader: type => integerReader(type.locale),
}

/** Reads whole numbers: a number when a double holds it exactly, else its digits as a string. */
function integerReader(locale: string | undefined): (value: unknown) => number | string | Unreadable {
  const notations = notationsOf(locale)
  return value => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value + 0
    const decimal = decimalText(value, notations)
    return decimal instanceof Unreadable ? decimal : wholeNumber(decimal)
  }
}

function wholeNumber(decimal: string): number | string | Unreadable {
  const [whole = '', fraction = ''] = decimal.split('.')
  if (/[1-9]/.test(fraction)) return new Unreadable('NOT_AN_INTEGER', `${decimal} is not a whole number`)
  const number = Number(whole)
  return Number.isSafeInteger(number) ? number + 0 : whole
}
