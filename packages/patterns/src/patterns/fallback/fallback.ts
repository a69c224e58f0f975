import type {
  CallContext,
  Context,
  Discard,
  Listener,
  Operation,
  OptionRules,
  Outcome,
  Policy,
  PolicyDescription,
  Within,
} from '../../core/index.js'
import {
  anything,
  contextOf,
  discardWith,
  disposeValue,
  Events,
  fn,
  optionsOf,
  misuse,
} from '../../core/index.js'

/** What is given instead of which outcomes. */
export interface FallbackOptions<R, A> {
  /** What is given instead: a value, or a function that is called for it with what it replaces. */
  readonly fallback: A | ((outcome: Outcome<R>, context: Context) => A | PromiseLike<A>)
  /** Whether an outcome is replaced. Default: every error, unless the caller has aborted the call. */
  readonly when?: (outcome: Outcome<R>, context: Context) => boolean
  /** Takes a value that was replaced, once it was. Default: disposes it and closes a response's body. */
  readonly discard?: Discard
}

/** An outcome was replaced. */
export interface FallbackEvent<R = unknown> {
  readonly type: 'fallback'
  readonly outcome: Outcome<R>
}

function isError(outcome: Outcome<unknown>, context: Context): boolean {
  return !outcome.ok && !context.aborted
}

const DEFAULTS = Object.freeze({ when: isError, discard: disposeValue })

const RULES = {
  fallback: anything(),
  when: fn(),
  discard: fn(),
} satisfies OptionRules<FallbackOptions<unknown, unknown>>

/**
 * Gives something else where a call fails: a default, the last good value, a cheaper source. What the
 * fallback function throws is thrown instead of the call's own error. It belongs outside of the retry, so
 * that it is the last resort.
 */
export class Fallback<out A, in R = unknown> implements Policy<R, A> {
  declare readonly addedResult?: A
  /** It holds no state. */
  readonly idle = true
  readonly #substitute: (outcome: Outcome<R>, context: Context) => A | PromiseLike<A>
  readonly #when: (outcome: Outcome<R>, context: Context) => boolean
  readonly #discard: Discard
  readonly #events = new Events<FallbackEvent>('fallback')

  /** @throws TypeError when an option is missing or no function. */
  constructor(options: FallbackOptions<R, A>) {
    const { fallback, when, discard } = optionsOf('Fallback', DEFAULTS, RULES, options)
    if (!('fallback' in options)) throw new TypeError('Fallback.fallback is missing; allowed is any value')
    this.#substitute = isMaker(fallback) ? fallback : () => fallback
    this.#when = when
    this.#discard = discard
  }

  async execute<T extends R>(operation: Operation<T>, within?: Within): Promise<T | A> {
    const refused = misuse('Fallback', operation, within)
    if (refused !== undefined) return refused
    const context = contextOf(within)
    if (context.aborted) throw context.reason
    let value: T
    try {
      value = await operation(context)
    } catch (error) {
      const outcome = { ok: false, error } as const
      if (this.#when(outcome, context)) return this.#replace(outcome, context)
      throw error
    }
    return this.#judgeValue(value, context)
  }

  describe(): PolicyDescription {
    return { pattern: 'fallback', role: 'fallback' }
  }

  /** Replacements, in the order in which they happen; dispose the result to stop. */
  subscribe(listener: Listener<FallbackEvent>): Disposable {
    return this.#events.subscribe(listener)
  }

  /** The value is whole while the fallback looks at it; discarded it is when the caller does not get it. */
  async #judgeValue<T extends R>(value: T, context: CallContext): Promise<T | A> {
    let given: T | A | undefined
    try {
      const outcome = { ok: true, value } as const
      given = this.#when(outcome, context) ? await this.#replace(outcome, context) : value
      return given
    } finally {
      if (given !== value) discardWith(this.#discard, value)
    }
  }

  #replace(outcome: Outcome<R>, context: CallContext): A | PromiseLike<A> {
    if (this.#events.wanted('fallback')) this.#events.emit({ type: 'fallback', outcome })
    return this.#substitute(outcome, context)
  }
}

function isMaker<R, A>(
  fallback: FallbackOptions<R, A>['fallback'],
): fallback is (outcome: Outcome<R>, context: Context) => A | PromiseLike<A> {
  return typeof fallback === 'function'
}
