import { dateWriter, unitOf } from './date-text.js'

/** How a moment is sent. */
export interface MomentFormat {
  /** As JSON: a text, or a number. */
  write(ms: number): string
  /** The shortest time that it tells apart, in milliseconds. */
  readonly unitMs: number
}

const patterns: Readonly<Record<string, string>> = {
  iso: "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
  isoSeconds: "yyyy-MM-dd'T'HH:mm:ssXXX",
  date: 'yyyy-MM-dd',
}

const numbers: Readonly<Record<string, MomentFormat>> = {
  epochSeconds: { write: ms => String(Math.floor(ms / 1_000)), unitMs: 1_000 },
  epochMillis: { write: ms => String(ms), unitMs: 1 },
  epochMicros: { write: ms => (ms === 0 ? '0' : `${ms}000`), unitMs: 1 },
}

/** Names of formats; anything else is a pattern. */
export const momentFormats: readonly string[] = [...Object.keys(patterns), ...Object.keys(numbers)]

/** @throws RangeError for a pattern with a letter that there is not. */
export function momentFormat(format: string): MomentFormat {
  const number = numbers[format]
  if (number !== undefined) return number
  const pattern = patterns[format] ?? format
  const write = dateWriter(pattern)
  return { write: ms => JSON.stringify(write(ms)), unitMs: unitOf(pattern) }
}
