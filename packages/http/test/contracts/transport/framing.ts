import { describe, expect, test } from 'vitest'
import { httpServer, rawServer } from '../servers.js'
import { codeOf, codeOrBody, dribble, raw, rawThenEnd, text } from './transport-rig.js'
import type { MakeTransport } from './transport-rig.js'

/** Where a response ends, and what is no response. */
export function describeFraming(make: MakeTransport): void {
  describe('framing', () => {
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
      ['gives a list of two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nab', 'BAD_RESPONSE'],
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

    test.each([
      ['by lines', 'Content-Length: 2\r\nServer: x\r\ncontent-length:2'],
      ['in a list', 'Content-Length: 2, 2'],
    ])('N-45 a length that is told twice and is equal is one: %s', async (_, lengths) => {
      await using server = await raw(`HTTP/1.1 200 OK\r\n${lengths}\r\nX: y\r\n\r\nok`)
      await using transport = make()
      for (let sent = 0; sent < 2; sent += 1) {
        const { body, headers } = await transport.send({ url: server.url })
        expect([text(body), headers['x']]).toEqual(['ok', 'y'])
      }
    })

    test('a reset connection is ECONNRESET', async () => {
      await using server = await rawServer(socket => void socket.resetAndDestroy())
      await using transport = make()
      expect(await codeOf(transport.send({ url: server.url }))).toBe('ECONNRESET')
    })

    test('N-21 a head of 60 KB is read, and more only when it is allowed', async () => {
      const head = (bytes: number): string =>
        `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(bytes)}\r\nContent-Length: 0\r\n\r\n`
      await using large = await raw(head(60_000))
      await using larger = await raw(head(100_000))
      await using transport = make()
      expect((await transport.send({ url: large.url })).headers['x']).toHaveLength(60_000)
      await expect(transport.send({ url: larger.url })).rejects.toMatchObject({
        code: 'HEAD_TOO_LARGE',
        message: expect.stringContaining('maxHeadBytes'),
      })
      await using patient = make({ maxHeadBytes: 200_000 })
      expect((await patient.send({ url: larger.url })).headers['x']).toHaveLength(100_000)
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
  })
}
