import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import type { DepartureLimiter } from '../../../src/acquisition/fetch/endpoint-limiter.js'
import { EmbeddedLimits } from '../../../src/acquisition/fetch/endpoint-limiter.js'
import { endpointOf } from '../../../src/acquisition/fetch/endpoints.js'
import { limitersOf } from '../../../src/acquisition/fetch/stream-limiters.js'
import type { OwedQuiet } from '../../../src/acquisition/ledger/ledger.js'
import { Secrets } from '../../../src/acquisition/secrets/secrets.js'
import { streamAt } from '../../support/stream-at.js'

/** Nothing is left from earlier runs. */
const none = { lastDepartureAt: new Map<string, number>(), quiet: new Map<string, OwedQuiet>(), used: [] }

const PER_PATH = { per: 'path' } as const

async function depart(clock: ManualClock, limiter: DepartureLimiter | undefined): Promise<void> {
  const departure = await clock.run(limiter?.acquireDeparture({}) ?? Promise.reject(new Error('no limiter')))
  departure.sent(clock.now())
}

describe('endpoint limiters', () => {
  test('N-23b knows an endpoint by its origin, or by origin and path where that is asked', () => {
    const at = (baseUrl: string, path: string, limits = {}) =>
      endpointOf(streamAt(baseUrl, path, 5, {}, limits), new Secrets())
    expect(at('http://a.test/v1/', '/items')).toBe('http://a.test')
    expect(at('HTTP://A.test:80', '')).toBe('http://a.test')
    expect(at('https://a.test', '')).toBe('https://a.test')
    expect(at('http://a.test/v1/', '/items', PER_PATH)).toBe('http://a.test/v1/items')
    expect(at('http://a.test', '', PER_PATH)).toBe('http://a.test/')
  })

  test('A-4 A-14 tells hosts apart that the environment gave, and shows none; a credential makes no other endpoint', () => {
    const secrets = new Secrets(['one.test', 'two.test', 'key-1', 'key-2'], ['key-1', 'key-2'])
    const at = (host: string, key: string) =>
      endpointOf(streamAt(`http://${host}/${key}`, 'items', 5, {}, PER_PATH), secrets)
    expect(at('one.test', 'key-1')).toMatch(/^http:\/\/\[redacted\]\/\[redacted\]\/items [\w-]{43}$/)
    expect(at('two.test', 'key-1')).not.toBe(at('one.test', 'key-1'))
    expect(at('one.test', 'key-2')).toBe(at('one.test', 'key-1'))
    const streams = ['one.test', 'two.test'].map(host => streamAt(`http://${host}`, 'items'))
    expect(
      new Set(limitersOf(streams, new EmbeddedLimits(new ManualClock()), none, secrets).values()).size,
    ).toBe(2)
  })

  test('N-23b shares a limiter per origin, at the strictest of the limits', async () => {
    const clock = new ManualClock()
    const [one, two] = [streamAt('http://a.test', 'x', 5), streamAt('http://a.test/', '/y', 2)]
    const other = streamAt('http://a.test', 'y', 5, {}, PER_PATH)
    const limiters = limitersOf([one, two, other], new EmbeddedLimits(clock), none, new Secrets())
    expect(limiters.get(one.name)).toBe(limiters.get(two.name))
    expect(limiters.get(one.name)).not.toBe(limiters.get(other.name))
    for (let count = 0; count < 3; count += 1) await depart(clock, limiters.get(one.name))
    expect(clock.now()).toBe(1_000)
  })

  test('A-4 stays shut for one window after the last departure of an earlier process, and no longer', async () => {
    const clock = new ManualClock()
    const stream = streamAt('http://a.test', 'x')
    const waits: number[] = []
    for (const ago of [0, 400, 1_000, -60_000]) {
      const began = clock.now()
      const lastDepartureAt = new Map([[stream.name, clock.wallNow() - ago]])
      const before = { ...none, lastDepartureAt }
      const limiters = limitersOf([stream], new EmbeddedLimits(clock), before, new Secrets())
      await depart(clock, limiters.get(stream.name))
      waits.push(clock.now() - began)
    }
    expect(waits).toEqual([1_000, 600, 0, 1_000])
  })

  test('A-9 stays shut for as long as the server had asked for', async () => {
    const clock = new ManualClock()
    const [asked, other] = [streamAt('http://a.test', 'x'), streamAt('http://b.test', 'y')]
    const quiet = { leftMs: 7_000, askedBy: '429 of page 1 of a' }
    const before = { ...none, quiet: new Map([[asked.name, quiet]]) }
    const limiters = limitersOf([asked, other], new EmbeddedLimits(clock), before, new Secrets())
    await depart(clock, limiters.get(other.name))
    expect(clock.now()).toBe(0)
    await depart(clock, limiters.get(asked.name))
    expect(clock.now()).toBe(7_000)
  })
})
