import type { Clock, OptionRules } from '../../core/index.js'
import {
  clockLike,
  count,
  duration,
  numeric,
  optional,
  optionsOf,
  PerKey,
  systemClock,
} from '../../core/index.js'
import { BudgetWindow } from './budget-window.js'

/** How many retries a window allows: a number, or a share of the calls. */
export interface RetryBudgetOptions {
  /** Retries allowed in any window. Default 10; Infinity when `ratio` is given. */
  readonly maxRetries?: number
  /** Retries allowed for each call of the window, such as 0.2. Default: none, `maxRetries` alone counts. */
  readonly ratio?: number
  /** With `ratio`: what is allowed even when there are few calls. Default 3. */
  readonly minRetries?: number
  /** The sliding window, moved on in tenths. Default 60,000. */
  readonly windowMs?: number
  /**
   * How many keys are remembered; those of which nothing is in the window are dropped first. Default 10,000.
   */
  readonly maxKeys?: number
  /** Default: the runtime's clock. */
  readonly clock?: Clock
}

/** How one key's budget stands. */
export interface RetryBudgetState {
  /** Calls in the window; counted only when there is a `ratio`. */
  readonly calls: number
  readonly retries: number
  /** How many retries the window allows; with a `ratio` it need not be whole. */
  readonly allowed: number
}

const DEFAULTS = Object.freeze({ minRetries: 3, windowMs: 60_000, maxKeys: 10_000, clock: systemClock })

const RULES: OptionRules<RetryBudgetOptions> = {
  maxRetries: optional(count({ min: 0, orInfinity: true })),
  ratio: optional(numeric({ min: 0 })),
  minRetries: count({ min: 0 }),
  windowMs: duration({ min: 1 }),
  maxKeys: count(),
  clock: clockLike(),
}

/**
 * Bounds the retries of all policies that share it, so that an outage is not multiplied by everyone's
 * retries. First attempts are never held back. A retry is paid for when it is decided on, and is not
 * refunded.
 *
 * Allowed are `maxRetries` a window, or with `ratio` the greater of `minRetries` and `ratio` x calls, for
 * each key. Counted exactly, in fractions: 15 calls at 0.1 allow 1.5, so one retry, and 20 allow two.
 * Source: the retry budget of Finagle (Twitter), kept in a window instead of a leaky bucket.
 */
export class RetryBudget {
  readonly #maxRetries: number
  readonly #ratio: number | undefined
  readonly #minRetries: number
  readonly #clock: Clock
  readonly #windows: PerKey<string, BudgetWindow>

  /** @throws RangeError or TypeError that names the option, its value and what is allowed. */
  constructor(options?: RetryBudgetOptions) {
    const { maxRetries, ratio, minRetries, windowMs, maxKeys, clock } = optionsOf(
      'RetryBudget',
      DEFAULTS,
      RULES,
      options,
    )
    this.#maxRetries = maxRetries ?? (ratio === undefined ? 10 : Infinity)
    this.#ratio = ratio
    this.#minRetries = minRetries
    this.#clock = clock
    this.#windows = new PerKey(() => new BudgetWindow(windowMs, clock), { maxKeys })
  }

  /** Whether calls matter; if not, `countCall` need not be called. */
  get countsCalls(): boolean {
    return this.#ratio !== undefined
  }

  /**
   * Attempts for each call in the long run, when all fail: `1 + ratio`; Infinity when only a number is set.
   */
  get loadAmplification(): number {
    return this.#ratio === undefined ? Infinity : 1 + this.#ratio
  }

  /** Counts a first attempt. */
  countCall(key = 'default'): void {
    this.#windows.get(key).addCall(this.#clock.now())
  }

  /** Pays for one retry; false, and nothing is paid, when none is allowed now. */
  tryTake(key = 'default'): boolean {
    const { retries, allowed } = this.state(key)
    if (retries + 1 > allowed) return false
    this.#windows.get(key).addRetry(this.#clock.now())
    return true
  }

  state(key = 'default'): RetryBudgetState {
    const { calls, retries } = this.#windows.get(key).totals(this.#clock.now())
    const byRatio =
      this.#ratio === undefined ? Infinity : Math.max(this.#minRetries, shareOf(this.#ratio, calls))
    return { calls, retries, allowed: Math.min(this.#maxRetries, byRatio) }
  }

  /** Forgets what was counted for this key. */
  reset(key = 'default'): void {
    this.#windows.get(key).clear()
  }
}

/** `ratio * calls` without the rounding error of binary fractions: 0.29 * 100 is 29 and not a little less. */
function shareOf(ratio: number, calls: number): number {
  return Number((ratio * calls).toPrecision(12))
}
