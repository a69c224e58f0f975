import type { Scalar, Where, WhereRule } from '../../acquisition/index.js'
import { valuesAt, withValue } from './path-steps.js'

type Leaf = Extract<WhereRule, { readonly path: string }>

/** Whether a record is one that a filter takes. */
export function holds(where: Where | undefined, record: unknown): boolean {
  return rulesOf(where).every(rule => ruleHolds(rule, record))
}

/** One rule, or several. */
export function rulesOf(where: Where | undefined): readonly WhereRule[] {
  if (where === undefined) return []
  return isList(where) ? where : [where]
}

function isList(where: Where): where is readonly WhereRule[] {
  return Array.isArray(where)
}

function ruleHolds(rule: WhereRule, record: unknown): boolean {
  if ('any' in rule) return rule.any.some(one => holds(one, record))
  if ('not' in rule) return !holds(rule.not, record)
  const found = valuesAt(record, rule.path).filter(value => value !== null && value !== undefined)
  if ('exists' in rule) return rule.exists === found.length > 0
  if ('is' in rule && rule.is === null) return valuesAt(record, rule.path).includes(null)
  return found.some(value => leafHolds(rule, value))
}

function leafHolds(rule: Leaf, value: unknown): boolean {
  if ('is' in rule) return value === rule.is
  if ('in' in rule) return rule.in.includes(value as Scalar)
  if ('matches' in rule) return new RegExp(rule.matches, 'u').test(String(value))
  const limit = 'before' in rule ? rule.before : 'after' in rule ? rule.after : 0
  const [own, other] = typeof limit === 'number' ? [Number(value), limit] : [momentOf(value), momentOf(limit)]
  return 'before' in rule ? own < other : own > other
}

function momentOf(value: unknown): number {
  const text = String(value)
  return Date.parse(/T.*(?:Z|[+-]\d\d:?\d\d)$|^\d{4}-\d\d-\d\d$/.test(text) ? text : `${text}Z`)
}

/** Changes a record so that a filter takes it, or does not, as far as that can be done. */
export function fitted(where: Where | undefined, record: unknown, isTaken: boolean, write: Writing): unknown {
  const rules = rulesOf(where)
  // One rule that does not hold is enough.
  const changed = isTaken ? rules : rules.slice(0, 1)
  return changed.reduce((whole, rule) => fittedTo(rule, whole, isTaken, write), record)
}

/** How a value stands in a page: in tables as a text. */
type Writing = (value: unknown) => unknown

function fittedTo(rule: WhereRule, record: unknown, isTaken: boolean, write: Writing): unknown {
  if ('any' in rule) {
    const [first] = rule.any
    if (isTaken) return fitted(first, record, true, write)
    return rule.any.reduce<unknown>((whole, one) => fitted(one, whole, false, write), record)
  }
  if ('not' in rule) return fitted(rule.not, record, !isTaken, write)
  const value = isTaken ? wanted(rule) : unwanted(rule)
  return value === undefined ? record : withValue(record, rule.path, write(value))
}

function wanted(rule: Leaf): unknown {
  if ('is' in rule) return rule.is
  if ('in' in rule) return rule.in[0]
  if ('exists' in rule) return rule.exists ? 'there' : null
  return 'matches' in rule ? undefined : beyond(rule, -1)
}

function unwanted(rule: Leaf): unknown {
  if ('is' in rule) return otherThan(rule.is)
  if ('in' in rule) return otherThan(rule.in[0] ?? null)
  if ('exists' in rule) return rule.exists ? null : 'there'
  return 'matches' in rule ? '' : beyond(rule, 1)
}

function otherThan(value: Scalar): Scalar {
  if (typeof value === 'boolean') return !value
  return typeof value === 'number' ? value + 1_000_003 : `other than ${String(value)}`
}

/** On the one side of a limit, or on the other. */
function beyond(rule: Leaf, sign: 1 | -1): unknown {
  const direction = 'before' in rule ? sign : -sign
  const limit = 'before' in rule ? rule.before : 'after' in rule ? rule.after : 0
  return typeof limit === 'number'
    ? limit + direction
    : new Date(momentOf(limit) + direction * 86_400_000).toISOString()
}
