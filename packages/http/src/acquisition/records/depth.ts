import { isJsonNumber } from './exact-number.js'
import { Unreadable } from './unreadable.js'

/** Ledgers and whoever reads them go no deeper than a thousand levels, and need some for themselves. */
const DEEPEST = 500

/** Undefined for a value that is nested no deeper than what can be stored. */
export function tooDeep(value: unknown): Unreadable | undefined {
  if (!isDeeper(value, DEEPEST)) return undefined
  return new Unreadable('TOO_DEEP', `it is nested deeper than ${DEEPEST} levels`)
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null || isJsonNumber(value)) return false
  return levels === 0 || Object.values(value).some(item => isDeeper(item, levels - 1))
}
