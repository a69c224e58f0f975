import { checkCount, checkNumber, systemClock, withDefaults } from '../../core/index.js'
import type { Clock, PolicyDescription } from '../../core/index.js'
import { TimedRateLimiter } from '../rate-limiter/index.js'
import { TokenBucketRate } from './token-bucket-rate.js'

export interface TokenBucketLimiterOptions {
  /** Tokens that come in each second, evenly: at least 1e-9. Default 10. */
  readonly ratePerSecond?: number
  /** Tokens that the bucket holds, full at the start: an integer of at least 1. Default 20. */
  readonly burst?: number
  /** Default: the runtime's. */
  readonly clock?: Clock
}

const DEFAULTS = Object.freeze({ ratePerSecond: 10, burst: 20, clock: systemClock })
/** One token in 32 years; the spacing of a rate that is much smaller would be no number any more. */
const LOWEST_RATE = Object.freeze({ min: 1e-9 })

/**
 * `ratePerSecond` in the long run, and after a quiet time up to `burst` at once: in any t seconds at most
 * `burst + ratePerSecond * t`. Who needs a limit per window takes SlidingWindowLimiter or SpacedLimiter.
 */
export class TokenBucketLimiter extends TimedRateLimiter {
  readonly #rate: TokenBucketRate

  /** @throws RangeError or TypeError for an option outside its range. */
  constructor(options?: TokenBucketLimiterOptions) {
    const { ratePerSecond, burst, clock } = withDefaults(DEFAULTS, options)
    checkRate(ratePerSecond, burst)
    const rate = new TokenBucketRate(ratePerSecond, burst)
    super('token-bucket-limiter', rate, clock)
    this.#rate = rate
  }

  /** Tokens in the bucket now, a part of one included. */
  get tokens(): number {
    return this.#rate.tokens(this.clock.now())
  }

  override describe(): PolicyDescription {
    const { ratePerSecond, burst } = this.#rate
    return { ...super.describe(), options: { ratePerSecond, burst } }
  }

  /** Holds from now on, for those in line too. Tokens in the bucket stay; the burst stays as it is unless told. */
  setRate(ratePerSecond: number, burst: number = this.#rate.burst): void {
    checkRate(ratePerSecond, burst)
    this.#rate.setRate(this.clock.now(), ratePerSecond, burst)
    this.rateChanged()
  }
}

function checkRate(ratePerSecond: number, burst: number): void {
  checkNumber('TokenBucketLimiter.ratePerSecond', ratePerSecond, LOWEST_RATE)
  checkCount('TokenBucketLimiter.burst', burst)
}
