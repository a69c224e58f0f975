import { parseDuration } from 'async-patterns'

/** @throws RangeError that names the flag. */
export function numberGiven(flag: string, text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && !Number.isNaN(value)) return value
  throw new RangeError(`${flag} is ${JSON.stringify(text)}; allowed is a number`)
}

/**
 * Milliseconds of `10s`, `500ms` and the like; a bare number is of seconds, as other load generators have it.
 * @throws RangeError that names the flag.
 */
export function durationGiven(flag: string, text: string): number {
  return parseDuration(flag, /^\s*\d+(\.\d+)?\s*$/.test(text) ? `${text.trim()}s` : text)
}

/** `localhost:8080` is `http://localhost:8080`. */
export function urlGiven(text: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !/^[\w.[]/.test(text) ? text : `http://${text}`
}
