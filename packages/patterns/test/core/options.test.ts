import { expect, expectTypeOf, test } from 'vitest'
import type { OptionRules } from '../../src/core/index.js'
import {
  anything,
  clockLike,
  count,
  duration,
  fn,
  flag,
  having,
  numeric,
  oneOf,
  optional,
  optionsOf,
  orFn,
  orObject,
  orOff,
  share,
  systemClock,
  text,
} from '../../src/core/index.js'

interface GateOptions<R = unknown> {
  readonly width: number
  readonly waitMs?: number
  readonly threshold?: number | false
  readonly ratio?: number
  readonly mode?: 'fast' | 'fair'
  readonly strict?: boolean
  readonly name?: string
  readonly classify?: (value: R) => boolean
  readonly delayMs?: number | (() => number)
  readonly rest?: number | { readonly delayMs: () => number }
  readonly clock?: typeof systemClock
  readonly label?: unknown
}

const DEFAULTS = Object.freeze({
  waitMs: 1_000,
  threshold: 3,
  ratio: 0.1,
  mode: 'fair' as const,
  strict: false,
  name: 'gate',
  classify: undefined,
  delayMs: 1,
  rest: 1,
  clock: systemClock,
})

const RULES = {
  width: count({ max: 9 }),
  waitMs: duration({ orInfinity: true }),
  threshold: orOff(count()),
  ratio: share(),
  mode: oneOf(['fast', 'fair']),
  strict: flag(),
  name: text(),
  classify: optional(fn()),
  delayMs: orFn(duration()),
  rest: orObject(having('delayMs'), duration()),
  clock: clockLike(),
  label: anything(),
} satisfies OptionRules<GateOptions>

const gate = (given: unknown) => optionsOf('Gate', DEFAULTS, RULES, given as GateOptions)

test('options: what is given is overlaid on the defaults in a frozen copy', () => {
  const given = Object.freeze({ width: 2, waitMs: undefined, threshold: false as const })
  const options = gate(given)
  expect(options).toEqual({ ...DEFAULTS, width: 2, threshold: false })
  expect(Object.isFrozen(options)).toBe(true)
  expect(Object.keys(gate({ strict: true, width: 1 }))).toEqual(Object.keys(options))
})

test.each([
  [{}, TypeError, 'Gate.width is undefined; allowed is an integer of at least 1 and at most 9'],
  [{ width: 10 }, RangeError, 'Gate.width is 10; allowed is an integer of at least 1 and at most 9'],
  [{ width: 1, waitMs: -1 }, RangeError, 'Gate.waitMs is -1; allowed is a number of at least 0, or Infinity'],
  [{ width: 1, threshold: true }, TypeError, 'Gate.threshold is true; allowed is an integer of at least 1'],
  [{ width: 1, ratio: 2 }, RangeError, 'Gate.ratio is 2; allowed is a number of at least 0 and at most 1'],
  [{ width: 1, mode: 'slow' }, TypeError, 'Gate.mode is "slow"; allowed is one of "fast", "fair"'],
  [{ width: 1, strict: 'yes' }, TypeError, 'Gate.strict is "yes"; allowed is one of true, false'],
  [{ width: 1, name: 3 }, TypeError, 'Gate.name is 3; allowed is a string'],
  [{ width: 1, classify: 3 }, TypeError, 'Gate.classify is 3; allowed is a function'],
  [{ width: 1, delayMs: [] }, TypeError, 'Gate.delayMs is an array; allowed is a number of at least 0'],
  [{ width: 1, rest: {} }, TypeError, 'Gate.rest.delayMs is undefined; allowed is a function'],
  [{ width: 1, clock: null }, TypeError, 'Gate.clock.now is undefined; allowed is a function'],
])('options: %o is refused by name', (given, kind, message) => {
  expect(() => gate(given)).toThrow(kind)
  expect(() => gate(given)).toThrow(message)
})

test.each([
  [5, '5'],
  ['fast', '"fast"'],
  [null, 'null'],
  [[], 'an array'],
  [() => 1, 'a function'],
])('options: %o is no object of options', (given, shown) => {
  expect(() => gate(given)).toThrow(new TypeError(`Gate.options is ${shown}; allowed is an object`))
})

test('options: a name that is not an option is refused, and the one that was meant is told', () => {
  expect(() => gate({ width: 1, waitMS: 5 })).toThrow(
    new TypeError('Gate.waitMS is not an option; did you mean waitMs?'),
  )
  expect(() => gate({ width: 1, treshold: 5 })).toThrow('did you mean threshold?')
  expect(() => gate({ width: 1, ['__proto__']: 1, constructor: 1 })).toThrow(
    `Gate.__proto__ is not an option; allowed is one of ${Object.keys(RULES).join(', ')}`,
  )
  expect(gate({ width: 1, colour: undefined })).not.toHaveProperty('colour')
})

test('options: rules fit the types of the options, or they do not compile', () => {
  type Rules = OptionRules<GateOptions>
  expectTypeOf(RULES).toExtend<Rules>()
  expectTypeOf(RULES).toExtend<OptionRules<GateOptions<string>>>()
  expectTypeOf<Omit<typeof RULES, 'width'>>().not.toExtend<Rules>()
  const misfits = [
    { ...RULES, width: flag() },
    { ...RULES, width: orOff(count()) },
    { ...RULES, threshold: count() },
    { ...RULES, mode: oneOf(['fast']) },
    { ...RULES, name: numeric() },
  ] as const
  expectTypeOf(misfits[0]).not.toExtend<Rules>()
  expectTypeOf(misfits[1]).not.toExtend<Rules>()
  expectTypeOf(misfits[2]).not.toExtend<Rules>()
  expectTypeOf(misfits[3]).not.toExtend<Rules>()
  expectTypeOf(misfits[4]).not.toExtend<Rules>()
  expectTypeOf<{ readonly other: number }>().not.toExtend<OptionRules<{ other: number }>>()
})
