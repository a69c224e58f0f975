import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { publicUrl } from '../display/index.js'
import { errorCode, TransportError } from './transport-error.js'

/** A proxy that requests go through. */
export interface Proxy {
  readonly url: URL
  /** What every request to it carries: its credentials, if its URL has some. */
  readonly headers: Readonly<Record<string, string>>
}

/** @throws TypeError, which names the option `name`, for what is no http or https URL. */
export function proxyOf(name: string, text: string): Proxy {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const shown = JSON.stringify(publicUrl(text))
    throw new TypeError(`${name} is ${shown}; allowed is an http or https URL`)
  }
  const user = [url.username, url.password].map(decodeURIComponent).join(':')
  const credentials = `Basic ${Buffer.from(user).toString('base64')}`
  return { url, headers: user === ':' ? {} : { 'proxy-authorization': credentials } }
}

/** An error of the connection to the proxy, which the target has nothing to do with. */
export function proxyError({ url }: Proxy, error: unknown): TransportError {
  const message = error instanceof Error && error.message !== '' ? error.message : errorCode(error)
  const isStale = error instanceof TransportError && error.isStale
  return new TransportError(errorCode(error), `the proxy ${url.origin}: ${message}`, {
    cause: error,
    isStale,
  })
}

/** What a connection that was made may end with before it brings an answer. */
const BROKEN: ReadonlySet<string> = new Set(['CONNECTION_CLOSED', 'ECONNRESET', 'EPIPE'])

/** The error of a request that the proxy itself was asked. */
export function errorBehind(proxy: Proxy, error: unknown): unknown {
  return BROKEN.has(errorCode(error)) ? proxyError(proxy, error) : error
}

/** Where a tunnel leads. */
export interface TunnelTarget {
  readonly hostname: string
  /** Empty for that of https. */
  readonly port: string
}

/**
 * Asks the proxy for a connection to the target, to be used as if it were one (RFC 9110, 9.3.6). What it
 * returns can be destroyed until then.
 */
export function openTunnel(
  proxy: Proxy,
  { hostname, port }: TunnelTarget,
  timeoutMs: number,
  callback: (error: Error | null, socket?: Socket) => void,
): { destroy(error?: Error): unknown } {
  const path = `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port || '443'}`
  const send = proxy.url.protocol === 'https:' ? httpsRequest : httpRequest
  const headers = { ...proxy.headers, host: path }
  const request = send(proxy.url.origin, {
    method: 'CONNECT',
    path,
    headers,
    agent: false,
    timeout: timeoutMs,
  })
  request.once('connect', ({ statusCode = 0 }, socket) => {
    if (statusCode >= 200 && statusCode < 300) {
      socket.setTimeout(0)
      return callback(null, socket)
    }
    socket.destroy()
    const why = statusCode === 407 ? ': it asks for a user and a password (http://user:password@host)' : ''
    const refusal = new TransportError('PROXY_REFUSED', `answered ${statusCode} to CONNECT ${path}${why}`)
    callback(proxyError(proxy, refusal))
  })
  const tooLate = new TransportError('CONNECT_TIMEOUT', `no tunnel to ${path} within ${timeoutMs} ms`)
  request.once('timeout', () => request.destroy(tooLate))
  request.once('error', error => callback(proxyError(proxy, error)))
  request.end()
  return request
}
