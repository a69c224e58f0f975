import {
  type Clock,
  ClosedError,
  checkCount,
  checkDuration,
  systemClock,
  type Within,
  withDefaults,
} from 'async-patterns'
import { type buildConnector, type Dispatcher, Pool } from 'undici'
import { ACCEPTED_ENCODINGS } from './body-decoder.js'
import { InFlight } from './in-flight.js'
import { redirected } from './redirects.js'
import { type Target, TargetCache } from './target.js'
import type { Transport, TransportCloseOptions, TransportRequest, TransportResponse } from './transport.js'
import { TransportError } from './transport-error.js'
import { UndiciCall } from './undici-call.js'

export interface UndiciTransportOptions {
  /** Connections per origin; a request beyond them waits for one. Default 100. */
  readonly maxConnections?: number
  /** Connections per origin that stay open after their request; 0 means one connection for each request. Default 100. */
  readonly maxKeepaliveConnections?: number
  /** How long an idle connection stays open. A server's own Keep-Alive hint goes first. Default 30,000. */
  readonly keepaliveExpiryMs?: number
  /** From `send` to the last byte, the wait for a connection included. Infinity: no limit. Default 30,000. */
  readonly timeoutMs?: number
  /** Default 10,000. */
  readonly connectTimeoutMs?: number
  /** The largest head of a response. Default 16,384. */
  readonly maxHeadBytes?: number
  /** How many redirects are followed; credentials never leave their origin. Default 0: none. */
  readonly maxRedirects?: number
  /** Whether compressed responses are asked for. Those that come are decoded anyway. Default true. */
  readonly compression?: boolean
  /** For https: certificates and the like. */
  readonly tls?: buildConnector.BuildOptions
  readonly clock?: Clock
}

const defaults = Object.freeze({
  maxConnections: 100,
  maxKeepaliveConnections: 100,
  keepaliveExpiryMs: 30_000,
  timeoutMs: 30_000,
  connectTimeoutMs: 10_000,
  maxHeadBytes: 16_384,
  maxRedirects: 0,
  compression: true,
  clock: systemClock,
})

/** The transport for real services: TLS, redirects, compression, pooled keep-alive connections, one pool per origin. */
export class UndiciTransport implements Transport {
  readonly #options: UndiciTransportOptions & typeof defaults
  readonly #pools = new Map<string, Pool>()
  readonly #targets = new TargetCache()
  readonly #inFlight: InFlight
  #closed: Promise<void> | undefined = undefined

  /** @throws RangeError, TypeError for a bad option. */
  constructor(options?: UndiciTransportOptions) {
    this.#options = withDefaults(defaults, options)
    checkOptions(this.#options)
    this.#inFlight = new InFlight(this.#options.clock, this.#options.timeoutMs)
  }

  send(request: TransportRequest, within?: Within): Promise<TransportResponse> {
    return this.#options.maxRedirects === 0 ? this.#sendOnce(request, within) : this.#follow(request, within)
  }

  async close(options?: TransportCloseOptions): Promise<void> {
    const timeoutMs = options?.timeoutMs ?? 5_000
    // Before anything is closed: a wrong option must not keep a later close from its work.
    checkDuration('UndiciTransport.close.timeoutMs', timeoutMs)
    this.#closed ??= this.#close(timeoutMs)
    await this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #follow(request: TransportRequest, within: Within | undefined): Promise<TransportResponse> {
    let current = request
    for (let hops = 0; ; hops += 1) {
      const response = await this.#sendOnce(current, within)
      const next = redirected(current, response)
      if (next === undefined) return response
      if (hops === this.#options.maxRedirects) {
        throw new TransportError('TOO_MANY_REDIRECTS', `more than ${hops} redirects from ${request.url}`)
      }
      current = next
    }
  }

  #sendOnce(request: TransportRequest, within: Within | undefined): Promise<TransportResponse> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) throw new ClosedError('the transport is closed')
      const target = this.#targets.get(request.url)
      const pool = this.#pool(target.origin)
      const options = this.#dispatchOptions(request, target, pool)
      const call = new UndiciCall(request, this.#inFlight, resolve, reject)
      if (call.begin(within)) pool.dispatch(options, call)
    })
  }

  #dispatchOptions(request: TransportRequest, target: Target, pool: Pool): Dispatcher.DispatchOptions {
    return {
      path: target.path,
      method: request.method ?? 'GET',
      headers: this.#headers(request.headers),
      body: request.body ?? null,
      reset: this.#isSurplus(pool),
    }
  }

  #headers(given: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
    if (!this.#options.compression) return given ?? {}
    if (given === undefined) return { 'accept-encoding': ACCEPTED_ENCODINGS }
    const named = Object.keys(given).some(name => name.toLowerCase() === 'accept-encoding')
    return named ? given : { ...given, 'accept-encoding': ACCEPTED_ENCODINGS }
  }

  /** Whether the connection is one too many to keep: it is closed after its request. */
  #isSurplus(pool: Pool): boolean {
    const { maxConnections, maxKeepaliveConnections } = this.#options
    return maxKeepaliveConnections < maxConnections && pool.stats.size >= maxKeepaliveConnections
  }

  #pool(origin: string): Pool {
    const known = this.#pools.get(origin)
    if (known !== undefined) return known
    const made = this.#openPool(origin)
    this.#pools.set(origin, made)
    return made
  }

  #openPool(origin: string): Pool {
    const options = this.#options
    return new Pool(origin, {
      connections: options.maxConnections,
      pipelining: 1,
      keepAliveTimeout: Math.max(1, options.keepaliveExpiryMs),
      keepAliveMaxTimeout: Math.max(1, options.keepaliveExpiryMs),
      maxHeaderSize: options.maxHeadBytes,
      connect: { ...options.tls, timeout: options.connectTimeoutMs },
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  }

  async #close(timeoutMs: number): Promise<void> {
    await this.#inFlight.drain(
      timeoutMs,
      new ClosedError('the transport was closed before the response was whole'),
    )
    await Promise.all(Array.from(this.#pools.values(), pool => pool.destroy()))
    this.#pools.clear()
  }
}

function checkOptions(options: UndiciTransportOptions): void {
  const name = (option: string): string => `UndiciTransport.${option}`
  checkCount(name('maxConnections'), options.maxConnections)
  checkCount(name('maxKeepaliveConnections'), options.maxKeepaliveConnections, { min: 0 })
  checkDuration(name('keepaliveExpiryMs'), options.keepaliveExpiryMs)
  checkDuration(name('timeoutMs'), options.timeoutMs, { orInfinity: true })
  checkDuration(name('connectTimeoutMs'), options.connectTimeoutMs)
  checkCount(name('maxHeadBytes'), options.maxHeadBytes)
  checkCount(name('maxRedirects'), options.maxRedirects, { min: 0 })
}
