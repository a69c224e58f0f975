import type { LookupFunction, Socket } from 'node:net'
import { expect, test } from 'vitest'
import { DirectTransport, errorCode } from '../../src/engines/index.js'
import type { TransportRequest } from '../../src/engines/index.js'
import { httpServer, rawServer } from '../contracts/servers.js'
import { transportContract } from '../contracts/transport-contract.js'

transportContract('DirectTransport', options => new DirectTransport(options))

const codeOf = (transport: DirectTransport, request: TransportRequest): Promise<string> =>
  transport.send(request).then(() => 'none', errorCode)

test('compressed responses are asked for, unless told or named otherwise', async () => {
  await using server = await httpServer(
    (request, response) => void response.end(request.headers['accept-encoding'] ?? 'none'),
  )
  const asked = async (transport: DirectTransport, headers: Record<string, string> = {}): Promise<string> =>
    Buffer.from((await transport.send({ url: server.url, headers })).body).toString()
  await using asking = new DirectTransport()
  expect(await asked(asking)).toBe('gzip, deflate, br')
  expect(await asked(asking, { 'Accept-Encoding': 'br' })).toBe('br')
  await using plain = new DirectTransport({ compression: false })
  expect(await asked(plain)).toBe('none')
})

test('a connection that is not made in time fails by its own code', async () => {
  const never: LookupFunction = () => undefined
  await using transport = new DirectTransport({ connectTimeoutMs: 20, lookup: never })
  expect(await codeOf(transport, { url: 'http://never.localhost/' })).toBe('CONNECT_TIMEOUT')
})

test('one that was made in time stays, however slow its server is', async () => {
  await using server = await httpServer((_, response) => {
    setTimeout(() => response.end('late'), 100)
  })
  await using transport = new DirectTransport({ connectTimeoutMs: 20 })
  expect(await codeOf(transport, { url: server.url })).toBe('none')
})

test('a connection is used no more shortly before its server closes it', async () => {
  const connections = new Set<Socket>()
  const hints = ['', 'Keep-Alive: timeout=60\r\n', 'keep-alive: max=9, timeout=2\r\n', '']
  await using server = await rawServer(socket => {
    connections.add(socket)
    socket.write(`HTTP/1.1 200 OK\r\n${hints.shift()}Content-Length: 0\r\n\r\n`, 'latin1')
  })
  await using transport = new DirectTransport()
  const counts: number[] = []
  for (let sent = 0; sent < 4; sent += 1) {
    await transport.send({ url: server.url })
    counts.push(connections.size)
  }
  expect(counts).toEqual([1, 1, 1, 2])
})

test('https, and headers that the wire does not write, go by undici', async () => {
  // It never begins the handshake of TLS.
  await using silent = await rawServer(() => undefined)
  await using transport = new DirectTransport({ connectTimeoutMs: 20, tls: { rejectUnauthorized: false } })
  expect(await codeOf(transport, { url: silent.url.replace('http:', 'https:') })).toBe('CONNECT_TIMEOUT')
  await using server = await httpServer((request, response) => void response.end(request.headers.te))
  const { body } = await transport.send({ url: server.url, headers: { TE: 'trailers' } })
  expect(Buffer.from(body).toString()).toBe('trailers')
})

test('a bad option of its own is named', () => {
  expect(() => new DirectTransport({ connectTimeoutMs: -1 })).toThrow(/connectTimeoutMs is -1/)
})
