import { defaultHeaders } from '../default-headers.js'
import { mergedHeaders } from '../headers.js'
import type { Target } from '../target.js'
import type { TransportRequest } from '../transport.js'
import { TransportError } from '../transport-error.js'
import { IS_TOKEN, IS_VALUE } from './octets.js'

/** Fields that the wire writes itself, or whose consequences it does not implement. */
const REFUSED = new Set([
  'content-length',
  'transfer-encoding',
  'expect',
  'upgrade',
  'keep-alive',
  'te',
  'trailer',
])
const EXPECT_BODY = new Set(['POST', 'PUT', 'PATCH'])

/**
 * A whole request as latin1 text, each character a byte, to be written at once and, if it is the same again,
 * kept. `defaults` are the headers that go with every request that does not name them.
 * @throws TransportError BAD_REQUEST for a method or header that could not stand in a request.
 */
export function requestText(
  request: TransportRequest,
  target: Target,
  keepAlive: boolean,
  defaults: Readonly<Record<string, string>> = defaultHeaders,
): string {
  const method = request.method ?? 'GET'
  if (!isToken(method) || method === 'CONNECT') throw badRequest(`a method ${JSON.stringify(method)}`)
  const { lines, hasHost, closes } = fieldLines(mergedHeaders(defaults, request.headers))
  const host = hasHost ? '' : `Host: ${target.host}\r\n`
  const connection = `Connection: ${keepAlive && !closes ? 'keep-alive' : 'close'}\r\n`
  const body = latin1(request.body ?? '')
  const length = body !== '' || EXPECT_BODY.has(method) ? `Content-Length: ${body.length}\r\n` : ''
  return `${method} ${target.path} HTTP/1.1\r\n${host}${connection}${lines}${length}\r\n${body}`
}

interface Fields {
  readonly lines: string
  readonly hasHost: boolean
  /** The connection is to end with this request. */
  readonly closes: boolean
}

/** A name with several values has a line for each. */
function fieldLines(headers: Readonly<Record<string, string | readonly string[]>>): Fields {
  let lines = ''
  let hasHost = false
  let closes = false
  const fields = Object.entries(headers).flatMap(([name, given]) =>
    (typeof given === 'string' ? [given] : given).map(value => [name, value] as const),
  )
  for (const [name, value] of fields) {
    const lower = name.toLowerCase()
    if (!isToken(name) || isRefusedHeader(name)) throw badRequest(`a header ${JSON.stringify(name)}`)
    if (!isValue(value)) throw badRequest(`such a value of the header ${JSON.stringify(name)}`)
    if (lower === 'host') hasHost = true
    if (lower === 'connection') closes ||= /\bclose\b/i.test(value)
    else lines += `${name}: ${value}\r\n`
  }
  return { lines, hasHost, closes }
}

/** Whether the wire sends no such field for a caller. */
export function isRefusedHeader(name: string): boolean {
  return REFUSED.has(name.toLowerCase())
}

function latin1(body: Uint8Array | string): string {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

function isToken(text: string): boolean {
  return text !== '' && consistsOf(text, IS_TOKEN)
}

function isValue(text: string): boolean {
  return consistsOf(text, IS_VALUE)
}

function consistsOf(text: string, allowed: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (allowed[text.charCodeAt(i)] !== 1) return false
  return true
}

function badRequest(what: string): TransportError {
  return new TransportError('BAD_REQUEST', `cannot send ${what}`)
}
