import type { Rate } from '../rate-limiter/index.js'

/**
 * A token bucket kept as one moment, the one at which it will be full again (GCRA, ITU-T I.371 annex A): tokens need
 * not be counted up as time goes by, and no rounding adds up.
 */
export class TokenBucketRate implements Rate {
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
