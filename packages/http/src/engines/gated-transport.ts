import type { Within } from 'async-patterns'
import { httpOrigin } from './target.js'
import type { Transport, TransportCloseOptions, TransportRequest, TransportResponse } from './transport.js'
import { TransportError } from './transport-error.js'

/**
 * A transport that asks these origins alone, so that what carries their credentials goes nowhere else: every
 * other URL is refused before it is sent, as ORIGIN_REFUSED. Closing it closes nothing: the transport behind
 * it may be shared.
 */
export class GatedTransport implements Transport {
  readonly #transport: Transport
  readonly #origins: ReadonlySet<string | undefined>

  /** `origins`: URLs whose origin may be asked. */
  constructor(transport: Transport, origins: readonly string[]) {
    this.#transport = transport
    this.#origins = new Set(origins.map(httpOrigin).filter(origin => origin !== undefined))
  }

  send(request: TransportRequest, within?: Within): Promise<TransportResponse> {
    const origin = httpOrigin(request.url)
    if (this.#origins.has(origin)) return this.#transport.send(request, within)
    const message = `a request to ${origin ?? 'what is no http URL'}; allowed is ${[...this.#origins].join(', ')}`
    return Promise.reject(new TransportError('ORIGIN_REFUSED', message))
  }

  async close(_options?: TransportCloseOptions): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
