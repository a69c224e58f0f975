import { checkOptions, withDefaults } from 'async-patterns'
import type { Within } from 'async-patterns'
import { PooledTransport, transportDefaults } from '../pooled-transport.js'
import type { PooledTransportOptions } from '../pooled-transport.js'
import { guardedLookup } from '../reach.js'
import type { Target } from '../target.js'
import type { TransportRequest, TransportResponse } from '../transport.js'
import { TransportError } from '../transport-error.js'
import { requestText } from './request-text.js'
import { WirePool } from './wire-pool.js'
import { WireCall } from './wire-slot.js'

/** A WireTransport takes what every transport takes. */
export type WireTransportOptions = PooledTransportOptions

/** So many plain GETs keep their text. */
const LARGEST_CACHE = 1024

/**
 * The transport for load: plain HTTP/1.1 over `node:net`, with nothing between the request and the socket
 * that can be left out. No TLS and no redirects; it asks for no compression, but decodes what comes
 * compressed.
 */
export class WireTransport extends PooledTransport<WirePool> {
  readonly #options: Required<PooledTransportOptions>
  readonly #texts = new Map<string, string>()

  /** @throws RangeError, TypeError for a bad option. */
  constructor(options?: WireTransportOptions) {
    checkOptions('WireTransport', options, Object.keys(transportDefaults))
    const settings = withDefaults(transportDefaults, options)
    super('WireTransport', settings)
    this.#options = settings
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
    const { reach, lookup } = this.#options
    return new WirePool({ ...this.#options, host: hostname, port, lookup: guardedLookup(reach, lookup) })
  }

  #text(request: TransportRequest, target: Target): string {
    const keepAlive = this.#options.maxKeepaliveConnections > 0 && request.newConnection !== true
    const isPlain =
      request.newConnection !== true &&
      request.headers === undefined &&
      request.method === undefined &&
      request.body === undefined
    if (!isPlain) return requestText(request, target, keepAlive)
    const known = this.#texts.get(request.url)
    if (known !== undefined) return known
    const text = requestText(request, target, keepAlive)
    if (this.#texts.size >= LARGEST_CACHE) this.#texts.clear()
    this.#texts.set(request.url, text)
    return text
  }
}
