import { fieldReader } from './types/kinds.js'

const read = fieldReader({ type: 'date', format: 'iso', zone: 'UTC' })

/**
 * A date by ISO 8601 as one that sorts as a text: in UTC, with milliseconds. One without a zone is taken for
 * UTC; what is no such date is undefined.
 */
export function readInstant(value: unknown): string | undefined {
  const instant = read(value, undefined)
  return typeof instant === 'string' ? instant : undefined
}
