import {
  checkCount,
  checkNumber,
  clockLike,
  count,
  duration,
  oneOf,
  optionsOf,
  systemClock,
} from '../../../core/index.js'
import type { Clock, OptionRules, PolicyDescription, Within } from '../../../core/index.js'
import { Departure } from '../departure.js'
import type { DepartureBook } from '../departure.js'
import type { Rate } from '../rate.js'
import { queueOf } from '../rate-limiter.js'
import type { RateAcquireOptions } from '../rate-limiter.js'
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
class WindowLogRate implements Rate, DepartureBook {
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

  /** There is no schedule that a departure could give back. */
  hold(cost: number): number {
    this.#guard.hold(cost)
    return 0
  }

  holdAgain(cost: number): void {
    this.#guard.reserve(cost)
  }

  settle(at: number, cost: number): void {
    this.#guard.settle(at, cost)
  }

  postpone(at: number, later: number, cost: number): void {
    for (let moved = 0; moved < cost; moved += 1) this.#guard.postpone(at, later)
  }

  giveBack(_nextAt: number, cost: number): void {
    this.#guard.release(cost)
  }

  remember(at: number, cost: number): void {
    this.#guard.reserve(cost)
    this.#guard.settle(at, cost)
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

  /**
   * As `acquire`, for something that departs later than it is granted: it counts from the moment at which it
   * has departed, and not at all where it never does. Until that is known it keeps its place in every window.
   * @throws TypeError (rejects) for a limiter of `kind: 'counter'`, which knows no single request.
   */
  async acquireDeparture(options?: RateAcquireOptions, within?: Within): Promise<Departure> {
    const rate = this.#log('acquireDeparture')
    const cost = options?.cost ?? 1
    return this.enter(options, within, now => new Departure(rate, this.clock, now, cost, this.#onKnown))
  }

  /**
   * Counts what departed at `at`, on the scale of `clock.now()`, without this limiter's leave: before a
   * restart, or from somewhere else. It may be more than the limit.
   * @throws TypeError for a limiter of `kind: 'counter'`; TypeError or RangeError for a value that is none.
   */
  remember(at: number, cost = 1): void {
    const rate = this.#log('remember')
    if (!Number.isFinite(at)) checkNumber('SlidingWindowLimiter.remember.at', at)
    checkCount('SlidingWindowLimiter.remember.cost', cost)
    rate.remember(at, cost)
    this[queueOf].review()
  }

  /** Those who wait and were told no time may turn out to be out of time. */
  readonly #onKnown = (): void => this[queueOf].review()

  #log(method: string): WindowLogRate {
    if (this.#rate instanceof WindowLogRate) return this.#rate
    throw new TypeError(`SlidingWindowLimiter.${method}: kind is 'counter'; allowed is 'exact'`)
  }
}

function checked(options: SlidingWindowLimiterOptions | undefined) {
  return optionsOf('SlidingWindowLimiter', DEFAULTS, RULES, options)
}
