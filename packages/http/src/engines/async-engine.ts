import {
  type AnyPolicy,
  CircuitBreaker,
  type CircuitBreakerOptions,
  type Clock,
  ClosedError,
  type Context,
  checkCount,
  checkDuration,
  checkOneOf,
  compose,
  Deferred,
  Events,
  type Listener,
  map,
  type Policy,
  pipeline,
  type RetryConfig,
  RetryPolicy,
  SemaphoreLimiter,
  systemClock,
  type Within,
} from 'async-patterns'
import { type ConnectionConfig, connectionConfig } from './connection-config.js'
import type { AsyncEngineProtocol } from './engine.js'
import { EngineResult } from './engine-result.js'
import { PeakMemory } from './peak-memory.js'
import { RequestRecord, type RequestResult, type RequestStatus } from './request-result.js'
import { classifyResponse, retryResponse } from './response-rules.js'
import type { Transport, TransportCloseOptions, TransportResponse } from './transport.js'
import { UndiciTransport } from './undici-transport.js'
import { WireTransport } from './wire/wire-transport.js'

export interface AsyncEngineOptions {
  /** Requests that run at once, over all `run`s. Default 100. */
  readonly maxConcurrent?: number
  readonly connection?: ConnectionConfig
  /** `optimized` keeps connections open; `naive` makes one for each request. Default `optimized`. */
  readonly pooling?: 'naive' | 'optimized'
  /** `undici` for everything, `wire` for load over plain http; a transport of your own is not closed. Default `undici`. */
  readonly transport?: 'undici' | 'wire' | Transport
  /** A breaker, or the options of one that judges by `classifyResponse`. Default: none. */
  readonly circuitBreaker?: CircuitBreaker<TransportResponse> | CircuitBreakerOptions<TransportResponse>
  /** A retry, or the configuration of one that tries again by `retryResponse`. Default: none. */
  readonly retryPolicy?: RetryPolicy<TransportResponse> | RetryConfig<TransportResponse>
  /** Any policy, around the breaker if there is one; it takes the place of `retryPolicy`. */
  readonly policy?: Policy<TransportResponse>
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  readonly clock?: Clock
}

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
 * Many requests at a time on one event loop, under the library's own patterns: retry, then limiter, then breaker,
 * then the transport. Bodies are read whole, counted and dropped.
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
  readonly #cutOff = new Deferred<void>()
  /** Our own transport ends its requests when it is closed; a signal would cost a tenth of the speed. */
  readonly #within: Within | undefined
  readonly #running = new Set<Promise<unknown>>()
  /** What streams wait for, with its URL. */
  readonly #streamed = new Map<Deferred<RequestResult>, string>()
  #closed: Promise<void> | undefined = undefined

  /** @throws RangeError, TypeError for a bad option. */
  constructor(options: AsyncEngineOptions = {}) {
    this.#maxConcurrent = options.maxConcurrent ?? 100
    checkCount('AsyncEngine.maxConcurrent', this.#maxConcurrent)
    this.#clock = options.clock ?? systemClock
    this.#headers = options.headers === undefined ? undefined : { ...options.headers }
    const { transport = 'undici' } = options
    this.#ownsTransport = typeof transport === 'string'
    this.#transport = typeof transport === 'string' ? openTransport(transport, options) : transport
    this.#within = this.#ownsTransport ? undefined : { signal: this.#abort.signal }
    this.#breaker = breakerOf(options, this.#clock)
    this.#policy = stackOf(options, this.#maxConcurrent, this.#breaker, this.#clock)
  }

  /** Fetches all URLs and keeps all results, in the order of the URLs. After `close` has begun the rest fails with CLOSED. */
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
    // A backoff may outlast the engine: what has no result when it is cut off gets one here.
    await this.#track(Promise.race([Promise.all(lanes), this.#cutOff.promise]))
    for (let index = 0; index < urls.length; index++)
      results[index] ??= this.#neverSent(urls[index] as string)
    return new EngineResult(results, this.#clock.now() - startedAt, memory.stop())
  }

  /**
   * Results as they come, not in the order of the URLs. The source is read only as fast as results are taken: no
   * more than `maxConcurrent` URLs and results are held. Whoever leaves the loop early ends what is in flight.
   */
  runStreaming(urls: Iterable<string> | AsyncIterable<string>): AsyncIterable<RequestResult> {
    const fetchAll = map((url: string, context: Context) => this.#stream(url, context), {
      concurrency: this.#maxConcurrent,
      ordered: false,
    })
    return pipeline(urls, fetchAll)
  }

  /** Status by status; see `RequestStatus`. Dispose the result to stop. */
  subscribe(listener: Listener<RequestEvent>): Disposable {
    return this.#events.subscribe(listener)
  }

  /**
   * No request begins any more; those in flight may finish within `timeoutMs` [5,000], then they are cancelled.
   * Resolves when their results are given, the breaker knows of them all, and the sockets are closed.
   */
  async close(options?: TransportCloseOptions): Promise<void> {
    const timeoutMs = options?.timeoutMs ?? 5_000
    // Before anything is closed: a wrong option must not keep a later close from its work.
    checkDuration('AsyncEngine.close.timeoutMs', timeoutMs)
    this.#closed ??= this.#close(timeoutMs)
    await this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(timeoutMs: number): Promise<void> {
    const transport = this.#ownsTransport ? this.#transport.close({ timeoutMs }) : undefined
    const timer = this.#clock.setTimer(() => this.#cut(), timeoutMs)
    const streamed = Array.from(this.#streamed.keys(), place => place.promise)
    await Promise.allSettled([transport, ...this.#running, ...streamed])
    this.#clock.clearTimer(timer)
    await this.#breaker?.waitPending()
  }

  #cut(): void {
    this.#abort.abort(new ClosedError('the engine was closed before the response was whole'))
    this.#cutOff.resolve()
    for (const [place, url] of this.#streamed) place.resolve(this.#neverSent(url))
  }

  #neverSent(url: string): RequestResult {
    const now = this.#clock.now()
    return new RequestRecord(url, now, this.#clock.wallNow()).fail(
      new ClosedError('the engine is closed'),
      now,
    )
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work)
    try {
      return await work
    } finally {
      this.#running.delete(work)
    }
  }

  /** As in `run`, a backoff or a transport of the caller's may outlast the engine: `close` gives the result then. */
  #stream(url: string, context: Context): Promise<RequestResult> {
    if (this.#closed !== undefined) return this.#fetch(url, context)
    const place = new Deferred<RequestResult>()
    this.#streamed.set(place, url)
    const settle = (): void => void this.#streamed.delete(place)
    place.promise.then(settle, settle)
    this.#fetch(url, context).then(
      result => place.resolve(result),
      (error: unknown) => place.reject(error),
    )
    return place.promise
  }

  /** Never rejects. No async function, for its own objects would be a tenth of what a request allocates here. */
  #fetch(url: string, within = this.#within): Promise<RequestResult> {
    const record = new RequestRecord(url, this.#clock.now(), this.#clock.wallNow())
    this.#tell('pending', record)
    const work =
      this.#closed === undefined
        ? this.#policy.execute(context => this.#attempt(record, context), within)
        : Promise.reject(new ClosedError('the engine is closed'))
    return work.then(
      response => this.#finish(record, record.respond(response, this.#clock.now())),
      (error: unknown) => this.#finish(record, record.fail(error, this.#clock.now())),
    )
  }

  #finish(record: RequestRecord, result: RequestResult): RequestResult {
    this.#tell(result.error === null ? 'success' : 'failed', record, result)
    return result
  }

  #attempt(record: RequestRecord, context: Context): Promise<TransportResponse> {
    record.begin(context.attempt, this.#clock.now())
    this.#tell(context.attempt > 1 ? 'retrying' : 'in_flight', record)
    const headers = this.#headers
    const { url } = record
    return this.#transport.send(
      headers === undefined ? { url, discardBody: true } : { url, headers, discardBody: true },
      context,
    )
  }

  #tell(status: RequestStatus, { url, attempt }: RequestRecord, result?: RequestResult): void {
    if (!this.#events.wanted('status')) return
    this.#events.emit({ type: 'status', url, status, attempt, ...(result !== undefined && { result }) })
  }
}

function openTransport(kind: 'undici' | 'wire', options: AsyncEngineOptions): Transport {
  checkOneOf('AsyncEngine.transport', kind, ['undici', 'wire'])
  checkOneOf('AsyncEngine.pooling', options.pooling ?? 'optimized', ['naive', 'optimized'])
  const given = connectionConfig(options.connection)
  const connection = options.pooling === 'naive' ? { ...given, maxKeepaliveConnections: 0 } : given
  const clock = options.clock ?? systemClock
  return kind === 'wire'
    ? new WireTransport({ ...connection, clock })
    : // As on the wire, nothing is asked for that the request does not name: like is compared with like.
      new UndiciTransport({ ...connection, clock, compression: false })
}

function breakerOf(
  { circuitBreaker }: AsyncEngineOptions,
  clock: Clock,
): CircuitBreaker<TransportResponse> | undefined {
  if (circuitBreaker === undefined || circuitBreaker instanceof CircuitBreaker) return circuitBreaker
  return new CircuitBreaker({ classify: classifyResponse, clock, ...circuitBreaker })
}

/** Retry outside the limiter, so that nobody holds a permit while it waits; the breaker sees every attempt. */
function stackOf(
  { policy, retryPolicy }: AsyncEngineOptions,
  maxConcurrent: number,
  breaker: CircuitBreaker<TransportResponse> | undefined,
  clock: Clock,
): Policy<TransportResponse> {
  const outer = policy ?? retryOf(retryPolicy, clock)
  const layers: (AnyPolicy | undefined)[] = [outer, new SemaphoreLimiter({ maxConcurrent, clock }), breaker]
  const present = layers.filter(layer => layer !== undefined)
  return compose(...present) as Policy<TransportResponse>
}

function retryOf(
  retryPolicy: AsyncEngineOptions['retryPolicy'],
  clock: Clock,
): RetryPolicy<TransportResponse> | undefined {
  if (retryPolicy === undefined || retryPolicy instanceof RetryPolicy) return retryPolicy
  return new RetryPolicy({ retryWhen: retryResponse, clock, ...retryPolicy })
}
