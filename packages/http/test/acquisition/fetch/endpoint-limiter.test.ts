import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { EndpointLimiters, endpointOf } from '../../../src/acquisition/fetch/endpoint-limiter.js'
import { Secrets } from '../../../src/acquisition/secrets/secrets.js'
import { sourceAt } from '../../support/source-at.js'

describe('EndpointLimiters', () => {
  test('knows an endpoint by origin and path', () => {
    const none = new Secrets()
    expect(endpointOf(sourceAt('http://a.test/v1/', '/items'), none)).toBe('http://a.test/v1/items')
    expect(endpointOf(sourceAt('http://a.test', ''), none)).toBe('http://a.test/')
  })

  test('A-4 A-14 tells hosts apart that the environment gave, and shows none; a credential makes no other endpoint', () => {
    const secrets = new Secrets(['one.test', 'two.test', 'key-1', 'key-2'], ['key-1', 'key-2'])
    const at = (host: string, key: string) => endpointOf(sourceAt(`http://${host}/${key}`, 'items'), secrets)
    expect(at('one.test', 'key-1')).toMatch(/^http:\/\/\[redacted\]\/\[redacted\]\/items [\w-]{43}$/)
    expect(at('two.test', 'key-1')).not.toBe(at('one.test', 'key-1'))
    expect(at('one.test', 'key-2')).toBe(at('one.test', 'key-1'))
    const sources = ['one.test', 'two.test'].map(host => sourceAt(`http://${host}`, 'items'))
    const limiters = new EndpointLimiters(sources, new ManualClock(), { secrets })
    expect(new Set(sources.map(source => limiters.of(source))).size).toBe(2)
  })

  test('shares a limiter per endpoint, at the lowest of the rates', () => {
    const [one, two] = [sourceAt('http://a.test', 'x', 5), sourceAt('http://a.test/', '/x', 2)]
    const other = sourceAt('http://a.test', 'y')
    const limiters = new EndpointLimiters([one, two, other], new ManualClock())
    expect(limiters.of(one)).toBe(limiters.of(two))
    expect(limiters.of(one)).not.toBe(limiters.of(other))
  })

  test('A-4 stays shut for one window after the last departure of an earlier process, and no longer', async () => {
    const clock = new ManualClock()
    const source = { ...sourceAt('http://a.test', 'x'), name: 'one' }
    const limiterAfter = (ago: number) =>
      new EndpointLimiters([source], clock, {
        lastDepartureAt: new Map([['one', clock.wallNow() - ago]]),
      }).of(source)
    const waits: number[] = []
    for (const ago of [0, 400, 1_000, -60_000]) {
      const began = clock.now()
      await clock.run(limiterAfter(ago).acquire())
      waits.push(clock.now() - began)
    }
    expect(waits).toEqual([1_000, 600, 0, 1_000])
  })

  test('A-9 stays shut for as long as the server had asked for', async () => {
    const clock = new ManualClock()
    const [asked, other] = [sourceAt('http://a.test', 'x'), sourceAt('http://a.test', 'y')]
    const sources = [
      { ...asked, name: 'asked' },
      { ...other, name: 'other' },
    ]
    const limiters = new EndpointLimiters(sources, clock, { quietMs: new Map([['asked', 7_000]]) })
    await clock.run(limiters.of(other).acquire())
    expect(clock.now()).toBe(0)
    await clock.run(limiters.of(asked).acquire())
    expect(clock.now()).toBe(7_000)
  })
})
