import { clockLike, count, duration, oneOf, optionsOf, systemClock } from '../../../core/index.js'
import type { Clock, OptionRules, PolicyDescription } from '../../../core/index.js'
import type { Rate } from '../rate.js'
import { TimedRateLimiter } from '../timed-rate-limiter.js'
import { WindowCounterRate } from '../windows/window-counter-rate.js'
import { WindowGuard } from '../windows/window-guard.js'

/** How a SlidingWindowLimiter is set. */
export interface SlidingWindowLimiterOptions {
  /** Requests in any half-open window of `windowMs`: an integer of at least 1. Default 100. */
  readonly maxRequests?: number
  /** Milliseconds, more than 0. Default 60,000. */
  readonly windowMs?: number
  /**
   * `exact` remembers the moment of each request of the last window: 8 to 16 bytes each. `counter` counts in
   * slices of the window, in constant memory; it never lets more through, but may delay a request by up to
   * one slice, and under full load gives at least `slices / (slices + 1)` of the limit. Default `exact`.
   */
  readonly kind?: 'exact' | 'counter'
  /** Slices of the window, for `counter`: an integer of at least 1. Default 64, which costs at most 1.6 %. */
  readonly slices?: number
  /** Default: the runtime's. */
  readonly clock?: Clock
}

const DEFAULTS = Object.freeze({
  maxRequests: 100,
  windowMs: 60_000,
  kind: 'exact',
  slices: 64,
  clock: systemClock,
})
const RULES: OptionRules<SlidingWindowLimiterOptions> = {
  maxRequests: count(),
  windowMs: duration({ above: 0 }),
  kind: oneOf(['exact', 'counter']),
  slices: count({ max: 100_000 }),
  clock: clockLike(),
}

/** Exact: remembers the moment of each request of the last window. */
class WindowLogRate implements Rate {
  readonly #guard: WindowGuard

  constructor(maxRequests: number, windowMs: number) {
    this.#guard = new WindowGuard(maxRequests, windowMs)
  }

  get maxCost(): number {
    return this.#guard.maxRequests
  }

  get idleAt(): number {
    return this.#guard.idleAt
  }

  tryTake(now: number, cost: number): number {
    const readyAt = this.#guard.readyAt(cost)
    if (readyAt > now) return readyAt - now
    this.#guard.add(now, cost)
    return 0
  }

  waitMs(now: number, cost: number, ahead: number): number {
    return this.#guard.waitMs(now, cost, ahead)
  }

  setLimit(_now: number, maxRequests: number, windowMs: number): void {
    this.#guard.setLimit(maxRequests, windowMs)
  }
}

/**
 * At most `maxRequests` in any half-open window of `windowMs`, wherever it begins. All of them may go at
 * once; whoever wants them spread evenly takes SpacedLimiter.
 */
export class SlidingWindowLimiter extends TimedRateLimiter {
  readonly #rate: WindowLogRate | WindowCounterRate
  #windowMs: number

  /** @throws RangeError or TypeError for an option outside its range. */
  constructor(options?: SlidingWindowLimiterOptions) {
    const { maxRequests, windowMs, kind, slices, clock } = checked(options)
    const isExact = kind === 'exact'
    const rate = isExact
      ? new WindowLogRate(maxRequests, windowMs)
      : new WindowCounterRate(maxRequests, windowMs, slices)
    super('sliding-window-limiter', rate, clock)
    this.#rate = rate
    this.#windowMs = windowMs
  }

  /** The limit as it is now. */
  override describe(): PolicyDescription {
    const [maxRequests, windowMs] = [this.#rate.maxCost, this.#windowMs]
    return { ...super.describe(), options: { maxRequests, windowMs } }
  }

  /**
   * Holds from now on, for those who wait too; what has gone stays counted. The window stays as it is unless
   * given.
   * @throws RangeError or TypeError for a value outside its range.
   */
  setRate(maxRequests: number, windowMs: number = this.#windowMs): void {
    checked({ maxRequests, windowMs })
    this.#windowMs = windowMs
    this.#rate.setLimit(this.clock.now(), maxRequests, windowMs)
    this.rateChanged()
  }
}

function checked(options: SlidingWindowLimiterOptions | undefined) {
  return optionsOf('SlidingWindowLimiter', DEFAULTS, RULES, options)
}
