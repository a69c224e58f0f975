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
