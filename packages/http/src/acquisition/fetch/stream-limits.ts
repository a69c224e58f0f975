/** How hard a stream may be asked, and how much of it is borne. */
export interface StreamLimits {
  /** At most this many departures in any half-open second. Default 5. */
  readonly ratePerSecond: number
  /** Requests in flight at once. Default 4. */
  readonly concurrency: number
  /** Bound on one request, body included. Default 10 s. */
  readonly timeoutMs: number
  /** A page larger than this is refused. Default 50 MiB. */
  readonly maxPageBytes: number
  /** A page with more records than this is refused. Default 100,000. */
  readonly maxRecordsPerPage: number
  /** How long a worker thread may be at one page; then it is ended, and the page fails. Default 10 s. */
  readonly pageTimeMs: number
  readonly retry: RetryLimits
  readonly breaker: BreakerLimits
  /** A stream whose breaker has not closed for so long has failed. Default 30 s. */
  readonly giveUpAfterMs: number
}

/** How often a page is tried, and how long it waits in between. */
export interface RetryLimits {
  /** The first try included. Default 4. */
  readonly maxAttempts: number
  /** Wait before the second attempt; doubles with each further one. Default 500 ms. */
  readonly baseDelayMs: number
  readonly maxDelayMs: number
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
