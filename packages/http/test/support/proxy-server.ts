import { once } from 'node:events'
import { createServer, request as forward } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** A proxy on a free port of 127.0.0.1: it passes requests on, and makes tunnels. */
export interface TestProxy extends AsyncDisposable {
  readonly url: string
  /** What it was asked: `GET http://...`, `CONNECT 127.0.0.1:443`. */
  readonly asked: readonly string[]
  /** The Proxy-Authorization of each request. */
  readonly credentials: readonly (string | undefined)[]
}

export interface ProxyOptions {
  /** Where it sends everything, whatever name it was asked for. Default: where it is asked. */
  readonly to?: number
  /** What it answers instead of doing its work. */
  readonly refusal?: number
}

export async function proxyServer({ to, refusal }: ProxyOptions = {}): Promise<TestProxy> {
  const [asked, credentials, sockets]: [string[], (string | undefined)[], Set<Socket>] = [[], [], new Set()]
  const note = (what: string, authorization: string | undefined): void => {
    asked.push(what)
    credentials.push(authorization)
  }
  const server = createServer((request, response) => {
    const { method, url = '', headers } = request
    note(`${method} ${url}`, headers['proxy-authorization'])
    if (refusal !== undefined) return void response.writeHead(refusal).end()
    const { hostname, port, pathname, search } = new URL(url)
    const target = { hostname: to === undefined ? hostname : '127.0.0.1', port: to ?? port }
    const passed = forward({ ...target, method, path: pathname + search, headers }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    passed.on('error', () => response.writeHead(502).end())
    request.pipe(passed)
  })
  server.on('connect', ({ url = '', headers }, socket: Socket) => {
    note(`CONNECT ${url}`, headers['proxy-authorization'])
    if (refusal !== undefined) return void socket.end(`HTTP/1.1 ${refusal} No\r\nContent-Length: 0\r\n\r\n`)
    const { hostname, port } = new URL(`http://${url}`)
    const tunnel = connect(Number(to ?? port), to === undefined ? hostname : '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      tunnel.pipe(socket).pipe(tunnel)
    })
    for (const end of [tunnel, socket]) end.on('error', () => end.destroy())
    sockets.add(tunnel)
  })
  server.on('connection', socket => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    credentials,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
