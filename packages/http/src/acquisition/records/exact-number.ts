import { randomBytes } from 'node:crypto'

/** A number whose digits a double would not give back: `1.10`, `1e3`, `-0`, `12345678901234567`. */
type WrittenNumber = Readonly<Record<string, string>>

/** A JSON number as the page parser hands it over: exact either way. */
export type JsonNumber = number | WrittenNumber

/** The only key of a WrittenNumber. No page can hold it: it is another one in each process. */
const key = `#${randomBytes(6).toString('hex')}`
const asJson = new RegExp(`\\{"${key}":"([^"]*)"\\}`, 'g')

const largestExponent = 308

export function isJsonNumber(value: unknown): value is JsonNumber {
  return typeof value === 'number' || isWritten(value)
}

function isWritten(value: unknown): value is WrittenNumber {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
}

/** The number as JSON that keeps its digits; undefined when a double gives back each of them. */
export function markedNumber(text: string): string | undefined {
  return String(Number(text)) === text ? undefined : `{"${key}":"${text}"}`
}

/** The digits as the page had them. */
export function writtenDigits(value: JsonNumber): string {
  return typeof value === 'number' ? String(value) : (value[key] ?? '')
}

/**
 * JSON in which each number has the digits that the page had.
 * @throws RangeError for what is nested deeper than the stack reaches.
 */
export function exactJson(value: unknown): string | undefined {
  // JSON.stringify has no text for undefined, whatever its type says.
  return (JSON.stringify(value) as string | undefined)?.replace(asJson, '$1')
}

/**
 * JSON in which a number whose digits a double loses is kept as a text of them, so that JSON.parse loses
 * nothing; what is the same by value (`1.10`) is a number.
 * @throws RangeError for what is nested deeper than the stack reaches.
 */
export function storedJson(value: unknown): string {
  const json = JSON.stringify(value)
  return json.includes(key) ? json.replace(asJson, (_, digits: string) => storedNumber(digits)) : json
}

/** Whether `storedJson` has a number for it, and no text of its digits. */
export function isKeptAsNumber(value: JsonNumber): boolean {
  const digits = writtenDigits(value)
  return isSameValue(Number(digits), digits)
}

function storedNumber(digits: string): string {
  const number = Number(digits)
  return isSameValue(number, digits) ? JSON.stringify(number) : `"${digits}"`
}

function isSameValue(number: number, digits: string): boolean {
  return Number.isFinite(number) && valueText(number) === valueText({ [key]: digits })
}

/** The one text of a number's value, whichever way it was written: `1.10`, `11e-1` and `1.1` are `1.1`. */
export function valueText(value: JsonNumber): string | undefined {
  const plain = plainDecimal(value)
  return unsignedZero(plain?.includes('.') === true ? plain.replace(/\.?0+$/, '') : plain)
}

/**
 * The number's value as a plain decimal text, without exponent; undefined when it is not finite or absurdly
 * wide.
 */
export function plainDecimal(value: JsonNumber): string | undefined {
  const text = writtenDigits(value)
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)
  if (parts === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent] = parts
  if (exponent === undefined) return text
  const shift = Number(exponent)
  return Math.abs(shift) > largestExponent ? undefined : sign + movePoint(whole, fraction, shift)
}

/** The one form of an integer's value, whichever way it was written; of another number its plain decimal. */
export function canonicalDecimal(value: JsonNumber): string | undefined {
  return unsignedZero(plainDecimal(value)?.replace(/\.0+$/, ''))
}

/** A decimal without the sign of a zero. */
export function unsignedZero(decimal: string | undefined): string | undefined {
  return decimal !== undefined && /^-0(?:\.0+)?$/.test(decimal) ? decimal.slice(1) : decimal
}

/** Unsigned `whole.fraction` times ten to the power of `shift`, exactly. */
export function movePoint(whole: string, fraction: string, shift: number): string {
  const digits = whole + fraction
  const point = whole.length + shift
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0')
  const at = Math.max(point, 1)
  return canonical(padded.slice(0, at), padded.slice(at))
}

/** No leading zeros; a fraction stays as long as it is. */
export function canonical(whole: string, fraction: string): string {
  const digits = whole.replace(/^0+(?=\d)/, '') || '0'
  return fraction === '' ? digits : `${digits}.${fraction}`
}
