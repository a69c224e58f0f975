import { checkCount, checkDuration, systemClock, withDefaults } from '../../core/index.js'
import type { Clock, PolicyDescription } from '../../core/index.js'
import { TimedRateLimiter } from '../rate-limiter/index.js'
import type { RateAcquireOptions } from '../rate-limiter/index.js'
import { Departure } from './departure.js'
import { SpacedRate } from './spaced-rate.js'

export interface SpacedLimiterOptions {
  /** Departures in any half-open window of `windowMs`: an integer of at least 1. Default 5. */
  readonly maxRequests?: number
  /** Milliseconds, more than 0. Default 1,000. 2.5 a second are 5 in 2,000 ms. */
  readonly windowMs?: number
  /** Default: the runtime's. */
  readonly clock?: Clock
}

const DEFAULTS = Object.freeze({ maxRequests: 5, windowMs: 1000, clock: systemClock })
const SHORTEST_WINDOW = Object.freeze({ above: 0 })

/**
 * At most `maxRequests` in any half-open window of `windowMs`, evenly spaced: after an idle time the first goes at once and
 * the second `windowMs / maxRequests` later. Late timers cost nothing, for the schedule is ideal: each request has
 * its moment by those before it and not by when they really went. What goes out later than it was granted (a connection
 * has to be set up first) takes `acquireDeparture`, and the limit holds for the real departures.
 *
 * Lateness of up to half a spacing (10 ms at least) is made up for; what a longer stall missed is lost, for it would be a burst.
 *
 * A request of cost n takes n places of the window and as much of the schedule; n is at most `maxRequests`.
 */
export class SpacedLimiter extends TimedRateLimiter {
  readonly #rate: SpacedRate

  /** @throws RangeError or TypeError for an option outside its range. */
  constructor(options?: SpacedLimiterOptions) {
    const { maxRequests, windowMs, clock } = withDefaults(DEFAULTS, options)
    checkLimit(maxRequests, windowMs)
    const rate = new SpacedRate(maxRequests, windowMs)
    super('spaced-limiter', rate, clock)
    this.#rate = rate
  }

  override describe(): PolicyDescription {
    const { maxCost: maxRequests, windowMs } = this.#rate
    return { ...super.describe(), options: { maxRequests, windowMs } }
  }

  /** Holds from now on, for those in line too. The window stays as it is unless told. */
  setRate(maxRequests: number, windowMs: number = this.#rate.windowMs): void {
    checkLimit(maxRequests, windowMs)
    this.#rate.setRate(this.clock.now(), maxRequests, windowMs)
    this.rateChanged()
  }

  /**
   * As `acquire`, for something that departs later than it is granted. While the moments of departures are
   * not known they count in every window, so the limiter gives out at most `maxRequests` of them.
   */
  acquireDeparture(options?: RateAcquireOptions): Promise<Departure> {
    const cost = options?.cost ?? 1
    return this.enter(options, now => new Departure(this.#rate, this.clock, now, cost, this.#onKnown))
  }

  readonly #onKnown = (): void => this.pump()
}

function checkLimit(maxRequests: number, windowMs: number): void {
  checkCount('SpacedLimiter.maxRequests', maxRequests)
  checkDuration('SpacedLimiter.windowMs', windowMs, SHORTEST_WINDOW)
}
