import type { Within } from 'async-patterns'
import type { Transport, TransportCloseOptions, TransportRequest, TransportResponse } from './transport.js'
import { UndiciTransport } from './undici-transport.js'
import type { UndiciTransportOptions } from './undici-transport.js'
import { isRefusedHeader } from './wire/request-text.js'
import { WireTransport } from './wire/wire-transport.js'

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000

/** What a DirectTransport takes: what an UndiciTransport does, but no proxy and no redirects. */
export type DirectTransportOptions = Omit<UndiciTransportOptions, 'proxy' | 'maxRedirects'>

/** The transport for real services without a proxy: http over our own wire, https over undici. */
export class DirectTransport implements Transport {
  readonly #wire: WireTransport
  readonly #undici: UndiciTransport

  /** @throws RangeError, TypeError for a bad option. */
  constructor({ tls, ...options }: DirectTransportOptions = {}) {
    const connectTimeoutMs = options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS
    this.#undici = new UndiciTransport({ ...options, ...(tls !== undefined && { tls }) })
    this.#wire = new WireTransport({ compression: true, ...options, connectTimeoutMs })
  }

  send(request: TransportRequest, within?: Within): Promise<TransportResponse> {
    return (goesByWire(request) ? this.#wire : this.#undici).send(request, within)
  }

  async close(options?: TransportCloseOptions): Promise<void> {
    await Promise.all([this.#wire.close(options), this.#undici.close(options)])
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** What the wire would refuse is left to undici, which knows more fields. */
function goesByWire({ url, headers = {} }: TransportRequest): boolean {
  return /^http:/i.test(url) && !Object.keys(headers).some(isRefusedHeader)
}
