import type { LookupFunction } from 'node:net'
import { describe, expect, test } from 'vitest'
import { httpServer } from '../servers.js'
import { codeOf, codeOrBody } from './transport-rig.js'
import type { MakeTransport } from './transport-rig.js'

/** A name service that gives one answer after the other, the last one for ever; it counts its calls. */
function answering(...answers: readonly (readonly string[])[]): LookupFunction & { asked: number } {
  const lookup = (...[, options, callback]: Parameters<LookupFunction>): void => {
    const addresses = answers[Math.min(lookup.asked++, answers.length - 1)] ?? []
    const found = addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
    if (options.all === true) callback(null, found)
    else callback(null, found[0]?.address ?? '', found[0]?.family ?? 4)
  }
  lookup.asked = 0
  return lookup
}

const greeting = () => httpServer((request, response) => void response.end(request.headers.host))
const at = (host: string, url: string): string => url.replace('127.0.0.1', host)

/** Which addresses are connected to. */
export function describeReach(make: MakeTransport): void {
  describe('reach', () => {
    test.each([
      '127.0.0.1',
      '127.3.2.1',
      '0.0.0.0',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '100.64.0.1',
      '169.254.169.254',
      '224.0.0.1',
      '::1',
      '::',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::ffff:a9fe:a9fe',
      '64:ff9b::a00:1',
      '2002:7f00:1::',
      'fd12:3456::1',
      'fd00:ec2::254',
      'fe80::1',
    ])('A-15 a public name that has the address %s is refused', async address => {
      await using server = await greeting()
      await using transport = make({ lookup: answering([address]) })
      const sent = transport.send({ url: at('shop.example', server.url) })
      await expect(sent).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' })
      await expect(sent).rejects.toThrow(`shop.example has the address ${address}`)
      expect(server.connections).toBe(0)
    })

    test.each([
      'localhost',
      'LOCALHOST',
      'api.localhost',
      'shops',
      'shops.internal',
      'nas.lan',
      'x.home.arpa.',
    ])('A-15 %s may be the own machine', async host => {
      await using server = await greeting()
      await using transport = make({ lookup: answering([`127.0.0.1`]) })
      expect(await codeOrBody(transport.send({ url: at(host, server.url) }))).toBe(
        new URL(at(host, server.url)).host,
      )
    })

    test.each(['localhost', 'shops', 'metadata.google.internal', 'shop.example'])(
      'A-15 %s is never a link-local address, also where private ones are allowed',
      async host => {
        await using transport = make({ reach: 'private', lookup: answering(['169.254.169.254']) })
        expect(await codeOf(transport.send({ url: `http://${host}/` }))).toBe('ADDRESS_REFUSED')
      },
    )

    test('A-15 a public name may be private where that is allowed, or nothing is looked at', async () => {
      await using server = await greeting()
      for (const reach of ['private', 'any'] as const) {
        await using transport = make({ reach, lookup: answering(['127.0.0.1']) })
        expect(await codeOf(transport.send({ url: at('shop.example', server.url) }))).toBe('none')
      }
    })

    test('A-15 DNS answers that change are checked again for each connection', async () => {
      await using server = await greeting()
      const lookup = answering(['127.0.0.1'], ['169.254.169.254'], ['::ffff:a9fe:a9fe'])
      await using transport = make({ maxKeepaliveConnections: 0, lookup })
      const ask = () => codeOf(transport.send({ url: at('shops', server.url) }))
      expect([await ask(), await ask(), await ask()]).toEqual(['none', 'ADDRESS_REFUSED', 'ADDRESS_REFUSED'])
    })

    test('A-15 the address that was checked is the one that is connected to', async () => {
      await using server = await greeting()
      const lookup = answering(['127.0.0.1'], ['127.0.0.2'])
      await using transport = make({ lookup })
      expect(await codeOf(transport.send({ url: at('shops', server.url) }))).toBe('none')
      expect(lookup.asked).toBe(1)
    })

    test('A-15 of several answers only those that pass are tried', async () => {
      await using server = await greeting()
      await using transport = make({ lookup: answering(['169.254.169.254', 'fe80::1', '127.0.0.1']) })
      const sent = transport.send({ url: at('shops', server.url) })
      expect(await codeOrBody(sent)).toBe(at('shops', server.url).replace('http://', ''))
    })
  })
}
