import type { Rate } from '../rate.js'
import { WindowGuard } from './window-guard.js'

/** Exact: remembers the moment of each request of the last window. */
export class WindowLogRate implements Rate {
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
    const { maxRequests, windowMs } = this.#guard
    const wholeWindows = Math.ceil((ahead + cost) / maxRequests) - 1
    const rest = ahead + cost - wholeWindows * maxRequests
    return Math.max(this.#guard.readyAt(rest) - now, 0) + wholeWindows * windowMs
  }

  setLimit(_now: number, maxRequests: number, windowMs: number): void {
    this.#guard.setLimit(maxRequests, windowMs)
  }
}
