import type { Clock, Context, Random, RetryPolicy, Within } from 'async-patterns'
import { BreakerOpenError, contextOf, isAborted, Timeout } from 'async-patterns'
import type { Transport, TransportRequest, TransportResponse } from '../../engines/index.js'
import { errorCode, wishOf } from '../../engines/index.js'
import type { ServerWish } from '../../engines/index.js'
import type { Notice, PageRef } from '../ledger/index.js'
import type { NormalisedPage, Normaliser, PageContext, PageReading } from '../records/index.js'
import { usablePage } from '../records/index.js'
import type { Authorizer, OutgoingRequest } from './auth/authorizer.js'
import { isStaleConnection } from './attempt-verdict.js'
import { DeparturePolicy } from './departure-policy.js'
import { EmptyPages, endHint, NO_RECORDS } from './empty-pages.js'
import type { DepartureLimiter } from './endpoint-limiter.js'
import type { HttpStatusError, RefusedAction } from './http-status-error.js'
import { Lateness } from './lateness.js'
import type { MemoryBudget } from './memory-budget.js'
import type { MemoryReservation } from './memory-reservation.js'
import { Patience } from './patience.js'
import { mightRepeat, NotRetryableError } from './not-retryable.js'
import { QuietError } from './quiet-error.js'
import { QuietKeeper } from './quiet-keeper.js'
import type { RedirectSetting } from './redirects.js'
import { Hops } from './redirects.js'
import type { JudgedResponse, Judgement, ResponseRules } from './response-rules.js'
import { RetryLadder } from './retry-ladder.js'
import type { Releasable, Room } from './room.js'
import { takeRoom } from './room.js'
import { Renewals } from './renewals.js'
import { refusedBy, skipNotice } from './ruled-answer.js'
import { wishBy } from './rule-wish.js'
import type { StreamHealth } from './stream-health.js'
import type { StreamLimits } from './stream-limits.js'

/** A page's content, and the memory that it takes until it is committed. */
export interface FetchedPage {
  readonly content: NormalisedPage
  /** What a rule had to say of it. */
  readonly notices?: readonly Notice[] | undefined
  /** Of the response; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Of the body, after decompression. */
  readonly bytes: number
  /** The URL that answered, after redirects. */
  readonly url: string
  readonly reservation: Releasable
}

/** The request of a page, without credentials. */
export type PageRequest = Pick<TransportRequest, 'method' | 'url' | 'headers' | 'body'>

/** What the fetcher tells while it is at work. Attempts count from 1, over restarts. */
export interface FetchObserver {
  /** `at` is on the scale of `clock.now()`. */
  departed(page: PageRef, attempt: number, at: number): void
  attemptFailed(page: PageRef, attempt: number, code: string, message: string): void
  /** The endpoint's server asked for quiet, longer than any that it had asked for before. */
  quiet(page: PageRef, waitMs: number, askedBy: string): void
}

export interface FetcherParts {
  readonly limits: StreamLimits
  readonly redirects: RedirectSetting
  readonly requestOf: (page: PageRef) => PageRequest | Promise<PageRequest>
  /** Whether a response of this status says that the stream has no such page. Default never. */
  readonly isEnd?: ((page: PageRef, statusCode: number) => boolean) | undefined
  readonly authorizer: Authorizer
  readonly rules: ResponseRules
  readonly transport: Transport
  readonly limiter: DepartureLimiter
  readonly health: StreamHealth
  readonly memory: MemoryBudget
  /** Places for requests in flight, which the streams of a source share. Default: as many as there are. */
  readonly slots?: Room<Releasable> | undefined
  /** Whether a request may be sent again after it has left. Default true. */
  readonly retryable?: boolean | undefined
  /** Reads a page's bytes, which it may take over. */
  readonly normaliser: Pick<Normaliser, 'read'>
  /** What a page's records may hold besides what its body says. Default nothing. */
  readonly contextOf?: ((page: PageRef) => PageContext) | undefined
  readonly observer: FetchObserver
  /** How much time is left in which anything may depart. Default: no end. */
  readonly leftMs?: (() => number) | undefined
  readonly clock: Clock
  /** For the jitter of retries. Default Math.random. */
  readonly random?: Random | undefined
}

/** A page on its way, over all its attempts. */
interface Errand {
  readonly page: PageRef
  readonly patience: Patience
  hasNewCredentials: boolean
}

/** One attempt at it. */
interface Visit {
  readonly errand: Errand
  readonly hops: Hops
}

/** One departure of it: it may be the first, or where a redirect leads. */
interface Hop extends Visit {
  readonly departing: DeparturePolicy
}

/**
 * Fetches the pages of one stream: retry, around rate limit, around memory, around breaker, around timeout,
 * around the request. Every attempt departs by the limiter and is seen by the breaker, which judges the
 * page's content too.
 */
export class Fetcher {
  readonly #parts: FetcherParts
  readonly #retries: RetryLadder
  readonly #timeout: Timeout
  readonly #empty = new EmptyPages()
  readonly #quiet: QuietKeeper
  readonly #lateness = new Lateness()
  readonly #renewals: Renewals

  constructor(parts: FetcherParts) {
    const { limits, clock, random } = parts
    this.#parts = parts
    this.#retries = new RetryLadder(limits.retry, clock, random)
    this.#quiet = new QuietKeeper(parts)
    this.#renewals = new Renewals(parts.authorizer)
    this.#timeout = new Timeout({ timeoutMs: limits.timeoutMs, clock })
  }

  /**
   * Rejects with RetryExhaustedError when the page has used its tries, with the attempt's own error when
   * another try cannot help, with BreakerOpenError and QuietError (no try is spent then) and with the abort
   * reason of the caller, or of `stop`: nothing departs once that is aborted, what has departed goes on.
   */
  async fetch(page: PageRef, within: Within, stop?: AbortSignal): Promise<FetchedPage> {
    using patience = new Patience(within, stop)
    const retry: RetryPolicy = this.#retries.after(page.tries)
    const errand: Errand = { page, patience, hasNewCredentials: false }
    return await retry.execute(context => this.#attempt(errand, context), patience)
  }

  async #attempt(errand: Errand, context: Context): Promise<FetchedPage> {
    const { page, patience } = errand
    const hops = new Hops(await this.#parts.requestOf(page), this.#parts.redirects)
    try {
      for (;;) {
        const answer = await this.#sendTwiceIfStale({ errand, hops }, context)
        if (answer !== 'redirected') return answer
      }
    } catch (error) {
      const reason = this.#quiet.after(page, error) ?? error
      this.#noteFailure(page, reason, context)
      throw reason
    } finally {
      patience.asks(false)
    }
  }

  /**
   * Servers close idle connections when they like. What met such a one departs again, on a new connection, and
   * has spent no try; unless it may not be sent again, for the server may have read it.
   */
  async #sendTwiceIfStale(visit: Visit, context: Context): Promise<FetchedPage | 'redirected'> {
    try {
      return await this.#depart(visit, context, false)
    } catch (error) {
      if (!isStaleConnection(error) || isAborted(context)) throw error
      return await this.#depart(visit, context, true)
    }
  }

  /** Where a redirect leads is asked like any other: by the limiter, and seen by the breaker. */
  async #depart(visit: Visit, context: Context, newConnection: boolean): Promise<FetchedPage | 'redirected'> {
    const { limiter, clock, observer, retryable = true } = this.#parts
    const { page, patience } = visit.errand
    const onDeparture = (attempt: number, at: number): void =>
      observer.departed(page, page.tries + attempt, at)
    const departing = new DeparturePolicy(limiter, this.#quiet.longestMs, clock, onDeparture, newConnection)
    patience.asks(false)
    try {
      return await departing.execute(inner => this.#withSlot({ ...visit, departing }, inner), context)
    } catch (error) {
      if (retryable || !departing.wasSent || isAborted(context) || !mightRepeat(error)) throw error
      throw new NotRetryableError(visit.hops.request.method, error)
    }
  }

  /** Only what departs takes a place, and gives it back with the answer. */
  async #withSlot(hop: Hop, context: Context): Promise<FetchedPage | 'redirected'> {
    const { slots, limits } = this.#parts
    if (slots === undefined) return await this.#withMemory(hop, context)
    const slot = await takeRoom(slots, hop.departing, limits.timeoutMs, context)
    try {
      return await this.#withMemory(hop, context)
    } finally {
      contextOf(context).releaseWhenDone(() => slot.release())
    }
  }

  /**
   * Only what departs takes memory: a page that waits for the limiter, a minute of Retry-After perhaps, takes
   * none.
   */
  async #withMemory(hop: Hop, context: Context): Promise<FetchedPage | 'redirected'> {
    const { departing } = hop
    const { page, patience } = hop.errand
    const { limits, retryable = true } = this.#parts
    // Compressed, decoded in parts, and these joined: nothing is larger, so no server can have its page fetched
    // again and again; and what may not be sent again has enough at once.
    const most = 3 * limits.maxPageBytes
    const room = (atLeast?: number): Promise<MemoryReservation> =>
      takeRoom(this.#memoryFor(page, atLeast), departing, limits.timeoutMs, context)
    const first = await room(retryable ? undefined : most)
    try {
      return await this.#throughBreaker(hop, first, context)
    } catch (error) {
      if (errorCode(error) !== 'NO_ROOM' || !retryable) throw error
    }
    patience.asks(false)
    departing.giveBack()
    return await this.#throughBreaker(hop, await room(most), context)
  }

  #memoryFor(page: PageRef, atLeast?: number): Room<MemoryReservation> {
    const { memory } = this.#parts
    return {
      tryTake: () => memory.tryReserve(page.stream, atLeast),
      take: within => memory.reserve(page.stream, within, atLeast),
    }
  }

  async #throughBreaker(
    hop: Hop,
    reservation: MemoryReservation,
    context: Context,
  ): Promise<FetchedPage | 'redirected'> {
    try {
      return await this.#parts.health.breaker.execute(inner => {
        hop.errand.patience.asks(true)
        return this.#request(hop, reservation, inner)
      }, context)
    } catch (error) {
      contextOf(context).releaseWhenDone(() => reservation.release())
      throw error
    }
  }

  async #request(
    { errand, hops, departing }: Hop,
    reservation: MemoryReservation,
    context: Context,
  ): Promise<FetchedPage | 'redirected'> {
    const { authorizer, transport, memory, limits, clock } = this.#parts
    const { page } = errand
    const request = {
      ...hops.request,
      maxBodyBytes: limits.maxPageBytes,
      bodyRoom: reservation,
      newConnection: departing.newConnection,
      onDeparture: () => departing.sent(),
    }
    const { sent, response } = await this.#timeout.execute(async timed => {
      const authorized = await authorizer.authorize(request, timed)
      return { sent: authorized, response: await transport.send(authorized, timed) }
    }, context)
    departing.answered(this.#lateness)
    // Its headers are a getter, which a spread leaves out, and a spread is slow.
    const { statusCode, headers, body, bytes: received, url } = response
    const wish = wishOf(statusCode, headers, clock.wallNow())
    const judged = { statusCode, headers, body, bytes: received, url, wish }
    const { rules } = this.#parts
    if (!rules.knowsWish(judged)) this.#quiet.heed(page, statusCode, wish)
    if (!rules.keepsRedirect(judged) && hops.follow(response)) {
      reservation.release()
      return 'redirected'
    }
    // Its length is gone once its bytes are transferred.
    const bytes = response.body.byteLength
    const isRead = rules.needsBody(judged)
    if (isRead) memory.weigh(page.stream, reservation, bytes)
    const { content, notices } = await this.#contentOf(errand, sent, judged, hops.reason(response), context)
    if (isRead) memory.weighRecords(page.stream, reservation, content.weight ?? bytes)
    this.#renewals.taken(errand, { sent, response })
    // Not that of the response, in which a credential may stand.
    return { content, notices, headers: response.headers, bytes, url: hops.request.url, reservation }
  }

  /** @throws HttpStatusError, PageInvalidError (rejects) when the rules do not take the response for a page. */
  async #contentOf(
    errand: Errand,
    sent: OutgoingRequest,
    response: TransportResponse & JudgedResponse,
    detail: string | undefined,
    context: Context,
  ): Promise<Pick<FetchedPage, 'content' | 'notices'>> {
    const { rules, normaliser, contextOf: contextOfPage, isEnd } = this.#parts
    const { page } = errand
    const { statusCode } = response
    const reading = rules.needsBody(response)
      ? await normaliser.read(response.body, page.stream, response.headers, context, contextOfPage?.(page))
      : undefined
    if (isEnd?.(page, statusCode) === true) {
      // A 206 may be the last page, and has its records.
      const last = reading?.ok === true ? reading.page : NO_RECORDS
      return { content: { ...last, paging: { ...last.paging, end: true, endStatus: statusCode } } }
    }
    const judgement = rules.judge(response, reading)
    const wish = this.#heedRule(page, response, judgement, reading)
    const refusal = (action: RefusedAction): HttpStatusError =>
      refusedBy(judgement, { statusCode, wish, action, detail: detail ?? endHint(page, statusCode) })
    const refused = { sent, response }
    if (await this.#renewals.renewsFirst(errand, refused, judgement, context)) throw refusal('refreshAuth')
    switch (judgement.action) {
      case 'page': {
        const content =
          this.#empty.read(page, statusCode, reading as PageReading) ?? usablePage(reading as PageReading)
        const { told, rule } = judgement
        if (told !== undefined && rule?.isOwn !== true) this.#noteErrors(page, told, context)
        return { content }
      }
      case 'skip':
        return { content: NO_RECORDS, notices: [skipNotice(statusCode, judgement)] }
      case 'end':
        return { content: { ...NO_RECORDS, paging: { end: true } } }
      case 'refreshAuth':
        throw refusal((await this.#renewals.renews(errand, refused, context)) ? 'refreshAuth' : 'fail')
      default:
        throw refusal(judgement.action)
    }
  }

  /** A rule that says where the wish stands knows better than what headers usually mean. */
  #heedRule(
    page: PageRef,
    response: JudgedResponse,
    { action, rule }: Judgement,
    reading: PageReading | undefined,
  ): ServerWish | undefined {
    const { rules, clock } = this.#parts
    if (!rules.knowsWish(response)) return response.wish
    const { headers, statusCode } = response
    const sources = { headers, observed: reading?.observed ?? {}, now: clock.wallNow() }
    const own = action === 'wait' ? wishBy(rule, sources) : undefined
    const wish = own ?? response.wish
    this.#quiet.heed(page, statusCode, wish, own !== undefined)
    return wish
  }

  /** The page is taken, but what it says besides must not be lost. */
  #noteErrors(page: PageRef, told: string, context: Context): void {
    const message = `the body reports errors beside its records: ${told}`
    this.#parts.observer.attemptFailed(page, page.tries + context.attempt, 'ERRORS_BESIDE_RECORDS', message)
  }

  #noteFailure(page: PageRef, error: unknown, context: Context): void {
    if (error instanceof BreakerOpenError || error instanceof QuietError || isAborted(context)) return
    const message = error instanceof Error ? error.message : String(error)
    this.#parts.observer.attemptFailed(page, page.tries + context.attempt, errorCode(error), message)
  }
}
