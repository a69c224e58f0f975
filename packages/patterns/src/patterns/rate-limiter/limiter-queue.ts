import type { Clock } from '../../core/index.js'

let arrivals = 0

/** The next place in the order of arrival, which all limiters share: some wait for several of them. */
export function nextPlace(): number {
  arrivals += 1
  return arrivals
}

/** One who waits for its cost. */
export interface Waiter {
  /** Its place in the order of arrival. */
  readonly place: number
  readonly cost: number
  /** When it came. */
  readonly since: number
  /** Its own limit: it waits no longer than to this moment; Infinity when it has none. */
  readonly limitAt: number
  /** Its caller's deadline: from this moment on nothing is of use to it; Infinity when there is none. */
  readonly deadlineAt: number
  /** Its cost was taken at `now`; it has left the queue. */
  grant(now: number): void
  /** It cannot be served in time, for the wait is `waitMs`; it has left the queue. */
  refuse(now: number, waitMs: number): void
  /** Its cost can never be taken since the rate was changed; it has left the queue. */
  refuseCost(maxCost: number): void
  /** It was sent away, and has left the queue. */
  dismiss(reason: unknown): void
}

/** Those who wait for one rate, or for several at once. Whoever comes stands behind all others. */
export interface LimiterQueue {
  readonly clock: Clock
  readonly maxCost: number
  /** How many wait. */
  readonly waiting: number
  readonly isPaused: boolean
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
  /** Serves nobody until `resume`. */
  pause(): void
  resume(): void
  /** Sends away all who wait; returns how many. */
  clear(reason: unknown): number
  /** Resolves when nobody waits. */
  onIdle(): Promise<void>
}
