import type { CallContext, Listener, Operation, Policy, PolicyDescription, Within } from '../../core/index.js'
import { contextOf, deadlineExceeded, Events, runOperation, misuse } from '../../core/index.js'
import type { Backoff } from '../backoff/index.js'
import { judge, RetryCall } from './retry-call.js'
import type { RetryOptions, RetrySettings } from './retry-options.js'
import { retryErrors, retrySettings } from './retry-options.js'
import type { RetryEvent } from './retry-events.js'

/** The two ends of chance: one of them gives the longest delay. */
const ENDS = [() => 0, () => 1 - Number.EPSILON]
/** After so many delays all others count as the longest; a backoff grows to its maximum long before. */
const STEPS_ADDED_UP = 1_000

/** A value, and what it took to get it. */
export interface RetryMetrics<T> {
  readonly value: T
  /** Attempts that were made, the first included. */
  readonly attempts: number
  /** The waits between them, in milliseconds: the first 16 and the last 16. */
  readonly delaysMs: readonly number[]
}

/**
 * Tries an operation again after a wait that grows. `R` is what results `retryWhen` must understand.
 *
 * An error that `retryWhen` does not want passes through unchanged, as does the caller's abort reason, which
 * also ends a wait at once. When no attempt is left an error becomes RetryExhaustedError, and a bad result is
 * returned as it is. A `retryAfterMs` on the error (a server's Retry-After, an open breaker) is the least
 * wait. No attempt begins that the deadline leaves no time for.
 */
export class RetryPolicy<in R = unknown> implements Policy<R> {
  readonly #settings: RetrySettings<R>
  readonly #judgesValues: boolean
  readonly #events = new Events<RetryEvent>('retry')

  /** @throws RangeError or TypeError that names the option, its value and what is allowed. */
  constructor(options?: RetryOptions<R>) {
    this.#settings = retrySettings(options)
    this.#judgesValues = this.#settings.retryWhen !== retryErrors
  }

  get maxAttempts(): number {
    return this.#settings.maxAttempts
  }

  /** The longest wait that the backoff itself gives between two attempts. */
  get maxDelayMs(): number {
    return this.#settings.backoff.maxDelayMs
  }

  /**
   * Rejects with RetryExhaustedError, RetryBudgetExceededError, an error that is not to be retried, the
   * caller's abort reason, or DeadlineExceededError when there is no time for a first attempt.
   */
  execute<T extends R>(operation: Operation<T>, within?: Within): Promise<T> {
    const refused = misuse('RetryPolicy', operation, within)
    if (refused !== undefined) return refused
    const outer = contextOf(within)
    const refusal = this.#admit(outer)
    if (refusal !== undefined) return refusal
    const first = outer.attempt === 1 ? outer : outer.child({ attempt: 1 })
    const work = runOperation(operation, first)
    const failed = (error: unknown) => this.#call(operation, outer, first).finish({ ok: false, error })
    if (!this.#judgesValues) return work.then(undefined, failed)
    return work.then(value => {
      // Most values are good ones: what further attempts need is made for the others only.
      const outcome = { ok: true, value } as const
      const verdict = outer.aborted ? false : judge(this.#settings, outcome, first)
      return verdict === false ? value : this.#call(operation, outer, first).finish(outcome, verdict)
    }, failed)
  }

  /** As `execute`, with the number of attempts and the waits; errors carry both anyway. */
  executeWithMetrics<T extends R>(operation: Operation<T>, within?: Within): Promise<RetryMetrics<T>> {
    const refused = misuse('RetryPolicy', operation, within)
    if (refused !== undefined) return refused
    const outer = contextOf(within)
    const refusal = this.#admit(outer)
    if (refusal !== undefined) return refusal
    const first = outer.attempt === 1 ? outer : outer.child({ attempt: 1 })
    const call = this.#call(operation, outer, first)
    return runOperation(operation, first)
      .then(
        value => call.finish({ ok: true, value }),
        (error: unknown) => call.finish({ ok: false, error }),
      )
      .then(value => ({ value, attempts: call.attempts, delaysMs: call.delaysMs }))
  }

  describe(): PolicyDescription {
    return describeRetry(this.#settings)
  }

  subscribe(listener: Listener<RetryEvent>): Disposable {
    return this.#events.subscribe(listener)
  }

  /** Counts the call, or rejects it when it cannot even begin. */
  #admit(outer: CallContext): Promise<never> | undefined {
    if (outer.aborted) return Promise.reject(outer.reason)
    const { budget, budgetKey, clock, minAttemptMs } = this.#settings
    if (outer.deadlineAt !== Infinity) {
      const now = clock.now()
      if (now + minAttemptMs >= outer.deadlineAt) {
        return Promise.reject(deadlineExceeded(outer.deadlineAt, now, { neededMs: minAttemptMs }))
      }
    }
    if (budget?.countsCalls === true) budget.countCall(budgetKey)
    return undefined
  }

  #call<T extends R>(operation: Operation<T>, outer: CallContext, first: CallContext): RetryCall<T, R> {
    return new RetryCall(this.#settings, this.#events, operation, outer, first)
  }
}

/**
 * What a retry does to a call at worst. Waits that a server asks for can be longer, and are not known here.
 */
function describeRetry<R>(settings: RetrySettings<R>): PolicyDescription {
  const { maxAttempts, backoff, budget, budgetKey, minAttemptMs } = settings
  return {
    pattern: 'retry',
    role: 'retry',
    options: { maxAttempts, maxDelayMs: backoff.maxDelayMs, minAttemptMs, ...(budget && { budgetKey }) },
    attempts: maxAttempts,
    loadAmplification: Math.min(maxAttempts, budget?.loadAmplification ?? Infinity),
    waitMs: longestWaits(backoff, maxAttempts - 1),
  }
}

function longestWaits(backoff: Backoff, count: number): number {
  let totalMs = 0
  let lastMs = 0
  const added = Math.min(count, STEPS_ADDED_UP)
  for (let step = 1; step <= added; step += 1) {
    lastMs = Math.max(...ENDS.map(random => backoff.delayMs(step, random, lastMs)))
    totalMs += lastMs
  }
  const left = count - added
  return left === 0 || backoff.maxDelayMs === 0 ? totalMs : totalMs + left * backoff.maxDelayMs
}
