import { closest } from './closest.js'
import type { NumberRange } from './option-checks.js'
import { checkFunction, checkNumber, checkOneOf, withDefaults, wrong } from './option-checks.js'

type Primitive = string | number | bigint | boolean | symbol | null

/**
 * How one option is checked. It throws when `value` is not allowed; `name` is written `Owner.option`.
 * A rule for other values than the option's own type has does not compile. The two properties are for the
 * compiler alone: a rule takes all that its option may hold, and no primitive besides.
 */
export interface OptionRule<in T, out P = Extract<T, Primitive>> {
  (name: string, value: unknown): void
  readonly takes?: (value: T) => void
  readonly primitives?: P
}

/** One rule for each option; one that is missing does not compile. */
export type OptionRules<O> = { readonly [K in keyof O]-?: OptionRule<Exclude<O[K], undefined>> }

/**
 * The options of an `owner`: a frozen copy of what was given, the defaults where nothing (or undefined) was.
 * It is made once, in a constructor. Rules are asked in their order, for defaults too.
 * @throws TypeError when `given` is not an object or has a name that is not an option; TypeError or RangeError when
 * an option has a value that is not allowed. Each names `Owner.option`, the value and what is allowed.
 */
export function optionsOf<D extends object, O extends object>(
  owner: string,
  defaults: D,
  rules: OptionRules<NoInfer<O>>,
  given: O | undefined,
): Readonly<D & O> {
  checkOptions(owner, given, Object.keys(rules))
  const options = withDefaults(defaults, given) as Record<string, unknown>
  for (const [name, check] of Object.entries<Check>(rules)) check(`${owner}.${name}`, options[name])
  return Object.freeze(options) as D & O
}

type Check = (name: string, value: unknown) => void

/** Whether it is an object that may hold options: nothing that has a kind of its own, an AbortSignal say. */
export function isPlain(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]'
}

/**
 * For the options of a single call; those of a constructor go through `optionsOf`. One that is undefined is
 * not given, whatever its name.
 * @throws TypeError when they are no object, or have a name that is not an option.
 */
export function checkOptions(owner: string, given: unknown, known: readonly string[]): void {
  if (given === undefined) return
  if (!isPlain(given)) throw wrong(TypeError, `${owner}.options`, given, 'an object')
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || known.includes(name)) continue
    const similar = closest(name, known)
    const hint = similar === undefined ? `allowed is one of ${known.join(', ')}` : `did you mean ${similar}?`
    throw new TypeError(`${owner}.${name} is not an option; ${hint}`)
  }
}

/** A number in a range. */
export function numeric(range?: NumberRange): OptionRule<number> {
  return (name, value) => checkNumber(name, value, range)
}

/** A duration in milliseconds: finite unless `orInfinity`, not negative. */
export function duration(range?: NumberRange): OptionRule<number> {
  return numeric({ min: 0, ...range })
}

/** An integer, from 1 unless the range has another `min`. */
export function count(range?: NumberRange): OptionRule<number> {
  return numeric({ min: 1, integer: true, ...range })
}

/** A number from 0 to 1. */
export function share(): OptionRule<number> {
  return numeric({ min: 0, max: 1 })
}

/** One of some names. */
export function oneOf<const T extends string | boolean>(allowed: readonly T[]): OptionRule<T> {
  return (name, value) => checkOneOf(name, value, allowed)
}

/** Some text. */
export function text(): OptionRule<string> {
  return (name, value) => {
    if (typeof value !== 'string') throw wrong(TypeError, name, value, 'a string')
  }
}

/** True or false. */
export function flag(): OptionRule<boolean> {
  return (name, value) => checkOneOf(name, value, [true, false])
}

/** A function. */
export function fn(): OptionRule<(...args: never) => unknown> {
  return checkFunction
}

/** An object of whatever class with these methods. */
export function having(...methods: readonly string[]): OptionRule<object> {
  return (name, value) => {
    const object = value as Record<string, unknown> | null | undefined
    for (const method of methods) checkFunction(`${name}.${method}`, object?.[method])
  }
}

/** What `clock` may be. */
export function clockLike(): OptionRule<object> {
  return having('now', 'wallNow', 'setTimer')
}

/** Whatever there is. */
export function anything(): OptionRule<unknown> {
  return () => undefined
}

/** Nothing, where there is no default; what the rule says, where something is given. */
export function optional<T>(rule: OptionRule<T>): OptionRule<T> {
  return (name, value) => {
    if (value !== undefined) rule(name, value)
  }
}

/** `false`, or what the rule says. */
export function orOff<T>(rule: OptionRule<T>): OptionRule<T | false> {
  return (name, value) => {
    if (value !== false) rule(name, value)
  }
}

/** A function, or what the rule says. */
export function orFn<T>(rule: OptionRule<T>): OptionRule<T | ((...args: never) => unknown)> {
  return (name, value) => {
    if (typeof value !== 'function') rule(name, value)
  }
}

/** Any object, to be checked by `first`; otherwise what the rule says. */
export function orObject<T>(first: OptionRule<object>, rule: OptionRule<T>): OptionRule<T | object> {
  return (name, value) => (typeof value === 'object' && value !== null ? first : rule)(name, value)
}
