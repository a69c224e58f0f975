/** One server on this machine for all mocks, and a transport that leads any host's requests to it. */
import { once } from 'node:events'
import { createServer } from 'node:http'

const MANIFEST = 'x-mock-manifest'
const ORIGIN = 'x-mock-origin'

/** Serves mocks by name on a free port of 127.0.0.1. */
export class MockServer {
  constructor() {
    this.mocks = new Map()
    this.server = createServer((request, response) => void this.#answer(request, response))
    this.server.keepAliveTimeout = 30_000
  }

  async listen() {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    return this.server.address().port
  }

  async #answer(request, response) {
    const { [MANIFEST]: name, [ORIGIN]: origin, host: _, ...headers } = request.headers
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const mock = this.mocks.get(name)
    if (mock?.isOver) return void response.destroy()
    const answer = answerOf(mock, {
      method: request.method,
      url: `${origin}${request.url}`,
      headers,
      body: Buffer.concat(chunks),
    })
    if (process.env.TRACE) trace(request.method, origin + request.url, answer)
    response.writeHead(answer.status, answer.headers)
    response.end(answer.bytes)
  }

  async close() {
    this.server.closeAllConnections()
    this.server.close()
  }
}

/** Tells of an exchange on the error channel: set TRACE to see all of them. */
function trace(method, url, { status, headers, bytes }) {
  const text = String(bytes).replaceAll('\n', ' ')
  console.error(method, url, status, JSON.stringify(headers), text.slice(0, 300), '...', text.slice(-300))
}

/** What a mock cannot answer is a problem of its own, not the end of all. */
function answerOf(mock, request) {
  try {
    return mock.handle(request)
  } catch (error) {
    mock.problems.push(`the mock: ${error.message}`)
    return { status: 400, headers: {}, bytes: Buffer.from(error.message) }
  }
}

/** A transport for one manifest's requests: whatever their host, they go to the mock, which is told the host. */
export class MockTransport {
  constructor(inner, { name, port }) {
    Object.assign(this, { inner, name, port })
  }

  async send(request, within) {
    const { origin, pathname, search } = new URL(request.url)
    const headers = { ...request.headers, [MANIFEST]: this.name, [ORIGIN]: origin }
    const response = await this.inner.send(
      { ...request, url: `http://127.0.0.1:${this.port}${pathname}${search}`, headers },
      within,
    )
    const { statusCode, headers: given, body, bytes } = response
    return { statusCode, headers: given, body, bytes, url: request.url }
  }

  /** The transport behind it is everybody's. */
  async close() {}

  async [Symbol.asyncDispose]() {}
}
