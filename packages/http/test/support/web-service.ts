import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request as a handler sees it. */
export interface AskedRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Of the body, where it is one. */
  readonly form: URLSearchParams
}

export interface ServiceAnswer {
  /** Default 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Written as JSON; a text as it is. */
  readonly body?: unknown
}

/** What answers: an answer, or never. */
export type ServiceHandler = (request: AskedRequest) => ServiceAnswer | 'never' | Promise<ServiceAnswer>

/** A small HTTP server of a test, on a free port of this machine. */
export interface WebService extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly AskedRequest[]
  /** Those with this path. */
  to(path: string): readonly AskedRequest[]
}

export async function startService(handler: ServiceHandler): Promise<WebService> {
  const requests: AskedRequest[] = []
  const server = createServer((incoming, response) => {
    void (async () => {
      const url = new URL(incoming.url ?? '/', 'http://host')
      const body = await text(incoming)
      const request = {
        method: incoming.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        body,
        form: new URLSearchParams(body),
      }
      requests.push(request)
      const answer = await handler(request)
      if (answer === 'never') return
      for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
      const written = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {})
      response.writeHead(answer.status ?? 200).end(written)
    })()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    to: path => requests.filter(request => request.path === path),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
