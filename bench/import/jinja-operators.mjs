/** Python's operators. */
import { addDelta, PyDate, PyDelta } from './datetimes.mjs'
import { equals, isDict, PyFloat, pyFloat, str } from './python.mjs'

const isNumber = value =>
  typeof value === 'number' ||
  typeof value === 'bigint' ||
  typeof value === 'boolean' ||
  value instanceof PyFloat

/** `left OPERATOR right`, by the name of nunjucks' node. */
export function arithmetic(name, left, right) {
  if (isNumber(left) && isNumber(right)) return ofNumbers(name, left, right)
  if (left instanceof PyDate || left instanceof PyDelta) return ofDates(name, left, right)
  if (name === 'Add' && typeof left === 'string' && typeof right === 'string') return left + right
  if (name === 'Add' && Array.isArray(left) && Array.isArray(right)) return [...left, ...right]
  if (name === 'Mul' && typeof left === 'string' && isNumber(right))
    return left.repeat(Math.max(0, Number(right)))
  if (name === 'Mul' && right instanceof PyDelta) return new PyDelta(Number(left) * right.us)
  throw new TypeError(`unsupported operand types for ${name}: ${str(left)} and ${str(right)}`)
}

const NUMBERS = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  FloorDiv: (a, b) => Math.floor(a / b),
  Mod: (a, b) => ((a % b) + b) % b,
  Pow: (a, b) => a ** b,
}

function ofNumbers(name, left, right) {
  if (typeof left === 'bigint' && typeof right === 'bigint' && name !== 'Div')
    return NUMBERS[name](left, right)
  const result = NUMBERS[name](Number(left), Number(right))
  const isFloat = [left, right].some(one => one instanceof PyFloat || !Number.isInteger(Number(one)))
  return name === 'Div' || isFloat ? pyFloat(result) : result
}

function ofDates(name, left, right) {
  const sign = name === 'Sub' ? -1 : 1
  if (left instanceof PyDate && right instanceof PyDelta) return addDelta(left, right, sign)
  if (left instanceof PyDate && right instanceof PyDate && name === 'Sub')
    return new PyDelta(left.us - right.us)
  if (left instanceof PyDelta && right instanceof PyDate && name === 'Add') return addDelta(right, left, 1)
  if (left instanceof PyDelta && right instanceof PyDelta) {
    if (name === 'Div') return pyFloat(left.us / right.us)
    return new PyDelta(left.us + sign * right.us, left.months + sign * right.months)
  }
  if (left instanceof PyDelta && name === 'Mul') return new PyDelta(left.us * Number(right))
  throw new TypeError(`unsupported operand types for ${name}`)
}

/** `left < right` and its like. */
export function compare(operator, left, right) {
  if (left === undefined || right === undefined || left === null || right === null)
    throw new TypeError(`${operator} not supported for None`)
  if (typeof left !== typeof right && !(isNumber(left) && isNumber(right)))
    throw new TypeError(`${operator} not supported between ${str(left)} and ${str(right)}`)
  if (operator === '<') return left < right
  if (operator === '>') return left > right
  return operator === '<=' ? left <= right : left >= right
}

/** `item in container`. */
export function contains(container, item) {
  if (container === undefined) return false
  if (typeof container === 'string') return container.includes(str(item))
  if (Array.isArray(container)) return container.some(one => equals(one, item))
  if (isDict(container)) return Object.hasOwn(container, str(item))
  throw new TypeError(`argument of type ${typeof container} is not iterable`)
}
