import type { Mapping } from '../records/mapping.js'
import type { PaginationConfig } from './pagination/pagination.js'

/** What the pipeline runs: all values resolved (flags > environment > file > defaults) and checked. */
export interface PipelineConfig {
  /** The folder of ledger, summary and reject file. Default `out`. */
  readonly output: string
  /** Bound on the whole run. Default 60 s. */
  readonly timeoutMs: number
  /** How long in-flight pages may go on after an interruption. Default 5 s. */
  readonly graceMs: number
  /** Worker threads that parse and normalise. Default 4. */
  readonly workers: number
  /** Bound on the bytes of pages between fetch and commit, over all sources. Default 64 MiB. */
  readonly memoryBytes: number
  readonly sources: readonly SourceConfig[]
}

/** One endpoint that is acquired page by page. */
export interface SourceConfig {
  /** Unique within the file; names the source in summary, ledger and logs. */
  readonly name: string
  readonly baseUrl: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly pagination: PaginationConfig
  /** Path to the array of records in a page; empty when the page itself is the array. */
  readonly records: string
  /** Path to what the source says its total number of records is. */
  readonly total?: string | undefined
  /** Path to what a page carries only when it is an error (`error.message`), although its status is 200. */
  readonly errorPath?: string | undefined
  readonly mapping: Mapping
  readonly limits: SourceLimits
}

export interface SourceLimits {
  /** At most this many departures in any half-open second. Default 5. */
  readonly ratePerSecond: number
  /** Requests in flight at once. Default 4. */
  readonly concurrency: number
  /** Bound on one request, body included. Default 10 s. */
  readonly timeoutMs: number
  /** A page larger than this is refused. Default 50 MiB. */
  readonly maxPageBytes: number
  readonly retry: RetryLimits
  readonly breaker: BreakerLimits
  /** A source whose breaker has not closed for so long has failed. Default 30 s. */
  readonly giveUpAfterMs: number
}

export interface RetryLimits {
  /** The first try included. Default 4. */
  readonly maxAttempts: number
  /** Wait before the second attempt; doubles with each further one. Default 500 ms. */
  readonly baseDelayMs: number
  readonly maxDelayMs: number
  /** Default `none`. */
  readonly jitter: number | 'full' | 'decorrelated' | 'none'
}

export interface BreakerLimits {
  /** Consecutive failed attempts that open it. Default 3. */
  readonly failureThreshold: number
  /** Default 5 s. */
  readonly openStateDurationMs: number
}
