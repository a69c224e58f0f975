import { textOf } from '../manifest/component.js'
import type { Constant, Expression } from '../jinja/index.js'
import { isList } from '../jinja/index.js'
import { Refusal } from '../manifest/refusal.js'
import type { Way } from './paths.js'
import { regularExpression } from './regular-expression.js'
import { wayOf } from './paths.js'

type Scalar = string | number | boolean | null

/** A condition of a template, taken apart. */
export type Condition =
  | { readonly way: Way; readonly is: 'truthy' | 'falsy' | 'there' | 'missing' | 'empty' }
  | { readonly way: Way; readonly is: 'one of'; readonly values: readonly Scalar[] }
  | { readonly way: Way; readonly is: 'matching'; readonly pattern: string }
  | {
      readonly way: Way
      readonly is: 'below' | 'above' | 'atLeast' | 'atMost'
      readonly limit: string | number
    }
  | { readonly way: Way; readonly is: 'shorter'; readonly limit: number }
  /** Two places hold the same. */
  | { readonly way: Way; readonly is: 'same'; readonly other: Way }
  /** Compared with something that changes from request to request, or from record to record. */
  | { readonly way: Way; readonly is: 'since' }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly always: boolean }

const ORDERS = { '<': 'below', '>': 'above', '>=': 'atLeast', '<=': 'atMost' } as const
const FLIPPED = { '<': '>', '>': '<', '>=': '<=', '<=': '>=' } as const

/** @throws Refusal for a condition that cannot be said in rules. */
export function conditionOf(expression: Expression): Condition {
  const way = wayOf(expression)
  if (way !== undefined) return { way, is: 'truthy' }
  switch (expression.kind) {
    case 'constant':
      return { always: Boolean(expression.value) }
    case 'not':
      return negated(conditionOf(expression.of))
    case 'test':
      return testCondition(expression)
    case 'binary':
      return binaryCondition(expression)
    case 'call':
      return callCondition(expression)
    case 'filter':
      return filterCondition(expression)
    case 'if':
      return ifCondition(expression)
    case 'text':
      if (expression.parts.length === 1 && expression.parts[0] !== undefined)
        return conditionOf(expression.parts[0])
      throw refused()
    default:
      throw refused()
  }
}

function ifCondition({ test, then, otherwise }: Extract<Expression, { kind: 'if' }>): Condition {
  const condition = conditionOf(test)
  return {
    any: [{ all: [condition, conditionOf(then)] }, { all: [negated(condition), conditionOf(otherwise)] }],
  }
}

function negated(condition: Condition): Condition {
  if ('always' in condition) return { always: !condition.always }
  if ('not' in condition) return condition.not
  if ('all' in condition) return { any: condition.all.map(negated) }
  if ('any' in condition) return { all: condition.any.map(negated) }
  const opposite = { truthy: 'falsy', falsy: 'truthy', there: 'missing', missing: 'there' } as const
  if (
    condition.is === 'truthy' ||
    condition.is === 'falsy' ||
    condition.is === 'there' ||
    condition.is === 'missing'
  ) {
    return { way: condition.way, is: opposite[condition.is] }
  }
  return { not: condition }
}

function testCondition({ name, of, args }: Extract<Expression, { kind: 'test' }>): Condition {
  const way = neededWay(of)
  switch (name.toLowerCase()) {
    case 'defined':
      return { way, is: 'there' }
    case 'undefined':
    case 'none':
      return { way, is: 'missing' }
    case 'true':
      return { way, is: 'one of', values: [true] }
    case 'false':
      return { way, is: 'one of', values: [false] }
    case 'equalto':
    case 'eq': {
      const [first] = args
      if (first?.kind === 'constant') return equalCondition(way, first.value)
      throw refused()
    }
    default:
      throw refused()
  }
}

function binaryCondition({ operator, left, right }: Extract<Expression, { kind: 'binary' }>): Condition {
  switch (operator) {
    case 'and':
      return { all: [conditionOf(left), conditionOf(right)] }
    case 'or':
      return { any: [conditionOf(left), conditionOf(right)] }
    case '==':
      return comparedWith(left, right)
    case '!=':
      return negated(comparedWith(left, right))
    case 'in':
      return containing(left, right)
    case '<':
    case '>':
    case '<=':
    case '>=':
      return left.kind === 'constant'
        ? ordered(FLIPPED[operator], right, left)
        : ordered(operator, left, right)
    default:
      throw refused()
  }
}

function comparedWith(left: Expression, right: Expression): Condition {
  const [way, other] = [wayOf(left), wayOf(right)]
  if (way !== undefined && other !== undefined) return { way, is: 'same', other }
  const [value, constant] = left.kind === 'constant' ? [right, left] : [left, right]
  if (constant.kind !== 'constant') throw refused()
  const length = lengthOf(value)
  if (length !== undefined && constant.value === 0) return { way: length, is: 'empty' }
  return equalCondition(neededWay(textless(value)), constant.value)
}

function equalCondition(way: Way, value: Constant): Condition {
  if (value === null || value === undefined) return { way, is: 'missing' }
  if (isList(value)) return { way, is: 'empty' }
  if (typeof value === 'object') throw refused()
  return { way, is: 'one of', values: [value] }
}

/** `x | string`, `x | int`: the same value where it is compared. */
function textless(expression: Expression): Expression {
  return expression.kind === 'filter' && ['string', 'int', 'default'].includes(expression.name)
    ? expression.of
    : expression
}

function ordered(operator: keyof typeof ORDERS, left: Expression, right: Expression): Condition {
  const length = lengthOf(left)
  if (length !== undefined && right.kind === 'constant' && typeof right.value === 'number') {
    if (operator === '<') return { way: length, is: 'shorter', limit: right.value }
    if (operator === '>' && right.value === 0) return negated({ way: length, is: 'empty' })
    throw refused()
  }
  const way = neededWay(textless(left))
  if (isStart(right)) return { way, is: 'since' }
  if (right.kind !== 'constant') throw refused()
  const { value } = right
  if (typeof value !== 'number' && typeof value !== 'string') throw refused()
  return { way, is: ORDERS[operator], limit: value }
}

/** The beginning of what is asked for. */
function isStart(expression: Expression): boolean {
  const way = wayOf(expression.kind === 'filter' ? expression.of : expression)
  const isSlice = way !== undefined && ['stream_slice', 'stream_interval', 'stream_state'].includes(way.root)
  return isSlice && (way.root === 'stream_state' || String(way.keys[0]).startsWith('start'))
}

function lengthOf(expression: Expression): Way | undefined {
  if (expression.kind !== 'filter' || !['length', 'count'].includes(expression.name)) return undefined
  return wayOf(expression.of)
}

function containing(value: Expression, container: Expression): Condition {
  if (container.kind === 'constant' && isList(container.value)) {
    const values = container.value.filter((one): one is Scalar => one === null || typeof one !== 'object')
    return { way: neededWay(textless(value)), is: 'one of', values }
  }
  if (value.kind !== 'constant' || (typeof value.value !== 'string' && typeof value.value !== 'number'))
    throw refused()
  return holding(value.value, neededWay(withoutCase(container)), withoutCase(container) !== container)
}

/** What holds it may be a mapping with that key, a text with that part, or a list with that item. */
function holding(value: string | number, way: Way, ignoresCase: boolean): Condition {
  const { root, keys } = way
  const asKey: Condition = { way: { root, keys: [...keys, value] }, is: 'there' }
  if (keys.length === 0) return asKey
  const escaped = String(value).replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  const pattern = ignoresCase
    ? escaped.replace(/[a-z]/gi, letter => `[${letter.toLowerCase()}${letter.toUpperCase()}]`)
    : escaped
  const asText: Condition = { way, is: 'matching', pattern }
  if (/\s/.test(String(value)) || ignoresCase) return asText
  return { any: [asKey, asText, { way: { root, keys: [...keys, '*'] }, is: 'one of', values: [value] }] }
}

function withoutCase(expression: Expression): Expression {
  const isLower =
    expression.kind === 'call' &&
    expression.of.kind === 'item' &&
    expression.of.key.kind === 'constant' &&
    expression.of.key.value === 'lower'
  if (isLower && expression.of.kind === 'item') return expression.of.of
  return expression.kind === 'filter' && expression.name === 'lower' ? expression.of : expression
}

function callCondition({ of, args }: Extract<Expression, { kind: 'call' }>): Condition {
  const [first] = args
  if (of.kind !== 'item' || of.key.kind !== 'constant' || first?.kind !== 'constant') throw refused()
  const escaped = textOf(first.value).replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  if (of.key.value === 'startswith') return { way: neededWay(of.of), is: 'matching', pattern: `^${escaped}` }
  if (of.key.value === 'endswith') return { way: neededWay(of.of), is: 'matching', pattern: `${escaped}$` }
  throw refused()
}

function filterCondition(expression: Extract<Expression, { kind: 'filter' }>): Condition {
  const [first] = expression.args
  const length = lengthOf(expression)
  if (length !== undefined) return negated({ way: length, is: 'empty' })
  if (expression.name === 'regex_search' && first?.kind === 'constant') {
    const { source, hasGroup } = regularExpression(textOf(first.value))
    // The filter gives the text of the first group, and without a group nothing.
    return hasGroup
      ? { way: neededWay(textless(expression.of)), is: 'matching', pattern: source }
      : { always: false }
  }
  throw refused()
}

function neededWay(expression: Expression): Way {
  const way = wayOf(expression)
  if (way === undefined) throw refused()
  return way
}

function refused(): Refusal {
  return new Refusal('condition', 'the condition cannot be said in rules')
}
