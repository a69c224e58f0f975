import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { ClosedError, TimeoutError } from 'async-patterns'
import { describe, expect, test } from 'vitest'
import { type Transport, type TransportError, errorCode } from '../../src/engines/index.js'
import { deadUrl, eventually, httpServer, rawServer, type TestServer } from './servers.js'

/** The options that every transport takes. */
export interface CommonOptions {
  readonly maxConnections?: number
  readonly maxKeepaliveConnections?: number
  readonly keepaliveExpiryMs?: number
  readonly timeoutMs?: number
  readonly maxHeadBytes?: number
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const raw = (bytes: string): Promise<TestServer> => rawServer(socket => void socket.write(bytes, 'latin1'))
const rawThenEnd = (bytes: string): Promise<TestServer> =>
  rawServer(socket => void socket.end(Buffer.from(bytes, 'latin1')))

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: TransportError) => errorCode(error),
  )
}

/** What every Transport promises, tried against real servers on loopback. */
export function transportContract(name: string, make: (options?: CommonOptions) => Transport): void {
  describe(`${name}: a Transport`, () => {
    test('gives status, lower-case headers, body and byte count', async () => {
      await using server = await httpServer((request, response) => {
        response.writeHead(201, { 'X-Method': request.method ?? '', 'X-Twice': ['a', 'b'] })
        response.end('created')
      })
      await using transport = make()
      const response = await transport.send({ url: `${server.url}/a?b=c` })
      expect(response.statusCode).toBe(201)
      expect(response.headers['x-method']).toBe('GET')
      expect(response.headers['x-twice']).toBe('a, b')
      expect(text(response.body)).toBe('created')
      expect(response.bytes).toBe(7)
      expect(response.url).toBe(`${server.url}/a?b=c`)
    })

    test('sends method, path, headers and body', async () => {
      await using server = await httpServer((request, response) => {
        const chunks: Buffer[] = []
        request.on('data', (chunk: Buffer) => chunks.push(chunk))
        request.on('end', () => {
          const { method, url, headers } = request
          response.end(
            JSON.stringify({
              method,
              url,
              x: headers['x-a'],
              host: headers.host,
              body: Buffer.concat(chunks).toString(),
            }),
          )
        })
      })
      await using transport = make()
      for (const body of ['héllo', new TextEncoder().encode('héllo')]) {
        const response = await transport.send({
          url: `${server.url}/p/q?r=%20s`,
          method: 'POST',
          headers: { 'X-A': '1' },
          body,
        })
        expect(JSON.parse(text(response.body))).toEqual({
          method: 'POST',
          url: '/p/q?r=%20s',
          x: '1',
          host: server.url.slice(7),
          body: 'héllo',
        })
      }
    })

    test('an error status is a response, not an error', async () => {
      await using server = await httpServer((_, response) => void response.writeHead(503).end('no'))
      await using transport = make()
      expect((await transport.send({ url: server.url })).statusCode).toBe(503)
    })

    test('one connection serves request after request', async () => {
      await using server = await httpServer((_, response) => void response.end('x'))
      await using transport = make({ maxConnections: 4 })
      for (let i = 0; i < 20; i++) await transport.send({ url: server.url })
      // undici lets a turn of the event loop pass before it uses a connection again, and opens a second meanwhile.
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

    test('a server that says close is taken at its word', async () => {
      await using server = await httpServer(
        (_, response) => void response.writeHead(200, { connection: 'close' }).end('x'),
      )
      await using transport = make()
      for (let i = 0; i < 3; i++) expect(text((await transport.send({ url: server.url })).body)).toBe('x')
      expect(server.connections).toBe(3)
    })

    test('the departure is reported once, before the response and only with a connection', async () => {
      const seen: string[] = []
      await using server = await httpServer((_, response) => {
        seen.push('arrival')
        response.end('x')
      })
      await using transport = make()
      await transport.send({ url: server.url, onDeparture: () => seen.push('departure') })
      expect(seen).toEqual(['departure', 'arrival'])
      let departures = 0
      const dead = transport.send({ url: await deadUrl(), onDeparture: () => (departures += 1) })
      expect(await codeOf(dead)).toBe('ECONNREFUSED')
      expect(departures).toBe(0)
    })

    test('an onDeparture that throws fails its own request and no other', async () => {
      await using server = await httpServer((_, response) => void response.end('x'))
      await using transport = make({ maxConnections: 1 })
      const onDeparture = (): void => {
        throw new Error('mine')
      }
      await expect(transport.send({ url: server.url, onDeparture })).rejects.toThrow('mine')
      expect(text((await transport.send({ url: server.url })).body)).toBe('x')
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
      ['closes without a response', '', 'CONNECTION_CLOSED'],
      ['ends within the head', 'HTTP/1.1 200 OK\r\nContent-Le', 'TRUNCATED'],
      ['ends within a body of known length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc', 'TRUNCATED'],
      ['ends within a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab', 'TRUNCATED'],
      [
        'ends between chunks',
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n',
        'TRUNCATED',
      ],
      ['speaks something else', 'SSH-2.0-OpenSSH_9.2\r\n', 'BAD_RESPONSE'],
      [
        'gives two lengths',
        'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
        'BAD_RESPONSE',
      ],
      [
        'switches protocols unasked',
        'HTTP/1.1 101 X\r\nUpgrade: y\r\nConnection: upgrade\r\n\r\n',
        'BAD_RESPONSE',
      ],
    ])('a server that %s is a countable error', async (_, bytes, code) => {
      await using server = await rawThenEnd(bytes)
      await using transport = make()
      expect(await codeOf(transport.send({ url: server.url }))).toBe(code)
    })

    test('a reset connection is ECONNRESET', async () => {
      await using server = await rawServer(socket => void socket.resetAndDestroy())
      await using transport = make()
      expect(await codeOf(transport.send({ url: server.url }))).toBe('ECONNRESET')
    })

    test('a head over the limit is HEAD_TOO_LARGE', async () => {
      await using server = await raw(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(9000)}\r\nContent-Length: 0\r\n\r\n`)
      await using transport = make({ maxHeadBytes: 4096 })
      expect(await codeOf(transport.send({ url: server.url }))).toBe('HEAD_TOO_LARGE')
    })

    test.each([
      ['a body that ends with the connection', 'HTTP/1.1 200 OK\r\n\r\nto the end', 'to the end'],
      ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nold', 'old'],
    ])('%s is whole when the connection ends', async (_, bytes, body) => {
      await using server = await rawThenEnd(bytes)
      await using transport = make()
      expect(text((await transport.send({ url: server.url })).body)).toBe(body)
    })

    test.each([
      [
        'chunked, with extension and trailer',
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nT: x\r\n\r\n',
        'abcde',
      ],
      [
        'after interim responses',
        'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
        'ok',
      ],
      ['204 with no body', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
    ])('%s: the connection serves the next request', async (_, bytes, body) => {
      await using server = await raw(bytes)
      await using transport = make({ maxConnections: 1 })
      for (let i = 0; i < 3; i++) expect(text((await transport.send({ url: server.url })).body)).toBe(body)
      expect(server.connections).toBe(1)
    })

    test('304 has no body, whatever length it names', async () => {
      await using server = await raw('HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n')
      await using transport = make()
      for (let i = 0; i < 3; i++) {
        const response = await transport.send({ url: server.url })
        expect([response.statusCode, response.body.length]).toEqual([304, 0])
      }
    })

    test('HEAD has no body, whatever length it names', async () => {
      await using server = await httpServer(
        (_, response) => void response.writeHead(200, { 'content-length': '999' }).end(),
      )
      await using transport = make()
      for (let i = 0; i < 3; i++) {
        const response = await transport.send({ url: server.url, method: 'HEAD' })
        expect(response.headers['content-length']).toBe('999')
        expect(response.body).toHaveLength(0)
      }
    })

    test('a response that arrives byte by byte is put together', async () => {
      const bytes = 'HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\n0\r\n\r\n'
      await using server = await rawServer(socket => void dribble(socket, bytes))
      await using transport = make()
      for (let i = 0; i < 2; i++) expect(text((await transport.send({ url: server.url })).body)).toBe('wiki')
    })

    test('a megabyte arrives whole, alone in its buffer', async () => {
      const sent = Buffer.alloc(1 << 20, 'abcdefg')
      await using server = await httpServer((_, response) => void response.end(sent))
      await using transport = make()
      const { body } = await transport.send({ url: server.url })
      expect(Buffer.compare(body, sent)).toBe(0)
      expect(body.buffer.byteLength).toBe(body.byteLength)
      expect(structuredClone(body, { transfer: [body.buffer as ArrayBuffer] })).toHaveLength(1 << 20)
    })

    test('a small body is alone in its buffer too', async () => {
      await using server = await httpServer((_, response) => void response.end('small'))
      await using transport = make()
      const { body } = await transport.send({ url: server.url })
      expect(body.buffer.byteLength).toBe(5)
    })

    test('discardBody counts and keeps nothing', async () => {
      await using server = await httpServer((_, response) => void response.end(Buffer.alloc(100_000)))
      await using transport = make()
      const response = await transport.send({ url: server.url, discardBody: true })
      expect([response.bytes, response.body.length]).toEqual([100_000, 0])
    })

    test('a body over maxBodyBytes is refused, and its connection freed', async () => {
      await using server = await httpServer((request, response) => {
        if (request.url === '/ok') response.end('fine')
        else setInterval(() => response.write(Buffer.alloc(10_000)), 1).unref()
      })
      await using transport = make({ maxConnections: 1 })
      expect(await codeOf(transport.send({ url: server.url, maxBodyBytes: 50_000 }))).toBe('BODY_TOO_LARGE')
      expect(text((await transport.send({ url: `${server.url}/ok`, maxBodyBytes: 4 })).body)).toBe('fine')
      expect(await codeOf(transport.send({ url: `${server.url}/ok`, maxBodyBytes: 3 }))).toBe(
        'BODY_TOO_LARGE',
      )
    })

    test('a gzip body is decoded, a bomb refused, a broken one named', async () => {
      const bodies: Record<string, Buffer> = {
        '/page': gzipSync('{"page":1}'),
        '/bomb': gzipSync(Buffer.alloc(50_000_000)),
        '/broken': Buffer.from('not gzip at all'),
      }
      await using server = await httpServer((request, response) => {
        response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bodies[request.url ?? ''])
      })
      await using transport = make()
      const page = await transport.send({ url: `${server.url}/page`, maxBodyBytes: 1000 })
      expect(text(page.body)).toBe('{"page":1}')
      expect(page.bytes).toBe(bodies['/page']?.length)
      expect(await codeOf(transport.send({ url: `${server.url}/bomb`, maxBodyBytes: 1_000_000 }))).toBe(
        'BODY_TOO_LARGE',
      )
      expect(await codeOf(transport.send({ url: `${server.url}/broken` }))).toBe('BAD_ENCODING')
    })

    test('an abort rejects at once with the caller’s reason and frees the connection', async () => {
      await using server = await httpServer((request, response) => {
        if (request.url === '/ok') response.end('fine')
      })
      await using transport = make({ maxConnections: 1 })
      const controller = new AbortController()
      const reason = new Error('enough')
      const hanging = transport.send(
        { url: server.url, onDeparture: () => setImmediate(() => controller.abort(reason)) },
        controller,
      )
      await expect(hanging).rejects.toBe(reason)
      expect(text((await transport.send({ url: `${server.url}/ok` })).body)).toBe('fine')
    })

    test('an abort in the waiting line takes out that request alone, and nothing is sent for it', async () => {
      const paths: string[] = []
      await using server = await httpServer((request, response) => {
        paths.push(request.url ?? '')
        setTimeout(() => response.end('x'), 10)
      })
      await using transport = make({ maxConnections: 1 })
      const controller = new AbortController()
      const first = transport.send({ url: `${server.url}/1` })
      const second = transport.send({ url: `${server.url}/2` }, controller)
      const third = transport.send({ url: `${server.url}/3` })
      controller.abort(new Error('enough'))
      await expect(second).rejects.toThrow('enough')
      expect((await Promise.all([first, third])).map(response => response.statusCode)).toEqual([200, 200])
      expect(paths).toEqual(['/1', '/3'])
      expect(server.connections).toBe(1)
    })

    test('an aborted signal sends nothing', async () => {
      let requests = 0
      await using server = await httpServer((_, response) => {
        requests += 1
        response.end()
      })
      await using transport = make()
      await expect(transport.send({ url: server.url }, { signal: AbortSignal.abort('no') })).rejects.toBe(
        'no',
      )
      await transport.send({ url: server.url })
      expect(requests).toBe(1)
    })

    test('a response that does not come in time is a TimeoutError', async () => {
      await using server = await httpServer((request, response) => {
        if (request.url === '/slow') response.write('begun')
        if (request.url === '/ok') response.end('fine')
      })
      await using transport = make({ timeoutMs: 60, maxConnections: 1 })
      await expect(transport.send({ url: `${server.url}/never` })).rejects.toBeInstanceOf(TimeoutError)
      await expect(transport.send({ url: `${server.url}/slow` })).rejects.toBeInstanceOf(TimeoutError)
      expect(text((await transport.send({ url: `${server.url}/ok` })).body)).toBe('fine')
    })

    test.each(['nonsense', 'ftp://127.0.0.1/', 'http://me:secret@127.0.0.1/'])(
      '%s is a bad request',
      async url => {
        await using transport = make()
        const error: unknown = await transport.send({ url }).catch((caught: unknown) => caught)
        expect(errorCode(error)).toBe('BAD_REQUEST')
        expect(String(error)).not.toContain('secret')
      },
    )

    test('no header or method smuggles a line', async () => {
      await using server = await httpServer((_, response) => void response.end())
      await using transport = make()
      expect(await codeOf(transport.send({ url: server.url, headers: { a: 'b\r\nc: d' } }))).toBe(
        'BAD_REQUEST',
      )
      expect(await codeOf(transport.send({ url: server.url, headers: { 'a b': 'c' } }))).toBe('BAD_REQUEST')
      expect(await codeOf(transport.send({ url: server.url, method: 'GET / HTTP/1.1\r\n' }))).toBe(
        'BAD_REQUEST',
      )
      expect(server.connections).toBe(0)
    })

    test('bytes after a whole response are never taken for the next one', async () => {
      const one = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n'
      await using server = await rawServer((socket, head) => {
        const isFirst = head.startsWith('GET /first')
        socket.write(isFirst ? `${one}ok${one}XX` : `${one}go`, 'latin1')
      })
      await using transport = make({ maxConnections: 1 })
      const first = await codeOrBody(transport.send({ url: `${server.url}/first` }))
      expect(['ok', 'BAD_RESPONSE']).toContain(first)
      await new Promise(resolve => {
        setTimeout(resolve, 20)
      })
      expect(await codeOrBody(transport.send({ url: `${server.url}/second` }))).toBe('go')
    })

    test('close lets what is in flight finish, then takes nothing more', async () => {
      await using server = await httpServer((_, response) => {
        setTimeout(() => response.end('late'), 40)
      })
      const transport = make()
      const inFlight = transport.send({ url: server.url })
      await Promise.all([transport.close(), transport.close()])
      expect(text((await inFlight).body)).toBe('late')
      await expect(transport.send({ url: server.url })).rejects.toBeInstanceOf(ClosedError)
      await eventually(() => server.open === 0)
    })

    test('a wrong option of close is refused and keeps no later close from its work', async () => {
      await using server = await httpServer((_, response) => void response.end('x'))
      const transport = make()
      await transport.send({ url: server.url })
      await expect(transport.close({ timeoutMs: -1 })).rejects.toThrow('close.timeoutMs is -1')
      await transport.close()
      await expect(transport.send({ url: server.url })).rejects.toThrow('closed')
    })

    test('close cuts off what does not finish in time', async () => {
      await using server = await httpServer(() => undefined)
      const transport = make({ maxConnections: 1 })
      const hanging = [transport.send({ url: server.url }), transport.send({ url: server.url })]
      const outcome = Promise.allSettled(hanging)
      await transport.close({ timeoutMs: 30 })
      for (const one of await outcome)
        expect(one).toMatchObject({ status: 'rejected', reason: { code: 'CLOSED' } })
      await eventually(() => server.open === 0)
    })
  })
}

async function codeOrBody(promise: ReturnType<Transport['send']>): Promise<string> {
  return promise.then(response => text(response.body), errorCode)
}

async function dribble(socket: Socket, bytes: string): Promise<void> {
  socket.setNoDelay(true)
  for (const byte of bytes) {
    socket.write(byte, 'latin1')
    await new Promise(resolve => {
      setImmediate(resolve)
    })
  }
}
