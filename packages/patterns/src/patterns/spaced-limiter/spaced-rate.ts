import { WindowGuard } from '../rate-limiter/index.js'
import type { Rate } from '../rate-limiter/index.js'

/**
 * How much lateness is made up for: half a spacing, but at least so many milliseconds, which is what timers and short
 * stalls take at high rates. What a longer stall has missed is not made up for, as that would be a burst.
 */
const LEAST_CATCH_UP_MS = 10

/**
 * Even spacing: an ideal schedule (GCRA, the "virtual scheduling" form of ITU-T I.371, without burst) that lateness
 * does not shift, and beside it a window guard that goes by real departures.
 */
export class SpacedRate implements Rate {
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
    const guarded = this.#guard.readyAt(cost) - now
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

  /** Nothing departed. The schedule is set back too, unless it has moved on since. */
  giveBack(nextAt: number, cost: number): void {
    this.#guard.release(cost)
    if (this.#nextAt === nextAt) this.#nextAt -= cost * this.#spacingMs
  }
}
