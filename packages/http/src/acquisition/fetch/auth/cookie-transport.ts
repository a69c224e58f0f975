import type { Within } from 'async-patterns'
import type {
  Transport,
  TransportCloseOptions,
  TransportRequest,
  TransportResponse,
} from '../../../engines/index.js'
import { httpOrigin } from '../../../engines/index.js'
import type { Secrets } from '../../secrets/index.js'
import { cookiesOf, withCookies } from './cookie-header.js'
import type { CookieJar } from './cookie-jar.js'

/** What a server sets may be a setting: only what looks like a session is a secret, and not for ever more. */
const SHORTEST_SESSION = 16
const MOST_LEARNT = 100

/**
 * A transport that keeps the cookies of one origin in a jar and sends them back to it, and to no other; a
 * request's own cookies stay. Closing it closes nothing.
 */
export class CookieTransport implements Transport {
  readonly #transport: Transport
  readonly #origin: string | undefined
  readonly #jar: CookieJar
  readonly #secrets: Secrets
  readonly #learnt = new Set<string>()

  constructor(transport: Transport, baseUrl: string, jar: CookieJar, secrets: Secrets) {
    this.#transport = transport
    this.#origin = httpOrigin(baseUrl)
    this.#jar = jar
    this.#secrets = secrets
  }

  async send(request: TransportRequest, within?: Within): Promise<TransportResponse> {
    if (httpOrigin(request.url) !== this.#origin) return this.#transport.send(request, within)
    const cookies = new Map([...this.#jar.cookiesFor(request.url), ...cookiesOf(request)])
    const response = await this.#transport.send(withCookies(request, cookies), within)
    this.#learn(this.#jar.keep(response))
    return response
  }

  async close(_options?: TransportCloseOptions): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  #learn(values: readonly string[]): void {
    for (const value of values) {
      const isSession = value.length >= SHORTEST_SESSION && /\d/.test(value)
      if (!isSession || this.#learnt.has(value) || this.#learnt.size === MOST_LEARNT) continue
      this.#learnt.add(value)
      this.#secrets.add(value)
    }
  }
}
