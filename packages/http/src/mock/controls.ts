import type { IncomingMessage, ServerResponse } from 'node:http'
import { jsonReply, sendReply, statusReply } from './reply.js'

/** What a control endpoint gives is sent as JSON; a TypeError, RangeError or SyntaxError becomes a 400. */
type Control = (body: unknown) => object

/** Control endpoints by method and path: `GET /__facts`. They meet no latency and no fault. */
export type Controls = Readonly<Record<string, Control>>

const LARGEST_BODY = 1024 * 1024

export function isControl(url: string): boolean {
  return url.startsWith('/__') || url === '/health'
}

/** Never rejects. */
export async function answerControl(
  controls: Controls,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?')
  const control = controls[`${request.method} ${path}`]
  try {
    const body = await readJson(request)
    const reply = control === undefined ? statusReply(404) : jsonReply(200, control(body))
    sendReply(response, reply)
  } catch (error) {
    sendReply(response, statusReply(isRefusal(error) ? 400 : 500, (error as Error).message))
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.byteLength
    if (length > LARGEST_BODY) throw new RangeError('the body is larger than 1 MiB')
    chunks.push(chunk)
  }
  return length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString('utf8'))
}
