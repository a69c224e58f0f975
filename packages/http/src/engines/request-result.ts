import { RetryExhaustedError, RetryBudgetExceededError } from 'async-patterns'
import type { Clock } from 'async-patterns'
import type { TransportResponse } from './transport.js'
import { errorCode } from './transport-error.js'

/** Where a request stands, in events. */
export type RequestStatus = 'pending' | 'in_flight' | 'success' | 'failed' | 'retrying'

/** Why a request is no success, in a form that can be counted and written to a file. */
export interface RequestError {
  /**
   * `HTTP_503`, or the code of what kept the response from arriving: `ECONNREFUSED`, `TIMEOUT`,
   * `CIRCUIT_OPEN`.
   */
  readonly code: string
  readonly message: string
}

/** How one request went. */
export interface RequestResult {
  readonly url: string
  /** 0 without a response. */
  readonly statusCode: number
  /**
   * Of the last attempt, from sending it to the last byte of the body; waits for a permit and backoff lie
   * outside. 0 when none was made.
   */
  readonly latencyMs: number
  /**
   * Of `latencyMs`: how long making its connection took. Left out where there was one already, or none was to be
   * had.
   */
  readonly connectMs?: number | undefined
  /**
   * When the last attempt was sent, in milliseconds since the epoch, so that `timestamp + latencyMs` is when
   * it ended. When none was made, the time at which the request was given up.
   */
  readonly timestamp: number
  /** The number of the last attempt, from 1; 0 when none was made. */
  readonly attempt: number
  /** Null for a status below 400. */
  readonly error: RequestError | null
  /** The body's bytes as they arrived. */
  readonly bytes: number
}

/** The measurements of one request, taken while it runs; `respond` and `fail` make the result of them. */
export class RequestRecord {
  readonly url: string
  attempt = 0
  private readonly clock: Clock
  private timestamp = 0
  private startedAt = 0
  private connectMs: number | undefined = undefined

  constructor(url: string, clock: Clock) {
    this.url = url
    this.clock = clock
  }

  /** The attempt is sent now. */
  begin(attempt: number): void {
    this.attempt = attempt
    this.timestamp = this.clock.wallNow()
    this.startedAt = this.clock.now()
    this.connectMs = undefined
  }

  /** It is sent now, on a connection that took so long to make where it was made for it. */
  depart(connectMs: number | undefined): void {
    this.connectMs = connectMs
  }

  respond({ statusCode, bytes }: TransportResponse): RequestResult {
    return this.result(statusCode, statusCode < 400 ? null : httpError(statusCode), bytes)
  }

  fail(error: unknown): RequestResult {
    return this.result(0, describe(error), 0)
  }

  private result(statusCode: number, error: RequestError | null, bytes: number): RequestResult {
    const { url, clock, attempt } = this
    const wasSent = attempt > 0
    const latencyMs = wasSent ? clock.now() - this.startedAt : 0
    const timestamp = wasSent ? this.timestamp : clock.wallNow()
    const { connectMs } = this
    const result = { url, statusCode, latencyMs, timestamp, attempt, error, bytes }
    return connectMs === undefined ? result : { ...result, connectMs }
  }
}

function httpError(statusCode: number): RequestError {
  return { code: `HTTP_${statusCode}`, message: `the server answered ${statusCode}` }
}

/** A retry that gave up is counted as what it gave up on. */
function describe(error: unknown): RequestError {
  const gaveUp = error instanceof RetryExhaustedError || error instanceof RetryBudgetExceededError
  const shown = gaveUp && error.cause !== undefined ? error.cause : error
  return { code: errorCode(shown), message: shown instanceof Error ? shown.message : String(shown) }
}
