/** The range that an option's number must lie in; `min` and `max` are allowed values themselves. */
export interface NumberRange {
  readonly min?: number
  /** It must be larger than this; takes the place of `min`. */
  readonly above?: number
  readonly max?: number
  /** It must be smaller than this; takes the place of `max`. */
  readonly below?: number
  readonly integer?: boolean
  /** Infinity is allowed, meaning "no limit". */
  readonly orInfinity?: boolean
}

/**
 * Checks one option once, in a constructor. `name` is written `Owner.option`.
 * @throws TypeError when it is not a number, RangeError when it lies outside; both say what is allowed.
 */
export function checkNumber(name: string, value: unknown, range: NumberRange = {}): void {
  if (typeof value !== 'number' || Number.isNaN(value))
    throw wrong(TypeError, name, value, describeRange(range))
  if (value === Infinity && range.orInfinity === true) return
  const { min = -Infinity, above = -Infinity, max = Infinity, below = Infinity } = range
  // An end that is left open keeps its infinity out.
  const isInside = value >= min && value > above && value <= max && value < below
  if (isInside && (range.integer !== true || Number.isInteger(value))) return
  throw wrong(RangeError, name, value, describeRange(range))
}

/** A duration in milliseconds: finite, not negative. */
export function checkDuration(name: string, value: unknown, range: NumberRange = {}): void {
  checkNumber(name, value, { min: 0, ...range })
}

/** A count: an integer of at least `min` (1 unless told). */
export function checkCount(name: string, value: unknown, range: NumberRange = {}): void {
  checkNumber(name, value, { min: 1, integer: true, ...range })
}

/** @throws TypeError when `value` is not one of `allowed`. */
export function checkOneOf(name: string, value: unknown, allowed: readonly unknown[]): void {
  if (!allowed.includes(value)) throw wrong(TypeError, name, value, `one of ${allowed.map(show).join(', ')}`)
}

/** @throws TypeError when `value` is not a function. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw wrong(TypeError, name, value, 'a function')
}

/** `defaults` overlaid with the options that were given; an explicit `undefined` is not given. */
export function withDefaults<D extends object, O extends object>(defaults: D, options: O | undefined): D & O {
  const merged = { ...defaults } as Record<string, unknown>
  for (const [name, value] of Object.entries(options ?? {})) {
    if (value !== undefined) merged[name] = value
  }
  return merged as D & O
}

/** The error for a value that is not allowed. */
export function wrong(Kind: ErrorConstructor, name: string, value: unknown, allowed: string): Error {
  return new Kind(`${name} is ${show(value)}; allowed is ${allowed}`)
}

function describeRange({ min, above, max, below, integer, orInfinity }: NumberRange): string {
  const low = end('above', above) ?? end('at least', min)
  const high = end('below', below) ?? end('at most', max)
  const ends = [low, high].filter(Boolean).join(' and ')
  const linked = ends.startsWith('at') ? ` of ${ends}` : ends && ` ${ends}`
  return `${integer === true ? 'an integer' : 'a number'}${linked}${orInfinity === true ? ', or Infinity' : ''}`
}

function end(word: string, value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${word} ${value}`
}

/** A value that has no text of its own is named by its kind: `an array`, `an object`, `an AbortSignal`. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (Object(value) !== value) return String(value)
  const kind = Object.prototype.toString.call(value).slice(8, -1)
  const named = /^(Object|Array|Function)$/.test(kind) ? kind.toLowerCase() : kind
  return `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${named}`
}
