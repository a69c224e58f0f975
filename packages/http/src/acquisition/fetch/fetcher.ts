import type { Clock, Context, Random, RetryPolicy, Within } from 'async-patterns'
import { BreakerOpenError, contextOf, isAborted, parseRetryAfter, Timeout } from 'async-patterns'
import type { Transport, TransportRequest, TransportResponse } from '../../engines/index.js'
import { errorCode } from '../../engines/index.js'
import type { PageRef } from '../ledger/index.js'
import type { NormalisedPage, Normaliser, PageReading } from '../records/index.js'
import { PageInvalidError, usablePage } from '../records/index.js'
import type { Authorizer } from './auth/authorizer.js'
import { isStaleConnection } from './attempt-verdict.js'
import { DeparturePolicy } from './departure-policy.js'
import type { DepartureLimiter } from './endpoint-limiter.js'
import { HttpStatusError } from './http-status-error.js'
import type { MemoryBudget } from './memory-budget.js'
import type { MemoryReservation } from './memory-reservation.js'
import type { JudgedResponse, ResponseRules } from './response-rules.js'
import { RetryLadder } from './retry-ladder.js'
import type { StreamHealth } from './stream-health.js'
import type { StreamLimits } from './stream-limits.js'

/** A page's content, and the memory that it takes until it is committed. */
export interface FetchedPage {
  readonly content: NormalisedPage
  /** Of the response; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Of the body, after decompression. */
  readonly bytes: number
  readonly reservation: MemoryReservation
}

/** The request of a page, without credentials. */
export type PageRequest = Pick<TransportRequest, 'method' | 'url' | 'headers' | 'body'>

/** What the fetcher tells while it is at work. Attempts count from 1, over restarts. */
export interface FetchObserver {
  /** `at` is on the scale of `clock.now()`. */
  departed(page: PageRef, attempt: number, at: number): void
  /** `quietMs`: for how long the server asked for quiet, if it did. */
  attemptFailed(page: PageRef, attempt: number, code: string, message: string, quietMs?: number): void
  throttled(page: PageRef, waitMs: number): void
}

export interface FetcherParts {
  readonly limits: StreamLimits
  readonly requestOf: (page: PageRef) => PageRequest
  readonly authorizer: Authorizer
  readonly rules: ResponseRules
  readonly transport: Transport
  readonly limiter: DepartureLimiter
  readonly health: StreamHealth
  readonly memory: MemoryBudget
  /** Reads a page's bytes, which it may take over. */
  readonly normaliser: Pick<Normaliser, 'read'>
  readonly observer: FetchObserver
  readonly clock: Clock
  /** For the jitter of retries. Default Math.random. */
  readonly random?: Random | undefined
}

/** What `skip` and `end` make of a response. */
const NO_RECORDS: NormalisedPage = {
  recordCount: 0,
  records: [],
  rejects: [],
  warnings: 0,
  redactions: 0,
  paging: {},
  fingerprint: '',
}

/** Methods that may be sent again although the server may have acted on them already (RFC 9110, 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/**
 * Fetches the pages of one stream: retry, around rate limit, around memory, around breaker, around timeout,
 * around the request. Every attempt departs by the limiter and is seen by the breaker, which judges the
 * page's content too.
 */
export class Fetcher {
  readonly #parts: FetcherParts
  readonly #retries: RetryLadder
  readonly #timeout: Timeout

  constructor(parts: FetcherParts) {
    const { limits, clock, random } = parts
    this.#parts = parts
    this.#retries = new RetryLadder(limits.retry, clock, random)
    this.#timeout = new Timeout({ timeoutMs: limits.timeoutMs, clock })
  }

  /**
   * Rejects with RetryExhaustedError when the page has used its tries, with the attempt's own error when
   * another try cannot help, with BreakerOpenError (no try is spent then) and with the caller's abort reason.
   */
  fetch(page: PageRef, within: Within): Promise<FetchedPage> {
    const retry: RetryPolicy = this.#retries.after(page.tries)
    return retry.execute(context => this.#attempt(page, context), within)
  }

  async #attempt(page: PageRef, context: Context): Promise<FetchedPage> {
    try {
      return await this.#sendTwiceIfStale(page, context)
    } catch (error) {
      this.#noteFailure(page, error, context)
      throw error
    }
  }

  /**
   * Servers close idle connections when they like. What met such a one departs again, on a new connection, and
   * has spent no try.
   */
  async #sendTwiceIfStale(page: PageRef, context: Context): Promise<FetchedPage> {
    try {
      return await this.#depart(page, context, false)
    } catch (error) {
      const { method = 'GET' } = this.#parts.requestOf(page)
      if (!isStaleConnection(error) || !IDEMPOTENT.has(method) || isAborted(context)) throw error
      return await this.#depart(page, context, true)
    }
  }

  #depart(page: PageRef, context: Context, newConnection: boolean): Promise<FetchedPage> {
    const { limiter, clock, observer } = this.#parts
    const onDeparture = (attempt: number, at: number): void =>
      observer.departed(page, page.tries + attempt, at)
    const departing = new DeparturePolicy(limiter, clock, onDeparture, newConnection)
    return departing.execute(inner => this.#withMemory(page, departing, inner), context)
  }

  /**
   * Only what departs takes memory: a page that waits for the limiter, a minute of Retry-After perhaps, takes
   * none.
   */
  async #withMemory(page: PageRef, departing: DeparturePolicy, context: Context): Promise<FetchedPage> {
    const free = this.#parts.memory.tryReserve(page.stream)
    const reservation = free ?? (await this.#waitForRoom(page, departing, context))
    try {
      return await this.#throughBreaker(page, reservation, departing, context)
    } catch (error) {
      if (errorCode(error) !== 'NO_ROOM') throw error
    }
    // Compressed, decoded in parts, and these joined: nothing is larger, so no server can have its page fetched
    // again and again.
    const enough = await this.#waitForRoom(page, departing, context, 3 * this.#parts.limits.maxPageBytes)
    return await this.#throughBreaker(page, enough, departing, context)
  }

  /**
   * Leave to depart is given back while the page waits for memory: the server may ask for quiet meanwhile.
   * And memory is given back where leave takes too long: in a minute of quiet it is for the pages of other
   * streams.
   */
  async #waitForRoom(
    page: PageRef,
    departing: DeparturePolicy,
    context: Context,
    atLeast?: number,
  ): Promise<MemoryReservation> {
    const { memory } = this.#parts
    for (;;) {
      departing.giveBack()
      const reservation = await memory.reserve(page.stream, context, atLeast)
      if (await this.#departsSoon(reservation, departing, context)) return reservation
      await departing.acquire(context)
      const free = memory.tryReserve(page.stream, atLeast)
      if (free !== undefined) return free
    }
  }

  /** One that waits to depart keeps its reservation no longer than a request may. */
  async #departsSoon(
    reservation: MemoryReservation,
    departing: DeparturePolicy,
    context: Context,
  ): Promise<boolean> {
    let departs = false
    try {
      departs = await departing.acquireWithin(this.#parts.limits.timeoutMs, context)
      return departs
    } finally {
      if (!departs) reservation.release()
    }
  }

  async #throughBreaker(
    page: PageRef,
    reservation: MemoryReservation,
    departing: DeparturePolicy,
    context: Context,
  ): Promise<FetchedPage> {
    try {
      return await this.#parts.health.breaker.execute(
        inner => this.#request(page, reservation, departing, inner),
        context,
      )
    } catch (error) {
      contextOf(context).releaseWhenDone(() => reservation.release())
      throw error
    }
  }

  async #request(
    page: PageRef,
    reservation: MemoryReservation,
    departing: DeparturePolicy,
    context: Context,
  ): Promise<FetchedPage> {
    const { requestOf, authorizer, transport, memory, limits } = this.#parts
    const request = {
      ...requestOf(page),
      maxBodyBytes: limits.maxPageBytes,
      bodyRoom: reservation,
      newConnection: departing.newConnection,
      onDeparture: () => departing.sent(),
    }
    const response = await this.#timeout.execute(
      async timed => transport.send(await authorizer.authorize(request, timed), timed),
      context,
    )
    const judged = { ...response, retryAfterMs: this.#retryAfterOf(response) }
    // Its length is gone once its bytes are transferred.
    const bytes = response.body.byteLength
    const isRead = this.#parts.rules.needsBody(judged)
    if (isRead) memory.weigh(page.stream, reservation, bytes)
    const content = await this.#contentOf(page, judged, context)
    if (isRead) memory.weighRecords(page.stream, reservation, content.weight ?? bytes)
    return { content, headers: response.headers, bytes, reservation }
  }

  /** @throws HttpStatusError, PageInvalidError (rejects) when the rules do not take the response for a page. */
  async #contentOf(
    page: PageRef,
    response: TransportResponse & JudgedResponse,
    context: Context,
  ): Promise<NormalisedPage> {
    const { rules, normaliser, authorizer } = this.#parts
    const reading = rules.needsBody(response)
      ? await normaliser.read(response.body, page.stream, response.headers, context)
      : undefined
    const { action, told } = rules.judge(response, reading)
    const refusal = (why: HttpStatusError['action']): HttpStatusError =>
      new HttpStatusError(response.statusCode, response.retryAfterMs, why)
    switch (action) {
      case 'page': {
        const content = usablePage(reading as PageReading)
        if (told !== undefined) this.#noteErrors(page, told, context)
        return content
      }
      case 'skip':
        return NO_RECORDS
      case 'end':
        return { ...NO_RECORDS, paging: { hasMore: false } }
      case 'refreshAuth': {
        const answer = await authorizer.refused?.(response, context)
        throw refusal(answer === 'again' ? 'refreshAuth' : 'fail')
      }
      default:
        if (told !== undefined && action === 'retry')
          throw new PageInvalidError('ERROR_BODY', `the body reports an error: ${told}`)
        throw refusal(action)
    }
  }

  #retryAfterOf({ headers }: TransportResponse): number | undefined {
    return parseRetryAfter(headers['retry-after'], this.#parts.clock)
  }

  /** The page is taken, but what it says besides must not be lost. */
  #noteErrors(page: PageRef, told: string, context: Context): void {
    const message = `the body reports errors beside its records: ${told}`
    this.#parts.observer.attemptFailed(page, page.tries + context.attempt, 'ERRORS_BESIDE_RECORDS', message)
  }

  #noteFailure(page: PageRef, error: unknown, context: Context): void {
    if (error instanceof BreakerOpenError || isAborted(context)) return
    const isThrottled = error instanceof HttpStatusError && error.action === 'wait'
    const quietMs = isThrottled ? this.#throttle(page, error) : undefined
    const message = error instanceof Error ? error.message : String(error)
    this.#parts.observer.attemptFailed(page, page.tries + context.attempt, errorCode(error), message, quietMs)
  }

  /** All pages of the endpoint wait, not this one alone. Returns for how long. */
  #throttle(page: PageRef, { retryAfterMs }: HttpStatusError): number {
    const { limiter, clock, observer } = this.#parts
    const waitMs = retryAfterMs ?? this.#parts.limits.retry.baseDelayMs
    limiter.blockUntil(clock.now() + waitMs)
    observer.throttled(page, waitMs)
    return waitMs
  }
}
