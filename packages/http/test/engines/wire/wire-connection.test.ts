import { expect, test } from 'vitest'
import type { TransportError, WireHandler } from '../../../src/engines/index.js'
import { WireConnection } from '../../../src/engines/index.js'
import { eventually, rawServer } from '../../contracts/servers.js'
import type { TestServer } from '../../contracts/servers.js'

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

class Recorder implements WireHandler {
  readonly seen: string[] = []
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  onOpen(connection: WireConnection): void {
    this.seen.push('open')
    connection.send(REQUEST)
  }

  onResponse(connection: WireConnection, statusCode: number, bodyBytes: number): void {
    this.seen.push(`${statusCode}:${bodyBytes}:${connection.usable}`)
    if (connection.usable && this.seen.length < this.#limit) connection.send(REQUEST)
  }

  onError(_: WireConnection, error: TransportError, wasBusy: boolean): void {
    this.seen.push(`${error.code}:${wasBusy}`)
  }
}

const connectTo = (server: TestServer, handler: WireHandler): WireConnection =>
  new WireConnection({ host: '127.0.0.1', port: Number(new URL(server.url).port), handler })

test('one handler serves request after request, sent from within onResponse', async () => {
  await using server = await rawServer(socket => void socket.write(OK))
  const handler = new Recorder(1_000)
  const connection = connectTo(server, handler)
  await eventually(() => handler.seen.length === 1_000)
  expect(new Set(handler.seen)).toEqual(new Set(['open', '200:2:true']))
  connection.destroy()
  await eventually(() => server.open === 0)
  expect(handler.seen).toHaveLength(1_000)
})

test('after a response with bytes behind it the connection is not used again', async () => {
  await using server = await rawServer(socket => void socket.write(`${OK}HTTP/1.1 200 OK\r\n`))
  const handler = new Recorder(10)
  connectTo(server, handler)
  await eventually(() => server.open === 0 && handler.seen.length === 2)
  expect(handler.seen).toEqual(['open', '200:2:false'])
})

test('bytes that nobody asked for end the connection', async () => {
  await using server = await rawServer(socket => {
    socket.write(OK)
    setTimeout(() => socket.write(OK), 10)
  })
  const handler = new Recorder(2)
  connectTo(server, handler)
  await eventually(() => handler.seen.length === 3)
  expect(handler.seen).toEqual(['open', '200:2:true', 'BAD_RESPONSE:false'])
})

test('an error is told once, with whether a request was lost', async () => {
  await using server = await rawServer((socket, _, count) => {
    if (count === 1) socket.write(OK)
    else socket.resetAndDestroy()
  })
  const handler = new Recorder(10)
  connectTo(server, handler)
  await eventually(() => handler.seen.length === 3)
  expect(handler.seen).toEqual(['open', '200:2:true', 'ECONNRESET:true'])
})
