import { clockLike, count, numeric, optionsOf, systemClock } from '../../../core/index.js'
import type { Clock, OptionRules, PolicyDescription } from '../../../core/index.js'
import type { Rate } from '../rate.js'
import { TimedRateLimiter } from '../timed-rate-limiter.js'

/** How a TokenBucketLimiter is set. */
export interface TokenBucketLimiterOptions {
  /** Tokens that come in each second, evenly: at least 1e-9. Default 10. */
  readonly ratePerSecond?: number
  /** Tokens that the bucket holds, full at the start: an integer of at least 1. Default 20. */
  readonly burst?: number
  /** Default: the runtime's. */
  readonly clock?: Clock
}

const DEFAULTS = Object.freeze({ ratePerSecond: 10, burst: 20, clock: systemClock })
const RULES: OptionRules<TokenBucketLimiterOptions> = {
  // One token in 32 years; the spacing of a rate that is much smaller would be no number any more.
  ratePerSecond: numeric({ min: 1e-9 }),
  burst: count(),
  clock: clockLike(),
}

/**
 * A token bucket kept as one moment, the one at which it will be full again (GCRA, ITU-T I.371 annex A):
 * tokens need not be counted up as time goes by, and no rounding adds up.
 */
class TokenBucketRate implements Rate {
  #msPerToken: number
  #burst: number
  #fullAt = -Infinity

  constructor(ratePerSecond: number, burst: number) {
    this.#msPerToken = 1000 / ratePerSecond
    this.#burst = burst
  }

  get maxCost(): number {
    return this.#burst
  }

  get ratePerSecond(): number {
    return 1000 / this.#msPerToken
  }

  get burst(): number {
    return this.#burst
  }

  get idleAt(): number {
    return this.#fullAt
  }

  tokens(now: number): number {
    return this.#burst - Math.max(this.#fullAt - now, 0) / this.#msPerToken
  }

  tryTake(now: number, cost: number): number {
    const waitMs = this.waitMs(now, cost, 0)
    if (waitMs === 0) this.#fullAt = Math.max(this.#fullAt, now) + cost * this.#msPerToken
    return waitMs
  }

  waitMs(now: number, cost: number, ahead: number): number {
    const readyAt = Math.max(this.#fullAt, now) + (ahead + cost - this.#burst) * this.#msPerToken
    return readyAt > now ? readyAt - now : 0
  }

  /** The tokens in the bucket stay, up to the new burst. */
  setRate(now: number, ratePerSecond: number, burst: number): void {
    const tokens = Math.min(this.tokens(now), burst)
    this.#msPerToken = 1000 / ratePerSecond
    this.#burst = burst
    this.#fullAt = now + (burst - tokens) * this.#msPerToken
  }
}

/**
 * `ratePerSecond` in the long run, and after a quiet time up to `burst` at once: in any t seconds at most
 * `burst + ratePerSecond * t`. Whoever needs a limit per window takes SlidingWindowLimiter or SpacedLimiter.
 */
export class TokenBucketLimiter extends TimedRateLimiter {
  readonly #rate: TokenBucketRate

  /** @throws RangeError or TypeError for an option outside its range. */
  constructor(options?: TokenBucketLimiterOptions) {
    const { ratePerSecond, burst, clock } = checked(options)
    const rate = new TokenBucketRate(ratePerSecond, burst)
    super('token-bucket-limiter', rate, clock)
    this.#rate = rate
  }

  /** Tokens in the bucket now, a part of one included. */
  get tokens(): number {
    return this.#rate.tokens(this.clock.now())
  }

  /** The rate and the burst as they are now. */
  override describe(): PolicyDescription {
    const { ratePerSecond, burst } = this.#rate
    return { ...super.describe(), options: { ratePerSecond, burst } }
  }

  /**
   * Holds from now on, for those who wait too. Tokens in the bucket stay; the burst stays as it is unless
   * given.
   * @throws RangeError or TypeError for a value outside its range.
   */
  setRate(ratePerSecond: number, burst: number = this.#rate.burst): void {
    checked({ ratePerSecond, burst })
    this.#rate.setRate(this.clock.now(), ratePerSecond, burst)
    this.rateChanged()
  }
}

function checked(options: TokenBucketLimiterOptions | undefined) {
  return optionsOf('TokenBucketLimiter', DEFAULTS, RULES, options)
}
