import {
  type Clock,
  ClosedError,
  checkCount,
  checkDuration,
  systemClock,
  type Within,
  withDefaults,
} from 'async-patterns'
import { InFlight } from '../in-flight.js'
import { type Target, TargetCache } from '../target.js'
import type { Transport, TransportCloseOptions, TransportRequest, TransportResponse } from '../transport.js'
import { TransportError } from '../transport-error.js'
import { requestText } from './request-text.js'
import { WirePool } from './wire-pool.js'
import { WireCall } from './wire-slot.js'

export interface WireTransportOptions {
  /** Connections per origin; a request beyond them waits for one. Default 100. */
  readonly maxConnections?: number
  /** Connections per origin that stay open after their request; 0 means one connection for each request. Default 100. */
  readonly maxKeepaliveConnections?: number
  /** How long an idle connection stays open. Default 30,000. */
  readonly keepaliveExpiryMs?: number
  /** From `send` to the last byte, connecting included. Infinity: no limit. Default 30,000. */
  readonly timeoutMs?: number
  /** The largest head of a response. Default 16,384. */
  readonly maxHeadBytes?: number
  readonly clock?: Clock
}

const defaults = Object.freeze({
  maxConnections: 100,
  maxKeepaliveConnections: 100,
  keepaliveExpiryMs: 30_000,
  timeoutMs: 30_000,
  maxHeadBytes: 16_384,
  clock: systemClock,
})

/** So many plain GETs keep their text. */
const LARGEST_CACHE = 1024

/**
 * The transport for load: plain HTTP/1.1 over `node:net`, with nothing between the request and the socket that can
 * be left out. No TLS and no redirects; it asks for no compression, but decodes what comes compressed.
 */
export class WireTransport implements Transport {
  readonly #options: WireTransportOptions & typeof defaults
  readonly #pools = new Map<string, WirePool>()
  readonly #targets = new TargetCache()
  readonly #texts = new Map<string, string>()
  readonly #inFlight: InFlight
  #closed: Promise<void> | undefined = undefined

  /** @throws RangeError, TypeError for a bad option. */
  constructor(options?: WireTransportOptions) {
    this.#options = withDefaults(defaults, options)
    checkOptions(this.#options)
    this.#inFlight = new InFlight(this.#options.clock, this.#options.timeoutMs)
  }

  send(request: TransportRequest, within?: Within): Promise<TransportResponse> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) throw new ClosedError('the transport is closed')
      const target = this.#targets.get(request.url)
      const pool = this.#pool(target)
      const text = this.#text(request, target)
      const call = new WireCall(request, text, this.#inFlight, resolve, reject)
      if (call.begin(within)) pool.dispatch(call)
    })
  }

  async close(options?: TransportCloseOptions): Promise<void> {
    const timeoutMs = options?.timeoutMs ?? 5_000
    // Before anything is closed: a wrong option must not keep a later close from its work.
    checkDuration('WireTransport.close.timeoutMs', timeoutMs)
    this.#closed ??= this.#close(timeoutMs)
    await this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #text(request: TransportRequest, target: Target): string {
    const keepAlive = this.#options.maxKeepaliveConnections > 0
    const isPlain =
      request.headers === undefined && request.method === undefined && request.body === undefined
    if (!isPlain) return requestText(request, target, keepAlive)
    const known = this.#texts.get(request.url)
    if (known !== undefined) return known
    const text = requestText(request, target, keepAlive)
    if (this.#texts.size >= LARGEST_CACHE) this.#texts.clear()
    this.#texts.set(request.url, text)
    return text
  }

  #pool(target: Target): WirePool {
    const known = this.#pools.get(target.origin)
    if (known !== undefined) return known
    if (target.protocol !== 'http:') throw new TransportError('BAD_REQUEST', 'the wire speaks http only')
    const made = new WirePool({ ...this.#options, host: target.hostname, port: target.port })
    this.#pools.set(target.origin, made)
    return made
  }

  async #close(timeoutMs: number): Promise<void> {
    await this.#inFlight.drain(
      timeoutMs,
      new ClosedError('the transport was closed before the response was whole'),
    )
    for (const pool of this.#pools.values()) pool.destroy()
    this.#pools.clear()
  }
}

function checkOptions(options: WireTransportOptions): void {
  const name = (option: string): string => `WireTransport.${option}`
  checkCount(name('maxConnections'), options.maxConnections)
  checkCount(name('maxKeepaliveConnections'), options.maxKeepaliveConnections, { min: 0 })
  checkDuration(name('keepaliveExpiryMs'), options.keepaliveExpiryMs)
  checkDuration(name('timeoutMs'), options.timeoutMs, { orInfinity: true })
  checkCount(name('maxHeadBytes'), options.maxHeadBytes)
}
