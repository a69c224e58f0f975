import { isJsonNumber, plainDecimal } from '../exact-number.js'
import type { Notation } from './notation.js'
import { notationsOf, readNumeral } from './notation.js'
import { shown, Unreadable, wrongType } from '../unreadable.js'

const range = /\d\D*[-–—~]\D*\d/
const signed = /^([-+\u2212]?)\s*(.*)$/s

/** Reads whole numbers: a number when a double holds it exactly, else its digits as a string. */
export function integerReader(locale: string | undefined): (value: unknown) => number | string | Unreadable {
  const notations = notationsOf(locale)
  return value => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value + 0
    const decimal = decimalText(value, notations)
    return decimal instanceof Unreadable ? decimal : wholeNumber(decimal)
  }
}

/** Reads decimals as exact decimal strings. */
export function decimalReader(locale: string | undefined): (value: unknown) => string | Unreadable {
  const notations = notationsOf(locale)
  return value => decimalText(value, notations)
}

function decimalText(value: unknown, notations: readonly Notation[]): string | Unreadable {
  if (typeof value === 'string') return decimalFromText(value, notations)
  if (!isJsonNumber(value)) return wrongType(value, 'a number')
  return plainDecimal(value) ?? new Unreadable('NOT_FINITE', `${shown(value)} is beyond all bounds`)
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
  if (range.test(text)) return new Unreadable('RANGE', `${shown(text)} is a range, not one number`)
  return new Unreadable('NOT_A_NUMBER', `${shown(text)} is no number as the mapping's locale writes it`)
}

function wholeNumber(decimal: string): number | string | Unreadable {
  const [whole = '', fraction = ''] = decimal.split('.')
  if (/[1-9]/.test(fraction)) return new Unreadable('NOT_AN_INTEGER', `${decimal} is not a whole number`)
  const number = Number(whole)
  return Number.isSafeInteger(number) ? number + 0 : whole
}
