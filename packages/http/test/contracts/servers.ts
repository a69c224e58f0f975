import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import { createServer as createNetServer } from 'node:net'
import type { AddressInfo, Server as NetServer, Socket } from 'node:net'

/** A server on a free loopback port that ends with the test. */
export interface TestServer extends AsyncDisposable {
  readonly url: string
  /** Connections accepted so far. */
  readonly connections: number
  /** Connections that are open now. */
  readonly open: number
}

export function httpServer(listener: RequestListener): Promise<TestServer> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener)
  return started(server)
}

/**
 * Answers each request head with the bytes that `answer` gives; what it does with the socket is its own
 * business.
 */
export function rawServer(
  answer: (socket: Socket, head: string, count: number) => void,
): Promise<TestServer> {
  let count = 0
  const server = createNetServer(socket => {
    let pending = ''
    socket.on('error', () => undefined)
    socket.on('data', chunk => {
      pending += chunk.toString('latin1')
      for (let end = pending.indexOf('\r\n\r\n'); end >= 0; end = pending.indexOf('\r\n\r\n')) {
        const head = pending.slice(0, end)
        pending = pending.slice(end + 4)
        count += 1
        answer(socket, head, count)
      }
    })
  })
  return started(server)
}

async function started(server: Server | NetServer): Promise<TestServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    get connections() {
      return connections
    },
    get open() {
      return sockets.size
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A loopback port on which nobody listens. */
export async function deadUrl(): Promise<string> {
  const server = await httpServer(() => undefined)
  await server[Symbol.asyncDispose]()
  return server.url
}

/** Waits until `done()` holds; fails after five seconds. */
export async function eventually(done: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 5_000
  while (!done()) {
    if (performance.now() > giveUpAt) throw new Error('it never came true')
    await new Promise(resolve => {
      setTimeout(resolve, 2)
    })
  }
}
