import type { Clock } from '../../core/index.js'

/** One who waits at a gate. */
export interface Waiter {
  readonly cost: number
  /** When it came. */
  readonly since: number
  /** It is of no use to it any more after this moment; Infinity when it has time. */
  readonly limitAt: number
  /** Its cost was taken at `now`; it has left the line. */
  grant(now: number): void
  /** It cannot be served by its `limitAt`, for the wait is `waitMs`; it has left the line. */
  refuse(now: number, waitMs: number): void
  /** Its cost can never be taken since the rate was changed; it has left the line. */
  refuseCost(maxCost: number): void
}

/** A line of waiters before one rate, or before several at once. Whoever comes stands behind all others. */
export interface Gate {
  readonly clock: Clock
  readonly maxCost: number
  /** How many stand in line. */
  readonly waiting: number
  /** Whether nobody waits and nothing that was taken matters any more. */
  isIdle(now: number): boolean
  /** Takes at once, or not at all; never past those who wait. */
  tryTake(now: number, cost: number): boolean
  /** How long one who comes now would wait; never too long, Infinity when it is not known. */
  waitMs(now: number, cost: number): number
  join(waiter: Waiter): void
  leave(waiter: Waiter): void
  /** Serves whoever can be served now. */
  pump(): void
}
