import type { LookupFunction } from 'node:net'
import { checkOptions, ClosedError, checkCount, checkDuration, withDefaults } from 'async-patterns'
import type { Within } from 'async-patterns'
import { Pool } from 'undici'
import type { buildConnector, Dispatcher } from 'undici'
import { publicUrl } from '../display/index.js'
import { ACCEPTED_ENCODINGS } from './body-decoder.js'
import { ConnectingSockets } from './connecting-sockets.js'
import { defaultHeaders } from './default-headers.js'
import { mergedHeaders } from './headers.js'
import { PooledTransport, transportDefaults } from './pooled-transport.js'
import type { PooledTransportOptions } from './pooled-transport.js'
import { errorBehind, proxyOf } from './proxy.js'
import type { Proxy } from './proxy.js'
import { guardedLookup } from './reach.js'
import { redirected } from './redirects.js'
import type { Target } from './target.js'
import type { TransportCloseOptions, TransportRequest, TransportResponse } from './transport.js'
import { TransportError } from './transport-error.js'
import { UndiciCall } from './undici-call.js'

/** What an UndiciTransport takes besides the options that every transport takes. */
export interface UndiciTransportOptions extends PooledTransportOptions {
  /** How long making a connection may take, in milliseconds. Default 10,000. */
  readonly connectTimeoutMs?: number
  /**
   * How many redirects are followed. To another origin go only headers that are no credentials (`accept`,
   * `user-agent` and the like), no body, and never from a public host to a private address. Default 0: none.
   */
  readonly maxRedirects?: number
  /** Whether compressed responses are asked for. Those that come are decoded anyway. Default true. */
  readonly compression?: boolean
  /** For https: certificates and the like. Default: what Node takes. */
  readonly tls?: buildConnector.BuildOptions
  /**
   * URL of an http or https proxy, with its user and password if it wants them. Requests over http go to it as
   * they are, https through a tunnel. It looks names up, so that `reach` cannot see the addresses that they
   * turn out to have. Default: none, whatever the environment says.
   */
  readonly proxy?: string
}

const defaults = Object.freeze({
  ...transportDefaults,
  connectTimeoutMs: 10_000,
  maxRedirects: 0,
  compression: true,
})

/**
 * The transport for real services: TLS, redirects, compression, pooled keep-alive connections, one pool per
 * origin.
 */
export class UndiciTransport extends PooledTransport<Pool> {
  readonly #options: UndiciTransportOptions & typeof defaults
  readonly #connecting: ConnectingSockets
  readonly #proxy: Proxy | undefined
  /** What is sent with every request that does not name it. */
  readonly #defaults: Readonly<Record<string, string>>

  /** @throws RangeError, TypeError for a bad option. */
  constructor(options?: UndiciTransportOptions) {
    checkOptions('UndiciTransport', options, [...Object.keys(defaults), 'proxy', 'tls'])
    const settings = withDefaults(defaults, options)
    super('UndiciTransport', settings)
    checkDuration('UndiciTransport.connectTimeoutMs', settings.connectTimeoutMs)
    checkCount('UndiciTransport.maxRedirects', settings.maxRedirects, { min: 0 })
    this.#options = settings
    this.#proxy = settings.proxy === undefined ? undefined : proxyOf('UndiciTransport.proxy', settings.proxy)
    const { lookup = settings.lookup, servername } = { ...settings.tls } as NamedInTls
    this.#defaults = settings.compression
      ? { ...defaultHeaders, 'accept-encoding': ACCEPTED_ENCODINGS }
      : defaultHeaders
    this.#connecting = new ConnectingSockets({
      timeoutMs: settings.connectTimeoutMs,
      direct: { ...settings.tls, lookup: guardedLookup(settings.reach, lookup) },
      proxy: this.#proxy,
      servername,
    })
  }

  override send(request: TransportRequest, within?: Within): Promise<TransportResponse> {
    return this.#options.maxRedirects === 0 ? this.#sendOnce(request, within) : this.#follow(request, within)
  }

  override async close(options?: TransportCloseOptions): Promise<void> {
    await super.close(options)
    this.#connecting.destroy(new ClosedError('the transport was closed before the connection was made'))
  }

  protected override openPool(target: Target): Pool {
    const options = this.#options
    const proxy = this.#proxyFor(target)
    return new Pool(proxy?.url.origin ?? target.origin, {
      connections: options.maxConnections,
      pipelining: 1,
      keepAliveTimeout: Math.max(1, options.keepaliveExpiryMs),
      keepAliveMaxTimeout: Math.max(1, options.keepaliveExpiryMs),
      maxHeaderSize: options.maxHeadBytes,
      connect: proxy === undefined ? this.#connecting.connector : this.#connecting.proxyConnector,
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  }

  /** The proxy that is asked itself, with the whole URL (RFC 9112, 3.2.2); behind a tunnel nobody knows of it. */
  #proxyFor({ protocol }: Target): Proxy | undefined {
    return protocol === 'http:' ? this.#proxy : undefined
  }

  async #follow(request: TransportRequest, within: Within | undefined): Promise<TransportResponse> {
    let current = request
    for (let hops = 0; ; hops += 1) {
      const response = await this.#sendOnce(current, within)
      const next = redirected(current, response, this.#options.reach)
      if (next === undefined) return response
      if (hops === this.#options.maxRedirects) {
        throw new TransportError(
          'TOO_MANY_REDIRECTS',
          `more than ${hops} redirects from ${publicUrl(request.url)}`,
        )
      }
      current = next
    }
  }

  #sendOnce(request: TransportRequest, within: Within | undefined): Promise<TransportResponse> {
    return new Promise((resolve, reject) => {
      const target = this.targetOf(request.url)
      const pool = this.poolOf(target, request)
      const options = this.#dispatchOptions(request, target, pool)
      const proxy = this.#proxyFor(target)
      const fail = proxy === undefined ? reject : (error: unknown): void => reject(errorBehind(proxy, error))
      const call = new UndiciCall(request, this.inFlight, this.#connecting, resolve, fail)
      if (call.begin(within)) pool.dispatch(options, call)
    })
  }

  #dispatchOptions(request: TransportRequest, target: Target, pool: Pool): Dispatcher.DispatchOptions {
    const proxy = this.#proxyFor(target)
    const headers = this.#headers(request.headers)
    return {
      path: proxy === undefined ? target.path : target.origin + target.path,
      method: request.method ?? 'GET',
      headers:
        proxy === undefined ? headers : mergedHeaders({ host: target.host, ...proxy.headers }, headers),
      body: request.body ?? null,
      reset: request.newConnection === true || this.#isSurplus(pool),
    }
  }

  #headers(given: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
    return given === undefined ? this.#defaults : mergedHeaders(this.#defaults, given)
  }

  /** Whether the connection is one too many to keep: it is closed after its request. */
  #isSurplus(pool: Pool): boolean {
    const { maxConnections, maxKeepaliveConnections } = this.#options
    return maxKeepaliveConnections < maxConnections && pool.stats.size >= maxKeepaliveConnections
  }
}

/** What of `tls` is looked at here. */
interface NamedInTls {
  readonly lookup?: LookupFunction
  readonly servername?: string
}
