import { TemplateError } from './expression.js'
import { stripped } from './python-text.js'

const DIGITS = /^[-+]?[\da-z]+(?:_[\da-z]+)*$/i
const FLOAT = /^[-+]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[-+]?\d+(?:_\d+)*)?$/i
const ENDLESS = /^([-+]?)(?:inf|infinity|(nan))$/i
const PREFIXES: Readonly<Record<number, RegExp>> = {
  16: /^([-+]?)0x_?/i,
  8: /^([-+]?)0o_?/i,
  2: /^([-+]?)0b_?/i,
}

/** `int('...', base)`; undefined for what is none. */
export function intOf(text: string, base: number): number | undefined {
  const number = bare(text).replace(PREFIXES[base] ?? /(?!)/, '$1')
  if (!DIGITS.test(number)) return undefined
  const digits = number.replace(/^[-+]|_/g, '')
  if (Array.from(digits).some(digit => Number.isNaN(Number.parseInt(digit, base)))) return undefined
  return Number.parseInt(digits, base) * (number.startsWith('-') ? -1 : 1)
}

/** `float('...')`; undefined for what is none. */
export function floatOf(text: string): number | undefined {
  const number = bare(text)
  const [, sign, isNone] = ENDLESS.exec(number) ?? []
  if (isNone !== undefined) return Number.NaN
  if (sign !== undefined) return sign === '-' ? -Infinity : Infinity
  return FLOAT.test(number) ? Number(number.replaceAll('_', '')) : undefined
}

/** @throws TemplateError for digits of other scripts, which Python reads. */
function bare(text: string): string {
  if (/(?![\d])\p{Nd}/u.test(text))
    throw new TemplateError(`${JSON.stringify(text)} has digits of another script`)
  return stripped(text)
}

/** `round(value, places)`: to the nearest, half to even, of what the number is exactly. */
export function rounded(value: number, places: number): number {
  if (!Number.isFinite(value)) return value
  if (places < 0) return roundedTo(value, 10 ** -places)
  // oxlint-disable-next-line number-arg-out-of-range -- so many places tell all that a double is
  const [whole = '', rest = ''] = Math.abs(value).toFixed(100).split('.')
  const isTie = /^50*$/.test(rest.slice(places))
  const kept = `${whole}.${rest.slice(0, places)}`
  const isOdd = /[13579]\.?$/.test(kept)
  const found = isTie && !isOdd ? Number(kept) : Number(Math.abs(value).toFixed(places))
  return value < 0 || Object.is(value, -0) ? -found : found
}

function roundedTo(value: number, step: number): number {
  const lower = Math.floor(value / step)
  const twice = (value - lower * step) * 2
  const isUp = twice > step || (twice === step && lower % 2 !== 0)
  return (isUp ? lower + 1 : lower) * step
}

/** @throws TemplateError where Python has no result. */
export function divided(operator: '/' | '//' | '%', left: number, right: number): number {
  if (right === 0) throw new TemplateError(`${left} ${operator} 0 cannot be calculated`)
  if (operator === '/') return left / right
  if (operator === '//') return Math.floor(left / right)
  const rest = left % right
  return rest !== 0 && rest < 0 !== right < 0 ? rest + right : rest
}

/** As Python writes a number that is none of its whole ones. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  const text = value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential() : String(value)
  return text.replace(/e([-+])(\d)$/, 'e$10$2')
}
