import { checkDuration, checkOptions, withDefaults } from 'async-patterns'
import type { Within } from 'async-patterns'
import { ACCEPTED_ENCODINGS } from '../body-decoder.js'
import { defaultHeaders } from '../default-headers.js'
import { PooledTransport, transportDefaults } from '../pooled-transport.js'
import type { PooledTransportOptions } from '../pooled-transport.js'
import { guardedLookup } from '../reach.js'
import type { Target } from '../target.js'
import type { TransportRequest, TransportResponse } from '../transport.js'
import { TransportError } from '../transport-error.js'
import { requestText } from './request-text.js'
import { WirePool } from './wire-pool.js'
import { WireCall } from './wire-slot.js'

/** What a WireTransport takes besides the options that every transport takes. */
export interface WireTransportOptions extends PooledTransportOptions {
  /** How long making a connection may take, in milliseconds. Default: as long as the system lets it. */
  readonly connectTimeoutMs?: number
  /** Whether compressed responses are asked for. Those that come are decoded anyway. Default false. */
  readonly compression?: boolean
}

const defaults = Object.freeze({ ...transportDefaults, compression: false })

/** So many plain GETs keep their text. */
const LARGEST_CACHE = 1024

/**
 * The transport for load: plain HTTP/1.1 over `node:net`, with nothing between the request and the socket
 * that can be left out. No TLS, no proxy and no redirects.
 */
export class WireTransport extends PooledTransport<WirePool> {
  readonly #options: WireTransportOptions & typeof defaults
  /** What is sent with every request that does not name it. */
  readonly #defaults: Readonly<Record<string, string>>
  readonly #texts = new Map<string, string>()

  /** @throws RangeError, TypeError for a bad option. */
  constructor(options?: WireTransportOptions) {
    checkOptions('WireTransport', options, [...Object.keys(defaults), 'connectTimeoutMs'])
    const settings = withDefaults(defaults, options)
    super('WireTransport', settings)
    if (settings.connectTimeoutMs !== undefined)
      checkDuration('WireTransport.connectTimeoutMs', settings.connectTimeoutMs)
    this.#options = settings
    this.#defaults = settings.compression
      ? { ...defaultHeaders, 'accept-encoding': ACCEPTED_ENCODINGS }
      : defaultHeaders
  }

  override send(request: TransportRequest, within?: Within): Promise<TransportResponse> {
    return new Promise((resolve, reject) => {
      const target = this.targetOf(request.url)
      const pool = this.poolOf(target, request)
      const call = new WireCall(request, this.#text(request, target), this.inFlight, resolve, reject)
      if (call.begin(within)) pool.dispatch(call)
    })
  }

  protected override openPool({ protocol, hostname, port }: Target): WirePool {
    if (protocol !== 'http:') throw new TransportError('BAD_REQUEST', 'the wire speaks http only')
    const { reach, lookup, connectTimeoutMs } = this.#options
    const guarded = guardedLookup(reach, lookup)
    return new WirePool({ ...this.#options, connectTimeoutMs, host: hostname, port, lookup: guarded })
  }

  #text(request: TransportRequest, target: Target): string {
    const keepAlive = this.#options.maxKeepaliveConnections > 0 && request.newConnection !== true
    const isPlain =
      request.newConnection !== true &&
      request.headers === undefined &&
      request.method === undefined &&
      request.body === undefined
    if (!isPlain) return requestText(request, target, keepAlive, this.#defaults)
    const known = this.#texts.get(request.url)
    if (known !== undefined) return known
    const text = requestText(request, target, keepAlive, this.#defaults)
    if (this.#texts.size >= LARGEST_CACHE) this.#texts.clear()
    this.#texts.set(request.url, text)
    return text
  }
}
