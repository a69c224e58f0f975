import { exactJson, isJsonNumber } from './exact-number.js'

/**
 * The record's JSON, each number as it was written. What is nested deeper than the stack reaches is cut off.
 */
export function rawText(record: unknown): string {
  try {
    return exactJson(record) ?? 'null'
  } catch {
    return exactJson(cutBelow(shownDepth, record)) ?? 'null'
  }
}

const shownDepth = 100

function cutBelow(depth: number, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || isJsonNumber(value)) return value
  if (depth === 0) return '…'
  if (Array.isArray(value)) return value.map(item => cutBelow(depth - 1, item))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cutBelow(depth - 1, item)]))
}
