import { headerUrl } from './headers.js'
import type { Reach } from './reach.js'
import { maySendOn } from './reach.js'
import type { TransportRequest, TransportResponse } from './transport.js'
import { TransportError } from './transport-error.js'

/** All that is sent on to another origin: what no service takes for a credential. */
const PUBLIC_HEADERS = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-language',
  'content-type',
  'user-agent',
])
/** They describe a body, and go when the body goes. */
const BODY_HEADERS = /^content-/
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Whether a response of this status asks for its Location to be asked instead. */
export function isRedirect(statusCode: number): boolean {
  return REDIRECTS.has(statusCode)
}

/**
 * The request that follows a redirect, or undefined when the response is none or names no usable place.
 * 303 turns into GET, 301 and 302 turn POST into GET; 307 and 308 repeat the request. Source: RFC 9110, 15.4.
 * @throws TransportError REDIRECT_REFUSED where a body would go to another origin, ADDRESS_REFUSED where it
 * leads to what is more private than the host that says so.
 */
export function redirected(
  request: TransportRequest,
  response: TransportResponse,
  reach: Reach,
): TransportRequest | undefined {
  const { location: given } = response.headers
  if (given === undefined || !isRedirect(response.statusCode)) return undefined
  const location = headerUrl(given)
  const from = new URL(request.url)
  if (!URL.canParse(location, from.href)) return undefined
  const to = new URL(location, from)
  if (to.protocol !== 'http:' && to.protocol !== 'https:') return undefined
  const dropsBody = becomesGet(response.statusCode, request.method ?? 'GET')
  const leavesOrigin = to.origin !== from.origin
  if (leavesOrigin) checkHop(from, to, reach, !dropsBody && hasBody(request))
  const headers = keptHeaders(request.headers ?? {}, leavesOrigin, dropsBody)
  if (!dropsBody) return { ...request, url: to.href, headers }
  return { ...request, url: to.href, headers, method: 'GET', body: null }
}

function becomesGet(statusCode: number, method: string): boolean {
  if (statusCode === 303) return method !== 'GET' && method !== 'HEAD'
  return (statusCode === 301 || statusCode === 302) && method === 'POST'
}

function hasBody({ body }: TransportRequest): boolean {
  return body !== undefined && body !== null && body.length > 0
}

function checkHop(from: URL, to: URL, reach: Reach, carriesBody: boolean): void {
  const hop = `a redirect from ${from.origin} to ${to.origin}`
  if (!maySendOn(reach, bare(from), bare(to)))
    throw new TransportError('ADDRESS_REFUSED', `${hop} leads to a more private network`)
  if (carriesBody)
    throw new TransportError(
      'REDIRECT_REFUSED',
      `${hop} asks for the body, which goes to ${from.origin} alone`,
    )
}

function bare({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

function keptHeaders(
  headers: Readonly<Record<string, string>>,
  leavesOrigin: boolean,
  dropsBody: boolean,
): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => {
    const lower = name.toLowerCase()
    return !(leavesOrigin && !PUBLIC_HEADERS.has(lower)) && !(dropsBody && BODY_HEADERS.test(lower))
  })
  return Object.fromEntries(kept)
}
