import { compileAll } from '../references/index.js'
import { compareDecimals } from './decimal-order.js'
import { isJsonNumber, valueText, writtenDigits } from './exact-number.js'
import { readInstant } from './instant-text.js'
import type { Where, WhereRule } from './where.js'

type RecordFilter = (record: unknown) => boolean

type Test = (value: unknown) => boolean

/**
 * Compiles the rules once.
 * @throws TypeError or SyntaxError for a path, date or regular expression that is none.
 */
export function recordFilter(where: Where): RecordFilter {
  const filters = [where].flat().map(filterOf)
  return record => filters.every(holds => holds(record))
}

/** Whether a page of such records may take any time: a regular expression is bounded from outside only. */
export function isUnbounded(where: Where): boolean {
  return [where].flat().some(rule => {
    if ('any' in rule) return rule.any.some(isUnbounded)
    return 'not' in rule ? isUnbounded(rule.not) : 'matches' in rule
  })
}

function filterOf(rule: WhereRule): RecordFilter {
  if ('any' in rule) {
    const filters = rule.any.map(recordFilter)
    return record => filters.some(holds => holds(record))
  }
  if ('not' in rule) {
    const holds = recordFilter(rule.not)
    return record => !holds(record)
  }
  const valuesAt = compileAll(rule.path)
  const holds = testOf(rule)
  if ('exists' in rule && !rule.exists) return record => !(valuesAt(record) ?? []).some(isSomething)
  return record => (valuesAt(record) ?? []).some(holds)
}

function testOf(rule: Exclude<WhereRule, { any: unknown } | { not: unknown }>): Test {
  if ('exists' in rule) return isSomething
  if ('matches' in rule) return matching(new RegExp(rule.matches, 'u'))
  if ('before' in rule) return ordered(rule.before, order => order < 0)
  if ('after' in rule) return ordered(rule.after, order => order > 0)
  const wanted = new Set(('is' in rule ? [rule.is] : rule.in).map(comparable))
  return value => wanted.has(comparable(value))
}

function isSomething(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** Texts, numbers and truth values never equal one another. */
function comparable(value: unknown): unknown {
  if (typeof value === 'string') return `text ${value}`
  return isJsonNumber(value) ? `number ${valueText(value)}` : value
}

function matching(pattern: RegExp): Test {
  return value =>
    typeof value === 'string'
      ? pattern.test(value)
      : isJsonNumber(value) && pattern.test(writtenDigits(value))
}

/** A limit that is a text is a date. */
function ordered(limit: string | number, holds: (order: number) => boolean): Test {
  if (typeof limit === 'number') {
    const wanted = valueText(limit) ?? '0'
    return value => {
      const decimal = decimalOf(value)
      return decimal !== undefined && holds(compareDecimals(decimal, wanted))
    }
  }
  const wanted = readInstant(limit)
  if (wanted === undefined)
    throw new TypeError(`the date is ${JSON.stringify(limit)}; allowed is one by ISO 8601`)
  return value => {
    const instant = readInstant(value)
    return instant !== undefined && holds(instant < wanted ? -1 : instant > wanted ? 1 : 0)
  }
}

/** Sources write numbers as texts too; ordered by them they can mean but one thing. */
function decimalOf(value: unknown): string | undefined {
  if (isJsonNumber(value)) return valueText(value)
  return typeof value === 'string' && value.length <= longestNumber && /^-?\d+(?:\.\d+)?$/.test(value)
    ? value
    : undefined
}

const longestNumber = 400
