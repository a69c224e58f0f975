import { headerUrl } from './headers.js'
import type { TransportRequest, TransportResponse } from './transport.js'

/** Never sent to another origin than the one they were given for. */
const PRIVATE_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization', 'host'])
/** They describe a body, and go when the body goes. */
const BODY_HEADERS = new Set(['content-type', 'content-length', 'content-encoding', 'content-language'])
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Whether a response of this status asks for its Location to be asked instead. */
export function isRedirect(statusCode: number): boolean {
  return REDIRECTS.has(statusCode)
}

/**
 * The request that follows a redirect, or undefined when the response is none or names no usable place.
 * 303 turns into GET, 301 and 302 turn POST into GET; 307 and 308 repeat the request. Source: RFC 9110, 15.4.
 */
export function redirected(
  request: TransportRequest,
  response: TransportResponse,
): TransportRequest | undefined {
  const { location: given } = response.headers
  if (given === undefined || !isRedirect(response.statusCode)) return undefined
  const location = headerUrl(given)
  const from = new URL(request.url)
  if (!URL.canParse(location, from.href)) return undefined
  const to = new URL(location, from)
  if (to.protocol !== 'http:' && to.protocol !== 'https:') return undefined
  const dropsBody = becomesGet(response.statusCode, request.method ?? 'GET')
  const headers = keptHeaders(request.headers ?? {}, to.origin !== from.origin, dropsBody)
  if (!dropsBody) return { ...request, url: to.href, headers }
  return { ...request, url: to.href, headers, method: 'GET', body: null }
}

function becomesGet(statusCode: number, method: string): boolean {
  if (statusCode === 303) return method !== 'GET' && method !== 'HEAD'
  return (statusCode === 301 || statusCode === 302) && method === 'POST'
}

function keptHeaders(
  headers: Readonly<Record<string, string>>,
  leavesOrigin: boolean,
  dropsBody: boolean,
): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => {
    const lower = name.toLowerCase()
    return !(leavesOrigin && PRIVATE_HEADERS.has(lower)) && !(dropsBody && BODY_HEADERS.has(lower))
  })
  return Object.fromEntries(kept)
}
