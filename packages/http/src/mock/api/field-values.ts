import type { Random } from 'async-patterns'
import type { FieldMapping } from '../../acquisition/index.js'
import { between, oneOf } from './chance.js'
import { atUnit, unitOf, writtenMoment } from './moments.js'
import { asText } from './template-text.js'

/** A value as a page has it, and what a pipeline has to make of it. */
export interface MadeValue {
  readonly raw: unknown
  readonly kept: unknown
  /** What stands in another field of the record because of it. */
  readonly beside?: readonly (readonly [path: string, value: unknown])[]
}

/** What a value is made of. */
export interface Making {
  readonly random: Random
  /** Epoch milliseconds, of dates. */
  readonly ms: number
  /** Whether pages hold texts alone. */
  readonly isText: boolean
}

type Maker<T extends FieldMapping['type']> = (
  field: Extract<FieldMapping, { readonly type: T }>,
  making: Making,
) => MadeValue

const makers: { readonly [T in FieldMapping['type']]: Maker<T> } = {
  string: (_, { random }) => same(oneOf(random, WORDS)),
  integer: (_, { random }) => same(between(random, 0, 100_000)),
  decimal: ({ locale }, { random, isText }) => {
    const decimal = `${between(random, 0, 1_000)}.${between(random, 1, 10)}${between(random, 1, 10)}`
    const raw = locale === undefined ? Number(decimal) : inLocale(decimal, locale, false)
    return { raw: isText && locale === undefined ? decimal : raw, kept: decimal }
  },
  boolean: ({ trueValues, falseValues }, { random }) => {
    const kept = random() < 0.5
    return { raw: (kept ? trueValues : falseValues)?.[0] ?? kept, kept }
  },
  date: ({ format, zone }, { ms }) => {
    const at = atUnit(ms, format, zone)
    const isDay = format === 'date' || (zone === undefined && unitOf(format) === 86_400_000)
    const kept = new Date(at).toISOString()
    return { raw: writtenMoment(at, format, zone), kept: isDay ? kept.slice(0, 10) : kept }
  },
  money: madeMoney,
  json: (_, { random }) => same({ note: oneOf(random, WORDS), list: [1, { deep: true }] }),
  'text[]': (_, { random }) => same([oneOf(random, WORDS), oneOf(random, WORDS)]),
}

/** Texts as services have them; all in Latin-1, so that every charset has them. */
const WORDS = [
  'Ada',
  'Größe L',
  'crème brûlée',
  'one, two; three',
  'said "so"',
  '  inside  spaces '.trim(),
  '{brace}',
]

/** A value for a field, by its type and locale. */
export function madeValue(field: FieldMapping, making: Making): MadeValue {
  const make = makers[field.type] as Maker<FieldMapping['type']>
  const made = make(field, making)
  if (!making.isText) return made
  const raw = asCell(made.raw)
  const isWhole = field.type === 'json' || field.type === 'text[]'
  return { ...made, raw, kept: isWhole ? raw : made.kept }
}

function same(value: unknown): MadeValue {
  return { raw: value, kept: value }
}

/** A value of a table. */
export function asCell(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'object' ? JSON.stringify(value) : asText(value)
}

function madeMoney(
  field: Extract<FieldMapping, { readonly type: 'money' }>,
  { random, isText }: Making,
): MadeValue {
  const [symbol, symbolCurrency] = Object.entries(field.symbols ?? {})[0] ?? []
  const currency = field.currency ?? (field.currencyPath === undefined ? (symbolCurrency ?? 'EUR') : 'EUR')
  const digits = minorDigits(currency)
  const minor = between(random, 1, 3_000_000)
  const amount = inUnits(minor, digits)
  const kept = { amount, currency }
  const beside = field.currencyPath === undefined ? [] : [[field.currencyPath, currency] as const]
  const minorUnits = field.minorUnits === 'iso' ? digits : (field.minorUnits ?? 0)
  if (minorUnits > 0) {
    const raw = BigInt(minor) * 10n ** BigInt(Math.max(0, minorUnits - digits))
    return { raw: Number(raw), kept, beside }
  }
  const text = field.locale === undefined ? amount : inLocale(amount, field.locale, true)
  const isNamed = field.currency !== undefined || field.currencyPath !== undefined
  if (isNamed) return { raw: field.locale === undefined && !isText ? Number(amount) : text, kept, beside }
  return { raw: symbol === undefined ? `${text} ${currency}` : `${symbol}${text}`, kept, beside }
}

function inUnits(minor: number, digits: number): string {
  const text = String(minor).padStart(digits + 1, '0')
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

function minorDigits(currency: string): number {
  const style = { style: 'currency', currency } as const
  return new Intl.NumberFormat('en', style).resolvedOptions().maximumFractionDigits ?? 2
}

/** As people there write it: `1.299,25`. */
function inLocale(decimal: string, locale: string, useGrouping: boolean): string {
  const digits = decimal.split('.')[1]?.length ?? 0
  const format = { useGrouping, minimumFractionDigits: digits, maximumFractionDigits: digits }
  return new Intl.NumberFormat(locale, format).format(Number(decimal))
}
