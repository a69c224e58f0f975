import { describe, expect, test } from 'vitest'
import { errorCode } from '../../../src/engines/index.js'
import { deadUrl, httpServer } from '../servers.js'
import { codeOf, text } from './transport-rig.js'
import type { MakeTransport } from './transport-rig.js'

/** What is sent, and what comes back. */
export function describeRequests(make: MakeTransport): void {
  describe('requests', () => {
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

    test('several Set-Cookie, which hold commas, are joined by line feeds', async () => {
      await using server = await httpServer((_, response) => {
        const cookies = ['a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT', 'b=2']
        response.setHeader('Set-Cookie', cookies).end()
      })
      await using transport = make()
      const { headers } = await transport.send({ url: server.url })
      expect(headers['set-cookie']).toBe('a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT\nb=2')
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

    test('N-19 says who asks, and takes any type, unless the request says otherwise in whatever case', async () => {
      await using server = await httpServer((request, response) => {
        const names = request.rawHeaders.filter((_, index) => index % 2 === 0).map(name => name.toLowerCase())
        const { accept, 'user-agent': agent } = request.headers
        const twice = names.filter((name, index) => names.indexOf(name) !== index)
        response.end(JSON.stringify({ accept, agent, twice }))
      })
      await using transport = make()
      const sent = async (headers?: Record<string, string>): Promise<unknown> =>
        JSON.parse(text((await transport.send({ url: server.url, ...(headers && { headers }) })).body))
      const agent: unknown = expect.stringMatching(
        /^async-patterns\/\d+\.\d+\.\d+\S* \(\+https:\/\/github\.com\/async-patterns\/async-patterns\)$/,
      )
      expect(await sent()).toEqual({ accept: '*/*', agent, twice: [] })
      expect(await sent({ ACCEPT: 'text/csv', 'x-a': '1' })).toEqual({ accept: 'text/csv', agent, twice: [] })
      expect(await sent({ 'User-agent': 'me/1', accept: 'a/b', Accept: 'c/d' })).toEqual({
        accept: 'c/d',
        agent: 'me/1',
        twice: [],
      })
    })

    test('an error status is a response, not an error', async () => {
      await using server = await httpServer((_, response) => void response.writeHead(503).end('no'))
      await using transport = make()
      expect((await transport.send({ url: server.url })).statusCode).toBe(503)
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
  })
}
