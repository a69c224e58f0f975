import { isJsonNumber } from './exact-number.js'

/** Whether a value of a page is an object, as all records are. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isJsonNumber(value)
}
