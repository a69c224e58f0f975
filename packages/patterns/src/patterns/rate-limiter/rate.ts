/**
 * The arithmetic of a rate limit, with neither clock nor timer: all moments are milliseconds on one scale
 * that only moves forward. It books nothing ahead, so whoever gives up owes nothing.
 */
export interface Rate {
  /** The largest cost that can ever be taken at once. */
  readonly maxCost: number
  /**
   * Takes `cost` and returns 0, or takes nothing and returns the milliseconds after which to ask again:
   * Infinity when that hangs on something other than time. `since` is when the asker came, at most `now`.
   */
  tryTake(now: number, cost: number, since: number): number
  /**
   * How long one who comes now would wait with `ahead` waiting before it. Exact when `ahead` is 0, else never
   * too long; Infinity when it is not known. Takes nothing.
   */
  waitMs(now: number, cost: number, ahead: number): number
  /** The moment from which nothing that was taken matters any more; Infinity while that is not known. */
  readonly idleAt: number
}
