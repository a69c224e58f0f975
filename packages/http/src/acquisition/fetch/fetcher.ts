import type { Clock, Context, RetryPolicy, SpacedLimiter, Within } from 'async-patterns'
import { BreakerOpenError, contextOf, isAborted, parseRetryAfter, Timeout } from 'async-patterns'
import type { Transport, TransportResponse } from '../../engines/index.js'
import { errorCode } from '../../engines/index.js'
import type { SourceConfig } from '../streams/config.js'
import { Departing } from './departure-policy.js'
import { HttpStatusError } from './http-status-error.js'
import type { NormalisedPage } from '../records/normalised-page.js'
import type { PageHeaders } from '../records/normalise-page.js'
import type { PageRef } from '../ledger/page.js'
import type { PageMemory } from './memory-budget.js'
import type { PagePlace } from './memory-reservation.js'
import { RetryLadder } from './retry-ladder.js'
import type { SourceHealth } from './source-health.js'

/** A page's content, and the memory that it takes until it is committed. */
export interface FetchedPage {
  readonly content: NormalisedPage
  /** Of the body, after decompression. */
  readonly bytes: number
  readonly place: PagePlace
}

/** What the fetcher tells while it is at work. Attempts count from 1, over restarts. */
export interface FetchObserver {
  /** `at` is on the scale of `clock.now()`. */
  departed(page: PageRef, attempt: number, at: number): void
  /** `quietMs`: for how long the server asked for quiet, if it did. */
  attemptFailed(page: PageRef, attempt: number, code: string, message: string, quietMs?: number): void
  throttled(page: PageRef, waitMs: number): void
}

export interface FetcherParts {
  readonly transport: Transport
  readonly limiter: SpacedLimiter
  readonly health: SourceHealth
  readonly memory: PageMemory
  /** Parses and maps a page's bytes, which it may take over. */
  readonly normalise: (bytes: Uint8Array, source: string, headers: PageHeaders) => Promise<NormalisedPage>
  readonly observer: FetchObserver
  readonly clock: Clock
}

/**
 * Fetches the pages of one source: retry, around rate limit, around memory, around breaker, around timeout, around the
 * request. Every attempt departs by the limiter and is seen by the breaker, which judges the page's content too.
 */
export class Fetcher {
  readonly #source: SourceConfig
  readonly #parts: FetcherParts
  readonly #retries: RetryLadder
  readonly #timeout: Timeout
  readonly #headers: Readonly<Record<string, string>>

  constructor(source: SourceConfig, parts: FetcherParts) {
    this.#source = source
    this.#parts = parts
    this.#retries = new RetryLadder(source.limits.retry, parts.clock)
    this.#timeout = new Timeout({ timeoutMs: source.limits.timeoutMs, clock: parts.clock })
    this.#headers = { accept: 'application/json', ...source.headers }
  }

  /**
   * Rejects with RetryExhaustedError when the page has used its tries, with the attempt's own error when another try
   * cannot help, with BreakerOpenError (no try is spent then) and with the caller's abort reason.
   */
  fetch(page: PageRef, within: Within): Promise<FetchedPage> {
    const retry: RetryPolicy = this.#retries.after(page.tries)
    return retry.execute(context => this.#attempt(page, context), within)
  }

  async #attempt(page: PageRef, context: Context): Promise<FetchedPage> {
    const { limiter, clock, observer } = this.#parts
    const departing = new Departing(limiter, clock, (attempt, at) =>
      observer.departed(page, page.tries + attempt, at),
    )
    try {
      return await departing.execute(inner => this.#withMemory(page, departing, inner), context)
    } catch (error) {
      this.#noteFailure(page, error, context)
      throw error
    }
  }

  /** Only what departs takes memory: a page that waits for the limiter, a minute of Retry-After perhaps, takes none. */
  async #withMemory(page: PageRef, departing: Departing, context: Context): Promise<FetchedPage> {
    const free = this.#parts.memory.tryReserve(page.source)
    const place = free ?? (await this.#waitForRoom(page, departing, context))
    try {
      return await this.#throughBreaker(page, place, departing, context)
    } catch (error) {
      if (errorCode(error) !== 'NO_ROOM') throw error
    }
    // There is nothing larger than this; so no server can have its page fetched again and again.
    const enough = await this.#waitForRoom(page, departing, context, this.#source.limits.maxPageBytes)
    return await this.#throughBreaker(page, enough, departing, context)
  }

  /**
   * Leave to depart is given back while the page waits for memory: the server may ask for quiet meanwhile. And memory is
   * given back where leave takes too long: in a minute of quiet it is for the pages of other sources.
   */
  async #waitForRoom(
    page: PageRef,
    departing: Departing,
    context: Context,
    atLeast?: number,
  ): Promise<PagePlace> {
    const { memory } = this.#parts
    for (;;) {
      departing.giveBack()
      const place = await memory.reserve(page.source, context, atLeast)
      if (await this.#leavesSoon(place, departing, context)) return place
      await departing.leave(context)
      const free = memory.tryReserve(page.source, atLeast)
      if (free !== undefined) return free
    }
  }

  /** With its place; one that waits to depart keeps it no longer than a request may. */
  async #leavesSoon(place: PagePlace, departing: Departing, context: Context): Promise<boolean> {
    let leaves = false
    try {
      leaves = await departing.leaveWithin(this.#source.limits.timeoutMs, context)
      return leaves
    } finally {
      if (!leaves) place.release()
    }
  }

  async #throughBreaker(
    page: PageRef,
    place: PagePlace,
    departing: Departing,
    context: Context,
  ): Promise<FetchedPage> {
    try {
      return await this.#parts.health.breaker.execute(
        inner => this.#request(page, place, departing, inner),
        context,
      )
    } catch (error) {
      contextOf(context).releaseWhenDone(() => place.release())
      throw error
    }
  }

  async #request(
    page: PageRef,
    place: PagePlace,
    departing: Departing,
    context: Context,
  ): Promise<FetchedPage> {
    const { transport, memory, normalise } = this.#parts
    const request = {
      url: page.url,
      headers: this.#headers,
      maxBodyBytes: this.#source.limits.maxPageBytes,
      bodyRoom: place,
      onDeparture: () => departing.sent(),
    }
    const response = await this.#timeout.execute(timed => transport.send(request, timed), context)
    this.#checkStatus(response)
    const bytes = response.body.byteLength
    memory.weigh(page.source, place, bytes)
    return { content: await normalise(response.body, page.source, response.headers), bytes, place }
  }

  #checkStatus({ statusCode, headers }: TransportResponse): void {
    if (statusCode >= 200 && statusCode < 300) return
    throw new HttpStatusError(statusCode, parseRetryAfter(headers['retry-after'], this.#parts.clock))
  }

  #noteFailure(page: PageRef, error: unknown, context: Context): void {
    if (error instanceof BreakerOpenError || isAborted(context)) return
    const isThrottled = error instanceof HttpStatusError && error.isThrottling
    const quietMs = isThrottled ? this.#throttle(page, error) : undefined
    const message = error instanceof Error ? error.message : String(error)
    this.#parts.observer.attemptFailed(page, page.tries + context.attempt, errorCode(error), message, quietMs)
  }

  /** All pages of the endpoint wait, not this one alone. Returns for how long. */
  #throttle(page: PageRef, { retryAfterMs }: HttpStatusError): number {
    const { limiter, clock, observer } = this.#parts
    const waitMs = retryAfterMs ?? this.#source.limits.retry.baseDelayMs
    limiter.blockUntil(clock.now() + waitMs)
    observer.throttled(page, waitMs)
    return waitMs
  }
}
