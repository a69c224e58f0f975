import { STATUS_CODES } from 'node:http'
import type { ServerResponse } from 'node:http'

/** A response that is ready to be sent. `head` holds names and values in turn, Content-Length among them. */
export interface Reply {
  readonly status: number
  readonly head: string[]
  readonly body: Buffer
}

/** A reply with a body of any type. */
export function makeReply(
  status: number,
  type: string,
  body: Buffer,
  headers: readonly string[] = [],
): Reply {
  return {
    status,
    head: ['Content-Type', type, 'Content-Length', String(body.byteLength), ...headers],
    body,
  }
}

/** A reply whose body is `value` in JSON, or `value` itself when it is JSON already. */
export function jsonReply(status: number, value: object | string, headers: readonly string[] = []): Reply {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return makeReply(status, 'application/json; charset=utf-8', Buffer.from(text), headers)
}

/** The small JSON answer for a status that carries nothing else. */
export function statusReply(status: number, detail?: string, headers: readonly string[] = []): Reply {
  if (status === 204 || status === 304) return { status, head: [...headers], body: Buffer.alloc(0) }
  return jsonReply(status, { status, message: detail ?? STATUS_CODES[status] ?? 'Unknown' }, headers)
}

export function sendReply(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, reply.head)
  response.end(reply.body)
}
