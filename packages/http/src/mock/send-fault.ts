import type { ServerResponse } from 'node:http'
import type { Fault } from './fault.js'
import { makeReply, sendReply, statusReply } from './reply.js'
import type { Reply } from './reply.js'

const HTML = Buffer.from('<!doctype html><title>Sign in</title><p>Please sign in to continue.</p>\n')
const SLICES_PER_SECOND = 20

/** Spoils `reply` as `fault` says. Returns the status that goes out, 0 when none does. */
export function sendFault(response: ServerResponse, reply: Reply, fault: Fault): number {
  switch (fault.kind) {
    case 'status':
      return send(response, statusReply(fault.status, undefined, retryAfter(fault.retryAfterSeconds)))
    case 'malformed':
      return send(response, makeReply(reply.status, typeOf(reply), firstHalf(reply)))
    case 'html':
      return send(response, makeReply(200, 'text/html; charset=utf-8', HTML))
    case 'slow':
      trickle(response, reply, fault.bytesPerSecond)
      return reply.status
    case 'truncate':
      response.writeHead(reply.status, reply.head)
      response.write(firstHalf(reply), () => response.destroy())
      return reply.status
    case 'garbage':
      response.socket?.end('\u0000\u0001this is not HTTP\r\n\r\n')
      break
    case 'reset':
      response.socket?.resetAndDestroy()
      break
    case 'hang':
  }
  return 0
}

function send(response: ServerResponse, reply: Reply): number {
  sendReply(response, reply)
  return reply.status
}

function retryAfter(seconds: number | undefined): string[] {
  return seconds === undefined ? [] : ['Retry-After', String(seconds)]
}

function typeOf(reply: Reply): string {
  return reply.head[reply.head.indexOf('Content-Type') + 1] ?? 'application/json'
}

function firstHalf(reply: Reply): Buffer {
  return reply.body.subarray(0, Math.floor(reply.body.byteLength / 2))
}

/** Sends the body in slices; stops when the client has gone. */
function trickle(response: ServerResponse, reply: Reply, bytesPerSecond: number): void {
  const slice = Math.max(1, Math.round(bytesPerSecond / SLICES_PER_SECOND))
  const pauseMs = (slice * 1000) / bytesPerSecond
  let offset = 0
  response.writeHead(reply.status, reply.head)
  response.flushHeaders()
  const next = (): void => {
    if (response.destroyed) return
    if (offset >= reply.body.byteLength) {
      response.end()
      return
    }
    response.write(reply.body.subarray(offset, offset + slice))
    offset += slice
    setTimeout(next, pauseMs).unref()
  }
  setTimeout(next, pauseMs).unref()
}
