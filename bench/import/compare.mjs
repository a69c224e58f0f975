/** Compares records that were taken with those that a perfect run holds. */
import { toJson } from './python.mjs'

/** `{ missing, extra }` of two lists; keys that no perfect record has are left out of those that were taken. */
export function difference(wanted, got) {
  const known = new Set(wanted.flatMap(Object.keys))
  const texts = list => new Map(list.map(record => [canonical(record, known), record]))
  const [a, b] = [texts(wanted), texts(got)]
  const missing = [...a].filter(([text]) => !b.has(text)).map(([, record]) => record)
  const extra = [...b].filter(([text]) => !a.has(text)).map(([, record]) => record)
  return { missing, extra }
}

/** A record as text, its keys in order. */
export function canonical(record, known) {
  const keys = Object.keys(record)
    .filter(key => known === undefined || known.has(key))
    .sort()
  return toJson(
    Object.fromEntries(keys.filter(key => record[key] !== undefined).map(key => [key, sorted(record[key])])),
  )
}

function sorted(value) {
  if (typeof value === 'bigint' || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    return String(value)
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, sorted(value[key])]),
  )
}
