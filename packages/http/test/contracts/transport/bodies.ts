import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { httpServer } from '../servers.js'
import { codeOf, text } from './transport-rig.js'
import type { MakeTransport } from './transport-rig.js'

/** Bodies are whole, alone in their buffers, decoded and bounded. */
export function describeBodies(make: MakeTransport): void {
  describe('bodies', () => {
    test('a megabyte arrives whole, alone in its buffer', async () => {
      const sent = Buffer.alloc(1 << 20, 'abcdefg')
      await using server = await httpServer((_, response) => void response.end(sent))
      await using transport = make()
      const { body } = await transport.send({ url: server.url })
      expect(Buffer.compare(body, sent)).toBe(0)
      expect(body.buffer.byteLength).toBe(body.byteLength)
      expect(structuredClone(body, { transfer: [body.buffer as ArrayBuffer] })).toHaveLength(1 << 20)
    })

    test("A-8 an empty body is its caller's own: one that was transferred is not missed by the next", async () => {
      await using server = await httpServer((_, response) => void response.writeHead(204).end())
      await using transport = make()
      for (let time = 0; time < 2; time += 1) {
        const { body } = await transport.send({ url: server.url })
        expect(structuredClone(body, { transfer: [body.buffer as ArrayBuffer] })).toHaveLength(0)
      }
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

    describe('A-8 a body that outgrows its room', () => {
      const bytes = 300_000
      const roomWith = (grow: (asked: number) => boolean) => {
        const asked: number[] = []
        const bodyRoom = { bytes: 1_000, grow: (more: number) => asked.push(more) > 0 && grow(more) }
        return { asked, bodyRoom }
      }
      const served = () =>
        httpServer((request, response) => {
          if (request.url === '/small') return void response.end(Buffer.alloc(1_000))
          if (request.url === '/told') return void response.end(Buffer.alloc(bytes, 7))
          if (request.url === '/untold') {
            response.write(Buffer.alloc(900, 7))
            return void response.end(Buffer.alloc(bytes - 900, 7))
          }
          response.setHeader('Content-Encoding', 'gzip').end(gzipSync(Buffer.alloc(bytes, 7)))
        })

      test('asks once where its size is told, several times where it is not, and never beyond maxBodyBytes', async () => {
        await using server = await served()
        await using transport = make()
        for (const path of ['/told', '/untold', '/packed']) {
          const { asked, bodyRoom } = roomWith(() => true)
          const url = `${server.url}${path}`
          const { body } = await transport.send({ url, maxBodyBytes: 350_000, bodyRoom })
          expect([body.length, body.every(byte => byte === 7)], path).toEqual([bytes, true])
          expect(body.byteLength).toBe(body.buffer.byteLength)
          if (path === '/told') expect(asked).toEqual([bytes])
          expect(asked.at(-1), path).toBeGreaterThanOrEqual(bytes)
          expect(asked.at(-1), path).toBeLessThanOrEqual(path === '/packed' ? 701_000 : 350_000)
          expect(asked, path).toEqual([...asked].sort((a, b) => a - b))
        }
      })

      test('N-26 a compressed body has room for all that is held while it is unpacked', async () => {
        await using server = await served()
        await using transport = make()
        const { asked, bodyRoom } = roomWith(() => true)
        await transport.send({ url: `${server.url}/packed`, maxBodyBytes: 350_000, bodyRoom })
        // Its decoded parts, and these joined.
        expect(asked.at(-1)).toBeGreaterThanOrEqual(2 * bytes)
      })

      test('takes no promise of a petabyte for one', async () => {
        await using server = await httpServer((_, response) => {
          response.writeHead(200, { 'Content-Length': '999999999999999' })
          response.write(Buffer.alloc(bytes), () => setTimeout(() => response.destroy(), 50))
        })
        await using transport = make()
        const send = (maxBodyBytes?: number) =>
          transport.send({
            url: server.url,
            bodyRoom: roomWith(() => true).bodyRoom,
            ...(maxBodyBytes !== undefined && { maxBodyBytes }),
          })
        expect(await codeOf(send(1_000_000))).toBe('BODY_TOO_LARGE')
        expect(await codeOf(send())).toBe('TRUNCATED')
      })

      test('fails with NO_ROOM where there is none, and its connection is freed', async () => {
        await using server = await served()
        await using transport = make({ maxConnections: 1 })
        for (const path of ['/told', '/untold', '/packed']) {
          const { asked, bodyRoom } = roomWith(() => false)
          expect(await codeOf(transport.send({ url: `${server.url}${path}`, bodyRoom })), path).toBe(
            'NO_ROOM',
          )
          expect(asked).toHaveLength(1)
          const { bodyRoom: room } = roomWith(() => false)
          const { body } = await transport.send({ url: `${server.url}/small`, bodyRoom: room })
          expect(body).toHaveLength(1_000)
        }
      })
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
  })
}
