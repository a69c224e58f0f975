import {
  checkCount,
  checkDuration,
  checkFunction,
  checkNumber,
  checkOneOf,
  withDefaults,
} from 'async-patterns'
import { describe, expect, test } from 'vitest'

describe('option checks', () => {
  test.each([
    [0, { min: 1 }, RangeError, 'X.n is 0; allowed is a number of at least 1'],
    [9, { max: 5 }, RangeError, 'X.n is 9; allowed is a number of at most 5'],
    [9, { min: 1, max: 5 }, RangeError, 'X.n is 9; allowed is a number of at least 1 and at most 5'],
    [1.5, { integer: true }, RangeError, 'X.n is 1.5; allowed is an integer'],
    [Infinity, {}, RangeError, 'X.n is Infinity; allowed is a number'],
    [-Infinity, { orInfinity: true }, RangeError, 'X.n is -Infinity; allowed is a number, or Infinity'],
    [Number.NaN, {}, TypeError, 'X.n is NaN'],
    ['5', {}, TypeError, 'X.n is "5"'],
    [undefined, {}, TypeError, 'X.n is undefined'],
  ])('%o in %o is a %o', (value, range, kind, message) => {
    const check = (): void => checkNumber('X.n', value, range)
    expect(check).toThrow(kind)
    expect(check).toThrow(message)
  })

  test('the ends of a range are allowed', () => {
    checkNumber('X.n', 1, { min: 1, max: 1 })
    checkNumber('X.n', Infinity, { orInfinity: true, integer: true })
    checkDuration('X.ms', 0)
    checkCount('X.n', 1)
    expect(() => checkDuration('X.ms', -1)).toThrow(RangeError)
    expect(() => checkCount('X.n', 0)).toThrow(RangeError)
  })

  test('names and functions', () => {
    checkOneOf('X.mode', 'a', ['a', 'b'])
    expect(() => checkOneOf('X.mode', 'c', ['a', 'b'])).toThrow('X.mode is "c"; allowed is one of "a", "b"')
    checkFunction('X.f', () => 1)
    expect(() => checkFunction('X.f', 1)).toThrow('X.f is 1; allowed is a function')
  })

  test('an explicit undefined is not given, and neither object is changed', () => {
    const defaults = Object.freeze({ a: 1, b: 2 })
    const options = Object.freeze({ a: undefined, b: 0 })
    expect(withDefaults(defaults, options)).toEqual({ a: 1, b: 0 })
    expect(withDefaults(defaults, undefined)).toEqual(defaults)
    expect(withDefaults(defaults, undefined)).not.toBe(defaults)
  })
})
