import type { IncomingMessage } from 'node:http'
import { checkCount, checkNumber, parseDuration } from 'async-patterns'
import type { Fault } from '../fault.js'
import { LONGEST_DELAY_MS } from '../latency.js'
import { jsonReply, makeReply, statusReply } from '../reply.js'
import type { Reply } from '../reply.js'

/** What a route answers, before the behaviour has its say. */
export interface Answer {
  readonly reply: Reply
  /** What goes wrong whatever the behaviour. */
  readonly fault?: Fault
  /** Instead of the base latency. */
  readonly latencyMs?: number
}

/** A request, taken apart; `rest` is what follows the route's name: `404` of `/status/404`. */
export interface Call {
  readonly request: IncomingMessage
  readonly rest: string
  readonly query: string
}

/** @throws TypeError or RangeError for parameters that are none; it becomes a 400. */
export type Route = (call: Call) => Answer

const MEBIBYTE = 1024 * 1024
/** Printable, and of no period that a compressor or a chunk size would fall in with. */
const BYTES = Buffer.alloc(MEBIBYTE, 'abcdefghijklmnopqrstuvwxyz0123456789-')
const OK = { reply: jsonReply(200, { status: 'ok' }) }
const FAILED = { reply: statusReply(500) }
const SPOILED = jsonReply(200, { status: 'ok', filling: 'x'.repeat(1000) })

/** The routes that need nothing but the request, by the first part of their path. */
export const ROUTES: Readonly<Record<string, Route>> = {
  '/': () => OK,
  '/get': ({ request, query }) => ({ reply: jsonReply(200, echo(request, query)) }),
  '/status': ({ rest }) => ({ reply: statusReply(pathNumber('status', rest, 200, 599)) }),
  '/delay': ({ rest }) => {
    const seconds = pathNumber('delay', rest, 0, LONGEST_DELAY_MS / 1000, false)
    return { reply: jsonReply(200, { delaySeconds: seconds }), latencyMs: seconds * 1000 }
  },
  '/500': () => FAILED,
  '/bytes': ({ rest }) => ({ reply: bytes(pathNumber('bytes', rest, 0, MEBIBYTE)) }),
  '/slow': ({ query }) => ({
    reply: SPOILED,
    fault: { kind: 'slow', bytesPerSecond: queryNumber(query, 'bps', 1000) },
  }),
  '/reset': () => ({ reply: SPOILED, fault: { kind: 'reset' } }),
  '/hang': () => ({ reply: SPOILED, fault: { kind: 'hang' } }),
  '/truncate': () => ({ reply: SPOILED, fault: { kind: 'truncate' } }),
  '/garbage': () => ({ reply: SPOILED, fault: { kind: 'garbage' } }),
}

function echo({ method, url, headers }: IncomingMessage, query: string): object {
  return { method, url, args: Object.fromEntries(new URLSearchParams(query)), headers }
}

function bytes(count: number): Reply {
  return makeReply(200, 'application/octet-stream', BYTES.subarray(0, count))
}

function pathNumber(route: string, text: string, min: number, max: number, integer = true): number {
  const value = text === '' ? Number.NaN : Number(text)
  checkNumber(`/${route}/{number}`, value, { min, max, integer })
  return value
}

/** A count in the query, of at least 0 unless told. */
export function queryNumber(query: string, name: string, fallback: number, min = 1): number {
  const text = new URLSearchParams(query).get(name)
  if (text === null) return fallback
  checkCount(`?${name}`, Number(text), { min })
  return Number(text)
}

/** A duration in the query: `1s`. */
export function queryDuration(query: string, name: string, fallbackMs: number): number {
  const text = new URLSearchParams(query).get(name)
  return text === null ? fallbackMs : parseDuration(`?${name}`, text)
}
