import {
  ClosedError,
  checkCount,
  checkDuration,
  Deferred,
  Events,
  map,
  pipeline,
  systemClock,
  checkOptions,
} from 'async-patterns'
import type { CircuitBreaker, Clock, Context, Listener, Policy, Within } from 'async-patterns'
import { breakerOf, checkEngineOptions, openTransport, stackOf } from './async-engine-options.js'
import type { AsyncEngineOptions } from './async-engine-options.js'
import type { AsyncEngineProtocol } from './engine.js'
import { EngineResult } from './engine-result.js'
import { PeakMemory } from './peak-memory.js'
import { RequestRecord } from './request-result.js'
import type { RequestResult, RequestStatus } from './request-result.js'
import type { Transport, TransportCloseOptions, TransportResponse } from './transport.js'
import { until } from './until.js'

/** A request has reached another status. */
export interface RequestEvent {
  readonly type: 'status'
  readonly url: string
  readonly status: RequestStatus
  readonly attempt: number
  /** With `success` and `failed`. */
  readonly result?: RequestResult
}

/**
 * Many requests at a time on one event loop, under the library's own patterns: retry, then limiter, then
 * breaker, then the transport. Bodies are read whole, counted and dropped.
 */
export class AsyncEngine implements AsyncEngineProtocol, AsyncDisposable {
  readonly #maxConcurrent: number
  readonly #clock: Clock
  readonly #headers: Readonly<Record<string, string>> | undefined
  readonly #transport: Transport
  readonly #ownsTransport: boolean
  readonly #breaker: CircuitBreaker<TransportResponse> | undefined
  readonly #policy: Policy<TransportResponse>
  readonly #events = new Events<RequestEvent>('engine')
  readonly #abort = new AbortController()
  /** For what waits outside the transport, such as a backoff: `close` ends it. */
  readonly #within: Within = { signal: this.#abort.signal }
  /**
   * Whether a call of `run` may be given up while it is sent. Not so under our own layers and over our own
   * transport, which ends its requests when it is closed: there a signal for each of them would only cost a
   * tenth of the speed.
   */
  readonly #isHeeded: boolean
  /** What calls of `run` wait for. */
  readonly #runs = new Set<Deferred<unknown>>()
  /** What streams wait for, with its URL. */
  readonly #streamed = new Map<Deferred<RequestResult>, string>()
  #closed: Promise<void> | undefined = undefined

  /** @throws RangeError, TypeError for a bad option. */
  constructor(options: AsyncEngineOptions = {}) {
    checkEngineOptions(options)
    this.#maxConcurrent = options.maxConcurrent ?? 100
    checkCount('AsyncEngine.maxConcurrent', this.#maxConcurrent)
    this.#clock = options.clock ?? systemClock
    this.#headers = options.headers === undefined ? undefined : { ...options.headers }
    const { transport = 'undici' } = options
    this.#ownsTransport = typeof transport === 'string'
    this.#transport = typeof transport === 'string' ? openTransport(transport, options) : transport
    this.#isHeeded = !this.#ownsTransport || options.policy !== undefined
    this.#breaker = breakerOf(options, this.#clock)
    this.#policy = stackOf(options, this.#maxConcurrent, this.#breaker, this.#clock)
  }

  /**
   * Fetches all URLs and keeps all results, in the order of the URLs. After `close` has begun the rest fails
   * with CLOSED.
   */
  async run(urls: readonly string[]): Promise<EngineResult> {
    const startedAt = this.#clock.now()
    const memory = new PeakMemory()
    const results = Array.from<RequestResult>({ length: urls.length })
    let next = 0
    const lane = async (): Promise<void> => {
      while (next < urls.length) {
        const index = next++
        results[index] = await this.#fetch(urls[index] as string)
        memory.sample()
      }
    }
    const lanes = Array.from({ length: Math.min(this.#maxConcurrent, urls.length) }, lane)
    await this.#endOf(Promise.all(lanes))
    for (let index = 0; index < urls.length; index++)
      results[index] ??= this.#neverSent(urls[index] as string)
    return new EngineResult(results, this.#clock.now() - startedAt, memory.stop())
  }

  /**
   * Results as they come, not in the order of the URLs. The source is read only as fast as results are taken:
   * no more than `maxConcurrent` URLs and results are held. Whoever leaves the loop early ends what is in
   * flight. Once `close` has begun no more URLs are read, and the stream ends with the results of those that
   * were; a later one with a first CLOSED.
   */
  runStreaming(urls: Iterable<string> | AsyncIterable<string>): AsyncIterable<RequestResult> {
    return { [Symbol.asyncIterator]: () => this.#streamAll(urls)[Symbol.asyncIterator]() }
  }

  /** Status by status; see `RequestStatus`. Dispose the result to stop. */
  subscribe(listener: Listener<RequestEvent>): Disposable {
    return this.#events.subscribe(listener)
  }

  /**
   * No request begins any more; those in flight may finish within `timeoutMs` [5,000], then they are
   * cancelled. Resolves when their results are given, the breaker knows of them all, and the sockets are
   * closed.
   */
  async close(options?: TransportCloseOptions): Promise<void> {
    checkOptions('AsyncEngine.close', options, ['timeoutMs'])
    const timeoutMs = options?.timeoutMs ?? 5_000
    // Before anything is closed: a wrong option must not keep a later close from its work.
    checkDuration('AsyncEngine.close.timeoutMs', timeoutMs)
    this.#closed ??= this.#close(timeoutMs)
    await this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #streamAll(urls: Iterable<string> | AsyncIterable<string>): AsyncIterable<RequestResult> {
    let within: Within | undefined
    const fetchOne = (url: string, context: Context): Promise<RequestResult> => {
      // All calls of a stream have one and the same context, which ends when the reader leaves.
      within ??= { signal: AbortSignal.any([context.signal, this.#abort.signal]) }
      return this.#stream(url, within)
    }
    const isClosed = (): boolean => this.#closed !== undefined
    // Each URL of an endless source would fail at once, without a turn of the event loop between them.
    return pipeline(
      until(isClosed, urls),
      map(fetchOne, { concurrency: this.#maxConcurrent, ordered: false }),
    )
  }

  async #close(timeoutMs: number): Promise<void> {
    const transport = this.#ownsTransport ? this.#transport.close({ timeoutMs }) : undefined
    const timer = this.#clock.setTimer(() => this.#cut(), timeoutMs)
    const runs = Array.from(this.#runs, over => over.promise)
    const streamed = Array.from(this.#streamed.keys(), pending => pending.promise)
    await Promise.allSettled([transport, ...runs, ...streamed])
    this.#clock.clearTimer(timer)
    await this.#breaker?.waitPending()
  }

  #cut(): void {
    this.#abort.abort(new ClosedError('the engine was closed before the response was whole'))
    // What listens to the signal has given its own result by then.
    setImmediate(() => {
      for (const over of this.#runs) over.resolve(undefined)
      for (const [pending, url] of this.#streamed) pending.resolve(this.#neverSent(url))
    })
  }

  #neverSent(url: string): RequestResult {
    return new RequestRecord(url, this.#clock).fail(new ClosedError('the engine is closed'))
  }

  /**
   * A policy or a transport of the caller's may outlast the engine: `run` waits for its lanes until the cut
   * at most. Not by a race with one promise of the engine's, which would keep something of every run for as
   * long as the engine lives.
   */
  async #endOf(lanes: Promise<unknown>): Promise<void> {
    const over = new Deferred<unknown>()
    this.#runs.add(over)
    lanes.then(over.resolve, over.reject)
    try {
      await over.promise
    } finally {
      this.#runs.delete(over)
    }
  }

  /**
   * As in `run`, a policy or a transport of the caller's may outlast the engine: `close` gives the result
   * then.
   */
  #stream(url: string, within: Within): Promise<RequestResult> {
    if (this.#closed !== undefined) return this.#fetch(url, within, true)
    const pending = new Deferred<RequestResult>()
    this.#streamed.set(pending, url)
    const settle = (): void => void this.#streamed.delete(pending)
    pending.promise.then(settle, settle)
    this.#fetch(url, within, true).then(
      result => pending.resolve(result),
      (error: unknown) => pending.reject(error),
    )
    return pending.promise
  }

  /**
   * Never rejects. No async function, for its own objects would be a tenth of what a request allocates here.
   */
  #fetch(url: string, within = this.#within, isHeeded = this.#isHeeded): Promise<RequestResult> {
    const record = new RequestRecord(url, this.#clock)
    this.#tell('pending', record)
    const work =
      this.#closed === undefined
        ? this.#policy.execute(context => this.#attempt(record, context, isHeeded), within)
        : Promise.reject(new ClosedError('the engine is closed'))
    return work.then(
      response => this.#finish(record, record.respond(response)),
      (error: unknown) => this.#finish(record, record.fail(error)),
    )
  }

  #finish(record: RequestRecord, result: RequestResult): RequestResult {
    this.#tell(result.error === null ? 'success' : 'failed', record, result)
    return result
  }

  #attempt(record: RequestRecord, context: Context, isHeeded: boolean): Promise<TransportResponse> {
    record.begin(context.attempt)
    this.#tell(context.attempt > 1 ? 'retrying' : 'in_flight', record)
    const headers = this.#headers
    const { url } = record
    const onDeparture = (connectMs?: number): void => record.depart(connectMs)
    return this.#transport.send(
      headers === undefined
        ? { url, discardBody: true, onDeparture }
        : { url, headers, discardBody: true, onDeparture },
      isHeeded ? context : undefined,
    )
  }

  #tell(status: RequestStatus, { url, attempt }: RequestRecord, result?: RequestResult): void {
    if (!this.#events.wanted('status')) return
    this.#events.emit({ type: 'status', url, status, attempt, ...(result !== undefined && { result }) })
  }
}
