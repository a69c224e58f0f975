import type { Secrets } from '../secrets/index.js'
import { isJsonNumber, writtenDigits } from './exact-number.js'

/**
 * Takes secrets out of all texts of a JSON value, names included, and numbers that are a secret as a whole. A
 * value that holds none is given back as it is.
 */
export function jsonRedactor(secrets: Secrets): (value: unknown) => unknown {
  const known = new Set(secrets.credentials)
  if (known.size === 0) return value => value
  const redact = (value: unknown): unknown => {
    if (typeof value === 'string') return secrets.redactWhole(value)
    if (isJsonNumber(value)) return known.has(writtenDigits(value)) ? redact(writtenDigits(value)) : value
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) {
      const items = value.map(redact)
      return items.some((item, index) => item !== value[index]) ? items : value
    }
    const entries = Object.entries(value).map(([name, item]) => [name, redact(item), item] as const)
    const isClean = entries.every(
      ([name, now, before]) => now === before && secrets.redactWhole(name) === name,
    )
    return isClean
      ? value
      : Object.fromEntries(entries.map(([name, item]) => [secrets.redactWhole(name), item]))
  }
  return redact
}
