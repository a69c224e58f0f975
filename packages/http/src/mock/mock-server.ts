import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { jsonReply, sendReply, statusReply } from './reply.js'

/** Answers one request of the service that is mocked. */
type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** What a control endpoint gives is sent as JSON; a TypeError, RangeError or SyntaxError becomes a 400. */
type Control = (body: unknown) => object

/** Control endpoints by method and path: `GET /__facts`. They meet no latency and no fault. */
export type Controls = Readonly<Record<string, Control>>

/** An idle client may come back much later: a connection that closes under its request would be a fault of ours. */
const KEEP_ALIVE_MS = 120_000
/** Hundreds of connections may be opened in one burst; the runtime's 511 is near to that. */
const BACKLOG = 1024
const LARGEST_CONTROL_BODY = 1024 * 1024

/** The scaffold that all mock servers stand on: one port, `/health`, control endpoints, and the service itself. */
export class MockServer {
  readonly #server: Server
  readonly #handle: Handler
  readonly #controls: Controls
  #url = ''

  constructor(handle: Handler, controls: Controls) {
    this.#handle = handle
    this.#controls = { 'GET /health': () => ({ status: 'ok' }), ...controls }
    this.#server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) => {
      if (isControl(request.url ?? '')) void this.#control(request, response)
      else this.#handle(request, response)
    })
  }

  /** `http://host:port`, without a slash at the end; empty before `listen`. */
  get url(): string {
    return this.#url
  }

  /** Port 0 takes a free one. Rejects when the port cannot be had. */
  async listen(port: number, host: string): Promise<void> {
    this.#server.listen(port, host, BACKLOG)
    await once(this.#server, 'listening')
    const { port: taken } = this.#server.address() as AddressInfo
    this.#url = `http://${host.includes(':') ? `[${host}]` : host}:${taken}`
  }

  /** Cuts off what is in flight. May be called again. */
  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = new Promise<void>(resolve => {
      this.#server.close(() => resolve())
    })
    this.#server.closeAllConnections()
    await closed
  }

  async #control(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '').split('?')
    const control = this.#controls[`${request.method} ${path}`]
    try {
      const body = await readJson(request)
      const reply = control === undefined ? statusReply(404) : jsonReply(200, control(body))
      sendReply(response, reply)
    } catch (error) {
      sendReply(response, statusReply(isRefusal(error) ? 400 : 500, (error as Error).message))
    }
  }
}

function isControl(url: string): boolean {
  return url.startsWith('/__') || url === '/health'
}

function isRefusal(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.byteLength
    if (length > LARGEST_CONTROL_BODY) throw new RangeError('the body is larger than 1 MiB')
    chunks.push(chunk)
  }
  return length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString('utf8'))
}
