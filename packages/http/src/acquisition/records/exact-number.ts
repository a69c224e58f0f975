import { isLosslessNumber, LosslessNumber } from 'lossless-json'

/** A JSON number as the page parser hands it over: exact either way. */
export type JsonNumber = number | LosslessNumber

/** Digits that a double holds without loss, whichever they are. */
const exactDigits = 15
const widestExponent = 400

export function isJsonNumber(value: unknown): value is JsonNumber {
  return typeof value === 'number' || isLosslessNumber(value)
}

/**
 * The number's value as a plain decimal text, without exponent; undefined when it is not finite or absurdly
 * wide.
 */
export function plainDecimal(value: JsonNumber): string | undefined {
  const text = typeof value === 'number' ? String(value) : value.value
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)
  if (parts === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent] = parts
  if (exponent === undefined) return text
  const shift = Number(exponent)
  return Math.abs(shift) > widestExponent ? undefined : sign + movePoint(whole, fraction, shift)
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

/** For the exact parser: short numbers as doubles, long ones as their own text. */
export function exactOrText(text: string): JsonNumber {
  return text.length <= exactDigits ? Number(text) : new LosslessNumber(text)
}
