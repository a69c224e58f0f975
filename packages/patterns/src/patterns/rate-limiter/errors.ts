import { AcquireTimeoutError, AsyncPatternsError } from '../../core/index.js'
import type { Facts } from '../../core/index.js'

/** More was asked for at once than the limiter can ever give: waiting would never end. */
export class CostTooHighError extends AsyncPatternsError {
  readonly code = 'COST_TOO_HIGH'
  readonly cost: number
  /** The largest cost that can be asked for. */
  readonly maxCost: number

  constructor(pattern: string, cost: number, maxCost: number) {
    super(`${pattern}: a cost of ${cost} can never be taken; allowed is at most ${maxCost}`)
    this.cost = cost
    this.maxCost = maxCost
  }
}

/** What `explain()` of a RateLimitedError gives. */
export interface RateLimitedFacts extends Facts {
  readonly cost: number
  /** The wait that was ahead, in milliseconds; Infinity when it was not known. */
  readonly waitMs: number
  /** The wait that was allowed, `maxWaitMs`, in milliseconds. */
  readonly timeoutMs: number
  /** How many waited before it. */
  readonly waiting: number
}

/** The rate does not allow the call within `maxWaitMs`. Nothing was taken. */
export class RateLimitedError extends AcquireTimeoutError {
  /** After how many milliseconds it may be worth asking again; absent when that is not known. */
  readonly retryAfterMs?: number

  constructor(pattern: string, facts: RateLimitedFacts) {
    const { cost, waitMs, timeoutMs, waiting } = facts
    const ahead = waitMs === Infinity ? 'an unknown wait' : `a wait of ${Math.ceil(waitMs)} ms`
    const message = `${pattern}: ${ahead} for cost ${cost} behind ${waiting} others, allowed ${timeoutMs} ms`
    super(message, timeoutMs, { facts })
    if (waitMs !== Infinity) this.retryAfterMs = waitMs
  }
}
