import { ClosedError, TimeoutError } from 'async-patterns'
import { describe, expect, test } from 'vitest'
import { eventually, httpServer } from '../servers.js'
import { text } from './transport-rig.js'
import type { MakeTransport } from './transport-rig.js'

/** A request that is given up, or not answered, frees what it holds; so does the transport. */
export function describeEndings(make: MakeTransport): void {
  describe('endings', () => {
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
