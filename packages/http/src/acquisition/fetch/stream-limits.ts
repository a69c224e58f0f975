import type { Quota } from './quota.js'

/** What a server is owed by all who ask it. */
export interface PoliteLimits {
  /** At most this many departures in any half-open second. Default 5. */
  readonly ratePerSecond: number
  /** At most so many departures in any window of a day, an hour, a minute or a second. Default none. */
  readonly quota?: readonly Quota[] | undefined
  /**
   * `window` (the default): no second has more than the rate, and what a short delay has missed is made up
   * for. `even`: each request keeps its distance to the one before, for servers that count by the distance
   * (nginx `limit_req`, a leaky bucket).
   */
  readonly pacing: 'window' | 'even'
  /**
   * By so much a second is longer, or with even pacing a distance, so that the rate holds at the server too,
   * where requests do not arrive as evenly as they depart. A request that was later than this on its way is
   * reckoned with by itself. Default 5 ms.
   */
  readonly marginMs: number
  /** Whether the margin is wider, up to 20 ms, while little is known, and while requests are late. Default false. */
  readonly adaptsMargin?: boolean | undefined
  /** Whose all this is, together with a breaker: the `origin`'s (the default) or that of each `path`. */
  readonly per: 'origin' | 'path'
  /**
   * A server that asks for quiet (Retry-After, a rate limit that is used up) gets it for up to so long. A
   * longer wish ends the stream for this run, and later ones wait. What cannot be meant (above 31 days) counts
   * as this. Default 1 h.
   */
  readonly maxWaitMs: number
}

/** How hard a stream may be asked, and how much of it is borne. */
export interface StreamLimits extends PoliteLimits {
  /** Requests in flight at once. Default 4. */
  readonly concurrency: number
  /** Bound on one request, body included. Default 10 s. */
  readonly timeoutMs: number
  /** A page larger than this is refused. Default 50 MiB. */
  readonly maxPageBytes: number
  /** A page with more records than this is refused. Default 100,000. */
  readonly maxRecordsPerPage?: number | undefined
  /** How long a worker thread may be at one page; then it is ended, and the page fails. Default 10 s. */
  readonly pageTimeMs?: number | undefined
  /**
   * A response with a larger head is refused; of streams that run together, the largest bound holds. Default
   * 64 KiB.
   */
  readonly maxHeaderBytes?: number | undefined
  readonly retry: RetryLimits
  readonly breaker: BreakerLimits
  /** A stream whose breaker has not closed for so long has failed. Default 30 s. */
  readonly giveUpAfterMs: number
}

/** What a stream may ask by itself, beside what holds for all of its source. */
export interface OwnLimits {
  /** Departures in any second. Default: the source's. */
  readonly ratePerSecond?: number | undefined
  /** Departures in any window of each quota. Default: the source's. */
  readonly quota?: readonly Quota[] | undefined
  /** Requests in flight at once. Default: the source's. */
  readonly concurrency?: number | undefined
}

/** How often a page is tried, and how long it waits in between. */
export interface RetryLimits {
  /** The first try included. Default 4. */
  readonly maxAttempts: number
  /** Wait before the second attempt. Default 500 ms. */
  readonly baseDelayMs: number
  readonly maxDelayMs: number
  /** Whether the wait doubles with each further attempt, or stays as it is. Default `exponential`. */
  readonly backoff?: 'exponential' | 'constant' | undefined
  /** Default `none`. */
  readonly jitter: number | 'full' | 'decorrelated' | 'none'
}

/** When the circuit breaker of a stream opens, and for how long. */
export interface BreakerLimits {
  /** Consecutive failed attempts that open it. Default 3. */
  readonly failureThreshold: number
  /** Default 5 s. */
  readonly openStateDurationMs: number
}
