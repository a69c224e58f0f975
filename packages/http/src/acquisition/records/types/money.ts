import { currencyNames, minorDigits, mostMinorDigits } from './currency.js'
import { isJsonNumber, movePoint, plainDecimal } from '../exact-number.js'
import { notationsOf, readNumeral } from './notation.js'
import type { FieldTypeKind, Money } from './field-type.js'
import { locale, readNumeralOf } from './numerals.js'
import { compilePath } from '../../references/index.js'
import { notFinite, shown, Unreadable, wrongType } from '../unreadable.js'

/** Money is a decimal string and a currency, never a float; nothing is guessed. */
export interface MoneyType {
  readonly type: 'money'
  /**
   * BCP 47 (`en`, `de`, `fr`, `de-CH`): which separators a string may hold. Without it an ambiguous string is
   * rejected.
   */
  readonly locale?: string | undefined
  /** ISO 4217, for records that name none. A record that names another is rejected. */
  readonly currency?: string | undefined
  /** Path to the currency in the record. */
  readonly currencyPath?: string | undefined
  /** What a symbol stands for: `{ "$": "USD" }`. */
  readonly symbols?: Readonly<Record<string, string>> | undefined
  /**
   * The number is in minor units: divided by ten to the power of what ISO 4217 says for its currency
   * (`iso`), or of this. A number up to 4 must be what ISO 4217 says where the record names the currency: 500
   * cents are 5.00 EUR, but 500 yen are 500 JPY. More digits than that are no currency's, and a fraction for
   * all of them (6: micros). Default 0, which is no minor units.
   */
  readonly minorUnits?: number | 'iso' | undefined
  /** What a word stands for: `{ free: "0.00" }`. */
  readonly words?: Readonly<Record<string, string>> | undefined
  readonly allowNegative?: boolean | undefined
}

export const moneyType: FieldTypeKind<MoneyType> = {
  type: 'money',
  isNumeric: true,
  stored: () => ({
    type: 'object',
    properties: {
      amount: { type: 'string', pattern: '^-?\\d+(?:\\.\\d+)?$' },
      currency: { type: 'string', pattern: '^[A-Z]{3}$' },
    },
    required: ['amount', 'currency'],
  }),
  column: () => ({ amount: 'decimal', currency: 'text' }),
  schema: parts => {
    const { checkedText, path, textMap, countOr, plainDecimal, flag, strict } = parts
    const currency = () => checkedText('an ISO 4217 code such as EUR', code => /^[A-Z]{3}$/.test(code))
    return {
      locale: locale(parts),
      currency: currency().optional(),
      currencyPath: path().optional(),
      symbols: textMap(currency()),
      minorUnits: countOr('iso', 0, 9).optional(),
      words: textMap(plainDecimal()),
      allowNegative: flag().optional(),
      default: strict({ amount: plainDecimal(), currency: currency() }).optional(),
    }
  },
  reader: moneyReader,
}

/** An amount as found: its sign, the plain decimal text, and the currency written beside it, if any. */
interface Amount {
  readonly negative: boolean
  readonly decimal: string
  readonly beside: readonly string[]
}

/**
 * Reads money as a decimal string and a currency. Nothing is guessed: what may mean two things, names a
 * currency that nobody defined, or names two that differ is unreadable.
 */
function moneyReader(type: MoneyType): (value: unknown, record: unknown) => Money | Unreadable {
  const amountOf = amountReader(type)
  const currencyOf = currencyReader(type)
  const minorUnitsOf = minorUnitsReader(type)
  const { allowNegative = false } = type
  return (value, record) => {
    const amount = amountOf(value)
    if (amount instanceof Unreadable) return amount
    if (amount.negative && !allowNegative) return new Unreadable('NEGATIVE', `${shown(value)} is negative`)
    const currency = currencyOf(amount.beside, record)
    if (currency instanceof Unreadable) return currency
    const minorUnits = minorUnitsOf(currency)
    if (minorUnits instanceof Unreadable) return minorUnits
    if (minorUnits !== undefined && amount.decimal.includes('.')) {
      return new Unreadable('NOT_AN_INTEGER', `${shown(value)} is not a whole number of minor units`)
    }
    return { amount: written(amount, minorUnits ?? 0, currency), currency }
  }
}

/** Undefined: the amount is in units. A currency that the mapping names is as the mapping says. */
function minorUnitsReader({
  minorUnits = 0,
  currency: own,
}: MoneyType): (currency: string) => number | Unreadable | undefined {
  if (minorUnits === 0) return () => undefined
  if (minorUnits === 'iso') return minorDigits
  if (own !== undefined || minorUnits > mostMinorDigits) return () => minorUnits
  return currency => {
    const digits = minorDigits(currency)
    if (digits === minorUnits) return minorUnits
    const reason = `minor units of ${currency} have ${digits} digits, the mapping says ${minorUnits}`
    return new Unreadable('MINOR_UNITS', `${reason}; minorUnits: iso takes each currency's own`)
  }
}

/** In units of the currency, with its usual digits or more; never rounded. */
function written({ negative, decimal }: Amount, minorUnits: number, currency: string): string {
  const units = minorUnits > 0 ? inUnits(decimal, minorUnits) : decimal
  const point = units.indexOf('.')
  const missing = minorDigits(currency) - (point < 0 ? 0 : units.length - point - 1)
  const padding = missing > 0 ? `${point < 0 ? '.' : ''}${'0'.repeat(missing)}` : ''
  return `${negative ? '-' : ''}${units}${padding}`
}

function inUnits(decimal: string, minorUnits: number): string {
  const [whole = '', fraction = ''] = decimal.split('.')
  return movePoint(whole, fraction, -minorUnits)
}

function amountReader(type: MoneyType): (value: unknown) => Amount | Unreadable {
  const words = new Map(
    Object.entries(type.words ?? {}).map(([word, decimal]) => [word.toLowerCase(), decimal]),
  )
  const fromText = textReader(type, words)
  return value => {
    if (typeof value === 'string') return fromText(value)
    if (!isJsonNumber(value)) return wrongType(value, 'an amount')
    const decimal = plainDecimal(value)
    return decimal === undefined ? notFinite(value) : unsigned(withoutTrailingZeros(decimal), [])
  }
}

/** Of a number: the currency says how many there are. A text means the digits that it shows. */
function withoutTrailingZeros(decimal: string): string {
  const [whole = '', fraction = ''] = decimal.split('.')
  let length = fraction.length
  while (fraction[length - 1] === '0') length -= 1
  return length === 0 ? whole : `${whole}.${fraction.slice(0, length)}`
}

function unsigned(decimal: string, beside: readonly string[]): Amount {
  const minus = decimal.startsWith('-')
  return { negative: minus && /[1-9]/.test(decimal), decimal: minus ? decimal.slice(1) : decimal, beside }
}

const invisible = /[\u200e\u200f\u061c\ufeff]/g
/** What stands before the first digit, the numeral, and what stands after the last one. */
const amountPattern = /^(?<before>\D*?)(?<numeral>[.,]?\d(?:.*\d)?(?:[.,][-–—]{1,2})?)(?<after>\D*)$/s
/** A currency is named by letters or a currency sign. */
const naming = /[\p{L}\p{Sc}]/u
const letterBeforePoint = /\p{L}$/u

/** What most services write, where it can mean one thing only. */
const plainAmount = /^([^\d\s.,])?((?:0|[1-9]\d{0,11})\.\d\d)$/
const plainAmounts = ['0.05', '1.00', '123456789012.34']

function textReader(
  type: MoneyType,
  words: ReadonlyMap<string, string>,
): (text: string) => Amount | Unreadable {
  const notations = notationsOf(type.locale)
  const isSymbol = (text: string) => type.symbols !== undefined && Object.hasOwn(type.symbols, text)
  const isPlain = words.size === 0 && plainAmounts.every(text => readNumeral(text, notations) === text)
  return raw => {
    if (isPlain) {
      const [, symbol = '', decimal] = plainAmount.exec(raw) ?? []
      if (decimal !== undefined && (symbol === '' || isSymbol(symbol)))
        return { negative: false, decimal, beside: symbol === '' ? [] : [symbol] }
    }
    const text = raw.replace(invisible, '').trim()
    const word = words.get(text.toLowerCase())
    if (word !== undefined) return unsigned(word, [])
    const { before = '', numeral = '', after = '' } = amountPattern.exec(text)?.groups ?? {}
    // "Rs.500": the point belongs to the abbreviation, or 500 would become 0.500.
    if (/^[.,]/.test(numeral) && letterBeforePoint.test(before)) return notANumber(raw)
    const decimal = readNumeralOf(raw, numeral, notations)
    if (decimal instanceof Unreadable) return decimal
    const front = isSymbol(before.trim()) ? { name: before.trim(), negative: false } : signAndName(before)
    const beside = [front.name, after.trim()].filter(name => name !== '')
    if (beside.some(name => !isSymbol(name) && !naming.test(name))) return notANumber(raw)
    return { negative: front.negative && /[1-9]/.test(decimal), decimal, beside }
  }
}

/** `-$`, `$-`, `$`, `−`: the sign may stand on either side of the symbol. */
function signAndName(before: string): { readonly name: string; readonly negative: boolean } {
  const name = before.trim()
  const sign = /^[-+\u2212]|[-+\u2212]$/.exec(name)
  if (sign === null) return { name, negative: false }
  return { name: (name.slice(0, sign.index) + name.slice(sign.index + 1)).trim(), negative: sign[0] !== '+' }
}

function notANumber(text: string): Unreadable {
  return new Unreadable('NOT_A_NUMBER', `${shown(text)} is not an amount that can be read without guessing`)
}

/** All that name a currency must agree: the text, the record's own field, the mapping. */
function currencyReader(
  type: MoneyType,
): (beside: readonly string[], record: unknown) => string | Unreadable {
  const find = currencyNames(type)
  const fieldOf = type.currencyPath === undefined ? () => undefined : compilePath(type.currencyPath)
  return (beside, record) => {
    const field = fieldOf(record) ?? undefined
    if (field !== undefined && typeof field !== 'string') return wrongType(field, 'a currency')
    let currency = type.currency
    for (const name of field === undefined ? beside : [...beside, field.trim()]) {
      const named = find(name)
      if (named === undefined)
        return new Unreadable('UNKNOWN_CURRENCY', `${shown(name)} names no currency that the mapping knows`)
      if (currency !== undefined && currency !== named) {
        return new Unreadable('CURRENCY_CONFLICT', `the currency is ${currency} and ${named} at once`)
      }
      currency = named
    }
    return currency ?? new Unreadable('NO_CURRENCY', 'neither the record nor the mapping names a currency')
  }
}
