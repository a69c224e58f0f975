import type { Binary, Constant } from './expression.js'
import { Moment, NothingThere, Span, TemplateError } from './expression.js'
import { compared, contains, equal, isList, str } from './python.js'
import { divided } from './python-number.js'

const DAY = 86_400_000

/** What an operator makes of two values. @throws TemplateError where Python makes nothing of them. */
export function calculated(operator: Binary['operator'], left: Constant, right: Constant): Constant {
  switch (operator) {
    case '==':
      return equal(left, right)
    case '!=':
      return !equal(left, right)
    case '<':
      return compared(left, right) < 0
    case '<=':
      return compared(left, right) <= 0
    case '>':
      return compared(left, right) > 0
    case '>=':
      return compared(left, right) >= 0
    case 'in':
      return contains(right, left)
    case '~':
      return str(left) + str(right)
    case '+':
      return sum(left, right)
    default:
      return arithmetic(operator, left, right)
  }
}

function sum(left: Constant, right: Constant): Constant {
  if (typeof left === 'string' && typeof right === 'string') return left + right
  if (isList(left) && isList(right)) return [...left, ...right]
  return arithmetic('+', left, right)
}

function arithmetic(operator: string, left: Constant, right: Constant): Constant {
  if (left === undefined || right === undefined) throw new NothingThere(`nothing is there to calculate with`)
  if (left instanceof Moment || left instanceof Span) return shifted(operator, left, right)
  if (!isNumber(left) || !isNumber(right)) {
    throw new TemplateError(`${str(left)} ${operator} ${str(right)} cannot be calculated`)
  }
  return calculatedNumber(operator, Number(left), Number(right))
}

/** True is 1. */
function isNumber(value: Constant): value is number | boolean {
  return typeof value === 'number' || typeof value === 'boolean'
}

function calculatedNumber(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '**':
      return left ** right
    default:
      return divided(operator as '/' | '//' | '%', left, right)
  }
}

function shifted(operator: string, left: Moment | Span, right: Constant): Constant {
  const sign = operator === '-' ? -1 : 1
  if (right instanceof Span && left instanceof Moment) {
    // A date is moved by whole days.
    const length = left.isDate ? Math.floor(right.ms / DAY) * DAY : right.ms
    return new Moment(left.ms + sign * length, left.isDate, left.offset)
  }
  if (right instanceof Moment && left instanceof Moment) return new Span(left.ms - right.ms)
  if (right instanceof Span && left instanceof Span) return new Span(left.ms + sign * right.ms)
  throw new TemplateError('a date can only be moved by a duration')
}
