import type { Rate } from '../rate.js'

/**
 * Constant memory: counts the requests of each slice of the window, and takes all of a slice for as late as
 * its end. So it never lets more through than the exact log, and at worst it makes one slice's length of
 * delay: under full load it gives at least `slices / (slices + 1)` of the limit.
 */
export class WindowCounterRate implements Rate {
  readonly #counts: Uint32Array
  readonly #slices: number
  #maxRequests: number
  #windowMs: number
  /** The number of the slice that was counted in last. */
  #newest = -Infinity
  #total = 0

  constructor(maxRequests: number, windowMs: number, slices: number) {
    this.#slices = slices
    this.#counts = new Uint32Array(slices + 2)
    this.#maxRequests = maxRequests
    this.#windowMs = windowMs
  }

  get maxCost(): number {
    return this.#maxRequests
  }

  get idleAt(): number {
    return this.#total === 0 ? -Infinity : this.#endOf(this.#newest)
  }

  tryTake(now: number, cost: number): number {
    const waitMs = this.waitMs(now, cost, 0)
    if (waitMs > 0) return waitMs
    this.#forget(now)
    const slot = this.#slot(this.#newest)
    this.#counts[slot] = (this.#counts[slot] as number) + cost
    this.#total += cost
    return 0
  }

  waitMs(now: number, cost: number, ahead: number): number {
    const wholeWindows = Math.ceil((ahead + cost) / this.#maxRequests) - 1
    const rest = ahead + cost - wholeWindows * this.#maxRequests
    return Math.max(this.#readyAt(rest) - now, 0) + wholeWindows * this.#windowMs
  }

  /** What has been counted stays counted, in slices of the new length. */
  setLimit(now: number, maxRequests: number, windowMs: number): void {
    this.#forget(now)
    this.#maxRequests = maxRequests
    if (windowMs !== this.#windowMs) this.#move(now, windowMs)
  }

  /** The moment from which `needed` more are allowed. */
  #readyAt(needed: number): number {
    let missing = this.#total + needed - this.#maxRequests
    for (let slice = this.#newest - this.#counts.length + 1; missing > 0; slice += 1) {
      missing -= this.#counts[this.#slot(slice)] as number
      if (missing <= 0) return this.#endOf(slice)
    }
    return -Infinity
  }

  /** Moves on to the slice of `now`; those that lie a window behind it are emptied. */
  #forget(now: number): void {
    const current = Math.floor((now * this.#slices) / this.#windowMs)
    const { length } = this.#counts
    if (current - this.#newest >= length) {
      this.#counts.fill(0)
      this.#total = 0
    } else {
      for (let slice = this.#newest + 1; slice <= current; slice += 1) this.#empty(this.#slot(slice))
    }
    this.#newest = Math.max(this.#newest, current)
  }

  #empty(slot: number): void {
    this.#total -= this.#counts[slot] as number
    this.#counts[slot] = 0
  }

  /** All that is counted goes to the slice of `now`: too late rather than too early. */
  #move(now: number, windowMs: number): void {
    const total = this.#total
    this.#counts.fill(0)
    this.#windowMs = windowMs
    this.#newest = Math.floor((now * this.#slices) / windowMs)
    this.#counts[this.#slot(this.#newest)] = total
  }

  #slot(slice: number): number {
    const { length } = this.#counts
    return ((slice % length) + length) % length
  }

  /** When all that was counted in a slice has left the window. */
  #endOf(slice: number): number {
    return ((slice + 1) * this.#windowMs) / this.#slices + this.#windowMs
  }
}
