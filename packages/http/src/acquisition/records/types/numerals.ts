import { isJsonNumber, plainDecimal, unsignedZero } from '../exact-number.js'
import type { SchemaParts } from '../../schema/index.js'
import { notFinite, shown, Unreadable, wrongType } from '../unreadable.js'
import type { Notation } from './notation.js'
import { readNumeral } from './notation.js'

/** The key that says how a field's numbers are written. */
export const locale = ({ checkedText, succeeds }: SchemaParts) =>
  checkedText('a BCP 47 language tag such as en, de, fr or de-CH', tag =>
    succeeds(() => new Intl.NumberFormat(tag)),
  ).optional()

const betweenDigits = /\d(.*)\d/s
const dash = /[-–—~]/
const signed = /^([-+\u2212]?)\s*(.*)$/s

/** A number, or a text of one, as an exact decimal text. */
export function decimalText(value: unknown, notations: readonly Notation[]): string | Unreadable {
  if (typeof value === 'string') return decimalFromText(value, notations)
  if (!isJsonNumber(value)) return wrongType(value, 'a number')
  return unsignedZero(plainDecimal(value)) ?? notFinite(value)
}

function decimalFromText(text: string, notations: readonly Notation[]): string | Unreadable {
  const [, sign = '', numeral = ''] = signed.exec(text.trim()) ?? []
  const value = readNumeralOf(text, numeral, notations)
  if (value instanceof Unreadable) return value
  return sign !== '' && sign !== '+' && /[1-9]/.test(value) ? `-${value}` : value
}

/** The unsigned numeral's value; `text` is where it was found, for the reason. */
export function readNumeralOf(
  text: string,
  numeral: string,
  notations: readonly Notation[],
): string | Unreadable {
  const value = readNumeral(numeral, notations)
  if (typeof value === 'string') return value
  if (value === null) {
    return new Unreadable(
      'AMBIGUOUS_NUMBER',
      `${shown(text)} may mean two numbers; give the mapping a locale`,
    )
  }
  if (text.trim() === '') return new Unreadable('EMPTY_VALUE', 'the text is empty')
  if (dash.test(betweenDigits.exec(text)?.[1] ?? ''))
    return new Unreadable('RANGE', `${shown(text)} is a range, not one number`)
  return new Unreadable('NOT_A_NUMBER', `${shown(text)} is not a number as the mapping's locale writes it`)
}
