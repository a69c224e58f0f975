import { checkNumber, systemClock } from '../../core/index.js'
import type { Clock } from '../../core/index.js'
import type { Rate } from './rate.js'
import { ownerOf } from './owner-of.js'
import { queueOf, RateLimiter } from './rate-limiter.js'
import { RateQueue } from './rate-queue.js'

/** A limiter of one rate; a rate of your own (see Rate) makes one with `new`. */
export class TimedRateLimiter extends RateLimiter {
  declare readonly [queueOf]: RateQueue
  readonly #owner: string

  constructor(pattern: string, rate: Rate, clock: Clock = systemClock) {
    super(pattern, new RateQueue(rate, clock))
    this.#owner = ownerOf(pattern)
  }

  /**
   * Grants nothing before `untilMs`, on the scale of `clock.now()`: for a server's Retry-After.
   * It never shortens a block that holds. A waiter that can no longer be served in time is refused at once.
   * @throws TypeError or RangeError when `untilMs` is not a finite number.
   */
  blockUntil(untilMs: number): void {
    if (!Number.isFinite(untilMs)) checkNumber(`${this.#owner}.blockUntil.untilMs`, untilMs)
    this[queueOf].blockUntil(untilMs)
    if (this.events.wanted('block')) this.events.emit({ type: 'block', untilMs })
  }

  /** To be called when something outside time and queue has made room. */
  protected pump(): void {
    this[queueOf].pump()
  }

  /** To be called when the rate was changed: waiters are scheduled again. */
  protected rateChanged(): void {
    this[queueOf].review()
    if (this.events.wanted('rate-change')) this.events.emit({ type: 'rate-change' })
  }
}
