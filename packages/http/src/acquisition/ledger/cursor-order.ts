import type { StreamCursor } from './page.js'

/** The higher of two values of a cursor, by its type; undefined where there is neither. */
export function higher(
  type: NonNullable<StreamCursor['type']>,
  a: string | undefined,
  b: string | undefined,
): string | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return isHigher(type, b, a) ? b : a
}

function isHigher(type: NonNullable<StreamCursor['type']>, a: string, b: string): boolean {
  if (type === 'date') return Date.parse(a) > Date.parse(b)
  if (type === 'text') return a > b
  const areWhole = [a, b].every(text => /^-?\d+$/.test(text))
  return areWhole ? BigInt(a) > BigInt(b) : Number(a) > Number(b)
}
