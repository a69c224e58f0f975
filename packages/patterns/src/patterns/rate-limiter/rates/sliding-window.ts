import { checkCount, checkDuration, checkOneOf, systemClock, withDefaults } from '../../../core/index.js'
import type { Clock, PolicyDescription } from '../../../core/index.js'
import { TimedRateLimiter } from '../timed-rate-limiter.js'
import { WindowCounterRate } from '../windows/window-counter-rate.js'
import { WindowLogRate } from '../windows/window-log-rate.js'

export interface SlidingWindowLimiterOptions {
  /** Requests in any half-open window of `windowMs`: an integer of at least 1. Default 100. */
  readonly maxRequests?: number
  /** Milliseconds, more than 0. Default 60,000. */
  readonly windowMs?: number
  /**
   * `exact` remembers the moment of each request of the last window: 8 to 16 bytes each. `counter` counts in slices
   * of the window, in constant memory; it never lets more through, but may delay a request by up to one slice,
   * and under full load gives at least `slices / (slices + 1)` of the limit. Default `exact`.
   */
  readonly kind?: 'exact' | 'counter'
  /** Slices of the window; only for `counter`: an integer of at least 1. Default 64, which costs at most 1.6 %. */
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
const SHORTEST_WINDOW = Object.freeze({ above: 0 })

/**
 * At most `maxRequests` in any half-open window of `windowMs`, wherever it begins. All of them may go at once;
 * who wants them spread evenly takes SpacedLimiter.
 */
export class SlidingWindowLimiter extends TimedRateLimiter {
  readonly #rate: WindowLogRate | WindowCounterRate
  #windowMs: number

  /** @throws RangeError or TypeError for an option outside its range. */
  constructor(options?: SlidingWindowLimiterOptions) {
    const { maxRequests, windowMs, kind, slices, clock } = withDefaults(DEFAULTS, options)
    checkLimit(maxRequests, windowMs)
    checkOneOf('SlidingWindowLimiter.kind', kind, ['exact', 'counter'])
    checkCount('SlidingWindowLimiter.slices', slices, { max: 100_000 })
    const isExact = kind === 'exact'
    const rate = isExact
      ? new WindowLogRate(maxRequests, windowMs)
      : new WindowCounterRate(maxRequests, windowMs, slices)
    super('sliding-window-limiter', rate, clock)
    this.#rate = rate
    this.#windowMs = windowMs
  }

  override describe(): PolicyDescription {
    const [maxRequests, windowMs] = [this.#rate.maxCost, this.#windowMs]
    return { ...super.describe(), options: { maxRequests, windowMs } }
  }

  /** Holds from now on, for those in line too; what has gone stays counted. The window stays as it is unless told. */
  setRate(maxRequests: number, windowMs: number = this.#windowMs): void {
    checkLimit(maxRequests, windowMs)
    this.#windowMs = windowMs
    this.#rate.setLimit(this.clock.now(), maxRequests, windowMs)
    this.rateChanged()
  }
}

function checkLimit(maxRequests: number, windowMs: number): void {
  checkCount('SlidingWindowLimiter.maxRequests', maxRequests)
  checkDuration('SlidingWindowLimiter.windowMs', windowMs, SHORTEST_WINDOW)
}
