import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { TransportError } from '../../../src/engines/index.js'
import { deadUrl, eventually, httpServer, rawServer } from '../servers.js'
import { codeOf, text } from './transport-rig.js'
import type { MakeTransport } from './transport-rig.js'

/** Connections are kept, limited and let go. */
export function describeConnections(make: MakeTransport): void {
  describe('connections', () => {
    test('one connection serves request after request', async () => {
      await using server = await httpServer((_, response) => void response.end('x'))
      await using transport = make({ maxConnections: 4 })
      for (let i = 0; i < 20; i++) await transport.send({ url: server.url })
      // undici lets a turn of the event loop pass before it uses a connection again, and opens a second
      // meanwhile.
      expect(server.connections).toBeLessThanOrEqual(2)
    })

    test('opens no more connections than allowed, and serves all', async () => {
      await using server = await httpServer((_, response) => {
        setTimeout(() => response.end('x'), 2)
      })
      await using transport = make({ maxConnections: 3 })
      const all = await Promise.all(Array.from({ length: 60 }, () => transport.send({ url: server.url })))
      expect(all).toHaveLength(60)
      expect(server.connections).toBe(3)
    })

    test('without keep-alive each request has a connection of its own', async () => {
      await using server = await httpServer((_, response) => void response.end('x'))
      await using transport = make({ maxKeepaliveConnections: 0 })
      for (let i = 0; i < 5; i++) await transport.send({ url: server.url })
      expect(server.connections).toBe(5)
      await eventually(() => server.open === 0)
    })

    test('keeps no more idle connections than allowed', async () => {
      await using server = await httpServer((_, response) => {
        setTimeout(() => response.end('x'), 20)
      })
      await using transport = make({ maxConnections: 8, maxKeepaliveConnections: 2 })
      await Promise.all(Array.from({ length: 8 }, () => transport.send({ url: server.url })))
      await eventually(() => server.open <= 2)
      expect(server.connections).toBe(8)
    })

    test('an idle connection is closed after its time', async () => {
      await using server = await httpServer((_, response) => void response.end('x'))
      await using transport = make({ keepaliveExpiryMs: 50 })
      await transport.send({ url: server.url })
      await eventually(() => server.open === 0)
    })

    test.each(['resetAndDestroy', 'end', 'destroy'] as const)(
      'N-18 a connection that dies when it is used again (%s) is told from one that dies at first',
      async how => {
        const served = new WeakSet<Socket>()
        await using server = await rawServer(socket => {
          if (served.has(socket)) return void socket[how]()
          served.add(socket)
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx')
        })
        await using transport = make({ maxConnections: 1 })
        await transport.send({ url: server.url })
        const error = await transport.send({ url: server.url }).catch((reason: unknown) => reason)
        expect(error).toBeInstanceOf(TransportError)
        expect(error).toMatchObject({ isStale: true })
        await using dead = await rawServer(socket => void socket[how]())
        await expect(transport.send({ url: dead.url })).rejects.toMatchObject({ isStale: false })
      },
    )

    test('N-18 a response that was cut off in its middle is not stale', async () => {
      let requests = 0
      await using server = await rawServer(socket => {
        requests += 1
        if (requests > 1) socket.write('HTTP/1.1 2', () => socket.resetAndDestroy())
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx')
      })
      await using transport = make({ maxConnections: 1 })
      await transport.send({ url: server.url })
      const error = await transport.send({ url: server.url }).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(TransportError)
      // A reset may overtake the bytes before it.
      if ((error as TransportError).code === 'TRUNCATED') expect(error).toMatchObject({ isStale: false })
    })

    test('N-18 a request that wants a new connection shares none', async () => {
      await using server = await httpServer((_, response) => void response.end('x'))
      await using transport = make({ maxConnections: 1 })
      await transport.send({ url: server.url })
      for (let i = 0; i < 3; i++) await transport.send({ url: server.url, newConnection: true })
      await transport.send({ url: server.url })
      expect(server.connections).toBe(4)
      await eventually(() => server.open === 1)
    })

    test('a server that says close is taken at its word', async () => {
      await using server = await httpServer(
        (_, response) => void response.writeHead(200, { connection: 'close' }).end('x'),
      )
      await using transport = make()
      for (let i = 0; i < 3; i++) expect(text((await transport.send({ url: server.url })).body)).toBe('x')
      expect(server.connections).toBe(3)
    })

    test('a request may ask for its connection to be closed', async () => {
      await using server = await httpServer(
        (request, response) => void response.end(request.headers.connection),
      )
      await using transport = make()
      const response = await transport.send({ url: server.url, headers: { Connection: 'close' } })
      expect(text(response.body)).toBe('close')
      await eventually(() => server.open === 0)
    })

    test('a dead port refuses every request, those that wait for a connection too', async () => {
      const url = await deadUrl()
      await using transport = make({ maxConnections: 2 })
      const codes = await Promise.all(Array.from({ length: 10 }, () => codeOf(transport.send({ url }))))
      expect(new Set(codes)).toEqual(new Set(['ECONNREFUSED']))
    })

    test.each([
      ['maxConnections', 0],
      ['maxKeepaliveConnections', -1],
      ['keepaliveExpiryMs', -1],
      ['timeoutMs', Number.NaN],
      ['maxHeadBytes', 0.5],
    ])('%s of %d is refused by its name', (option, value) => {
      expect(() => make({ [option]: value })).toThrow(`Transport.${option} is ${value}`)
    })
  })
}
