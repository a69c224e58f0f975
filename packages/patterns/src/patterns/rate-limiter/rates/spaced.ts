import { clockLike, count, duration, optionsOf, systemClock } from '../../../core/index.js'
import type { Clock, OptionRules, PolicyDescription, Within } from '../../../core/index.js'
import { Departure } from '../departure.js'
import type { DepartureBook } from '../departure.js'
import type { Rate } from '../rate.js'
import type { RateAcquireOptions } from '../rate-limiter.js'
import { TimedRateLimiter } from '../timed-rate-limiter.js'
import { WindowGuard } from '../windows/window-guard.js'

/** How a SpacedLimiter is set. */
export interface SpacedLimiterOptions {
  /** Departures in any half-open window of `windowMs`: an integer of at least 1. Default 5. */
  readonly maxRequests?: number
  /** Milliseconds, more than 0. Default 1,000. 2.5 a second are 5 in 2,000 ms. */
  readonly windowMs?: number
  /** Default: the runtime's. */
  readonly clock?: Clock
}

const DEFAULTS = Object.freeze({ maxRequests: 5, windowMs: 1000, clock: systemClock })
const RULES: OptionRules<SpacedLimiterOptions> = {
  maxRequests: count(),
  windowMs: duration({ above: 0 }),
  clock: clockLike(),
}

/**
 * How much lateness is made up for: half a spacing, but at least so many milliseconds, which is
 * what timers and short stalls take at high rates. What a longer stall has missed is not made up
 * for, as that would be a burst.
 */
const LEAST_CATCH_UP_MS = 10

/**
 * Even spacing: an ideal schedule (GCRA, the "virtual scheduling" form of ITU-T I.371, without burst) that
 * lateness does not shift, together with a window guard that goes by real departures.
 */
class SpacedRate implements Rate, DepartureBook {
  readonly #guard: WindowGuard
  #spacingMs: number
  /** The ideal moment of the next departure. */
  #nextAt = -Infinity

  constructor(maxRequests: number, windowMs: number) {
    this.#guard = new WindowGuard(maxRequests, windowMs)
    this.#spacingMs = windowMs / maxRequests
  }

  get maxCost(): number {
    return this.#guard.maxRequests
  }

  get windowMs(): number {
    return this.#guard.windowMs
  }

  get idleAt(): number {
    return Math.max(this.#nextAt, this.#guard.idleAt)
  }

  tryTake(now: number, cost: number, since: number): number {
    const readyAt = Math.max(this.#nextAt, this.#guard.readyAt(cost))
    if (readyAt > now) return readyAt - now
    const catchUpMs = Math.max(this.#spacingMs / 2, LEAST_CATCH_UP_MS)
    const dueAt = Math.max(this.#nextAt, since, now - catchUpMs)
    this.#nextAt = dueAt + cost * this.#spacingMs
    this.#guard.add(now, cost)
    return 0
  }

  waitMs(now: number, cost: number, ahead: number): number {
    const scheduled = Math.max(this.#nextAt - now, 0) + ahead * this.#spacingMs
    const guarded = this.#guard.waitMs(now, cost, ahead)
    if (ahead > 0 && guarded === Infinity) return scheduled
    return Math.max(scheduled, guarded)
  }

  /** The wait until the next departure keeps its share of the spacing. */
  setRate(now: number, maxRequests: number, windowMs: number): void {
    const spacingMs = windowMs / maxRequests
    const owed = Math.max(this.#nextAt - now, 0) / this.#spacingMs
    if (owed > 0) this.#nextAt = now + owed * spacingMs
    this.#spacingMs = spacingMs
    this.#guard.setLimit(maxRequests, windowMs)
  }

  /** What was just taken departs later. Returns the ideal moment of the next, for `giveBack`. */
  hold(cost: number): number {
    this.#guard.hold(cost)
    return this.#nextAt
  }

  /** What was given back departs after all. */
  holdAgain(cost: number): void {
    this.#guard.reserve(cost)
  }

  settle(at: number, cost: number): void {
    this.#guard.settle(at, cost)
  }

  postpone(at: number, later: number, cost: number): void {
    for (let moved = 0; moved < cost; moved += 1) this.#guard.postpone(at, later)
  }

  /** Nothing departed. The schedule is set back too, unless it has moved on since. */
  giveBack(nextAt: number, cost: number): void {
    this.#guard.release(cost)
    if (this.#nextAt === nextAt) this.#nextAt -= cost * this.#spacingMs
  }
}

/**
 * At most `maxRequests` in any half-open window of `windowMs`, evenly spaced: after an idle time the first
 * goes at once and the second `windowMs / maxRequests` later. Late timers cost nothing, for the schedule is
 * ideal: each request has its moment by those before it and not by when they really went. What goes out later
 * than it was granted (a connection has to be set up first) takes `acquireDeparture`, and the limit holds for
 * the real departures.
 *
 * Lateness of up to half a spacing (10 ms at least) is made up for. What a longer stall missed is lost, for
 * making up for it would be a burst.
 *
 * A request of cost n takes n places of the window and as much of the schedule; n is at most `maxRequests`.
 */
export class SpacedLimiter extends TimedRateLimiter {
  readonly #rate: SpacedRate

  /** @throws RangeError or TypeError for an option outside its range. */
  constructor(options?: SpacedLimiterOptions) {
    const { maxRequests, windowMs, clock } = checked(options)
    const rate = new SpacedRate(maxRequests, windowMs)
    super('spaced-limiter', rate, clock)
    this.#rate = rate
  }

  /** The limit as it is now. */
  override describe(): PolicyDescription {
    const { maxCost: maxRequests, windowMs } = this.#rate
    return { ...super.describe(), options: { maxRequests, windowMs } }
  }

  /**
   * Holds from now on, for those who wait too. The window stays as it is unless given.
   * @throws RangeError or TypeError for a value outside its range.
   */
  setRate(maxRequests: number, windowMs: number = this.#rate.windowMs): void {
    checked({ maxRequests, windowMs })
    this.#rate.setRate(this.clock.now(), maxRequests, windowMs)
    this.rateChanged()
  }

  /**
   * As `acquire`, for something that departs later than it is granted. While the moments of departures are
   * not known they count in every window, so the limiter gives out at most `maxRequests` of them.
   */
  acquireDeparture(options?: RateAcquireOptions, within?: Within): Promise<Departure> {
    const cost = options?.cost ?? 1
    return this.enter(options, within, now => new Departure(this.#rate, this.clock, now, cost, this.#onKnown))
  }

  readonly #onKnown = (): void => this.pump()
}

function checked(options: SpacedLimiterOptions | undefined) {
  return optionsOf('SpacedLimiter', DEFAULTS, RULES, options)
}
