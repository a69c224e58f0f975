import type { JsonNumber } from './exact-number.js'
import { plainDecimal, unsignedZero } from './exact-number.js'

/** The one text of a number's value, whichever way it was written: `1.10`, `11e-1` and `1.1` are `1.1`. */
export function valueText(number: JsonNumber): string | undefined {
  const plain = plainDecimal(number)
  return unsignedZero(plain?.includes('.') === true ? plain.replace(/\.?0+$/, '') : plain)
}

/** Orders two plain decimals by value: below 0 where the first is the lesser one. */
export function compareDecimals(a: string, b: string): number {
  const places = Math.max(placesOf(a), placesOf(b))
  const [left, right] = [unitsOf(a, places), unitsOf(b, places)]
  return left < right ? -1 : left > right ? 1 : 0
}

function placesOf(decimal: string): number {
  return decimal.split('.')[1]?.length ?? 0
}

function unitsOf(decimal: string, places: number): bigint {
  const [whole = '', fraction = ''] = decimal.split('.')
  return BigInt(whole + fraction.padEnd(places, '0'))
}
