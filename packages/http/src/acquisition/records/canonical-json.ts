import { isJsonNumber, valueText, writtenDigits } from './exact-number.js'

/**
 * One text for a JSON value, whatever the order of its keys, and however its numbers are written (RFC 8785 in
 * spirit, but with numbers of any length).
 */
export function canonicalJson(value: unknown): string {
  if (isJsonNumber(value)) return valueText(value) ?? writtenDigits(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${canonicalJson(item)}`).join(',')}}`
}
