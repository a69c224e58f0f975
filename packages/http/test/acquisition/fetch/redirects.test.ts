import type { Within } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { EmbeddedLimits } from '../../../src/acquisition/fetch/endpoint-limiter.js'
import { Fetcher } from '../../../src/acquisition/fetch/fetcher.js'
import type { FetchedPage, FetcherParts } from '../../../src/acquisition/fetch/fetcher.js'
import { MemoryBudget } from '../../../src/acquisition/fetch/memory-budget.js'
import { defaultRules, ResponseRules } from '../../../src/acquisition/fetch/response-rules.js'
import type { StreamHealth } from '../../../src/acquisition/fetch/stream-health.js'
import { EmbeddedHealth } from '../../../src/acquisition/fetch/stream-health.js'
import type { Transport, TransportRequest, TransportResponse } from '../../../src/engines/index.js'
import { pageOf } from '../../contracts/ledger-contract.js'
import { streamWith } from '../streams/pagination/paging-run.js'

const { limits } = streamWith({ type: 'linkHeader', maxPages: 1 })

describe('redirects', () => {
  let clock: ManualClock
  let memory: MemoryBudget
  let places: Record<string, readonly [status: number, location?: string]>
  let asked: string[]
  let departures: { at: number; attempt: number }[]
  let failures: string[]

  const transport: Transport = {
    async send({ url, headers, onDeparture }: TransportRequest, within?: Within): Promise<TransportResponse> {
      await clock.sleep(3, within)
      onDeparture?.()
      asked.push(`${url} ${headers?.['authorization'] ?? ''}`)
      const [status, location] = places[url] ?? [200]
      return {
        statusCode: status,
        headers: location === undefined ? {} : { location },
        body: new Uint8Array(10),
        bytes: 10,
        url,
      }
    },
    close: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }

  const fetch = (url: string, parts: Partial<FetcherParts> = {}, method = 'GET'): Promise<FetchedPage> => {
    const fetcher = new Fetcher({
      limits,
      redirects: 'sameOrigin',
      requestOf: () => ({ url, method, headers: { accept: 'a/b' } }),
      authorizer: {
        authorize: async request => ({ ...request, headers: { authorization: `for ${request.url}` } }),
      },
      rules: new ResponseRules(defaultRules()),
      transport,
      limiter: new EmbeddedLimits(clock).limiterOf({ ...limits, endpoint: 'a', ratePerSecond: 1 }),
      health: new EmbeddedHealth(clock)
        .healthOf([{ name: 'a', limits }], () => undefined)
        .get('a') as StreamHealth,
      memory,
      clock,
      normaliser: {
        read: async () => ({
          ok: true,
          page: {
            recordCount: 1,
            records: [],
            rejects: [],
            warnings: 0,
            redactions: 0,
            paging: {},
            fingerprint: '',
          },
          observed: {},
        }),
      },
      observer: {
        departed: (_page, attempt, at) => departures.push({ at, attempt }),
        attemptFailed: (_page, _attempt, code, message) => failures.push(`${code} ${message}`),
        quiet: () => undefined,
      },
      ...parts,
    })
    return clock.run(fetcher.fetch(pageOf('a', 1), {}))
  }

  beforeEach(() => {
    clock = new ManualClock()
    memory = new MemoryBudget(1_000_000, 4)
    places = {}
    asked = []
    departures = []
    failures = []
  })

  test.each([301, 302, 303, 307, 308])(
    'N-20 a %d within the origin takes a departure of its own',
    async status => {
      places['http://a.test/items?page=2'] = [status, '/items/?page=2#top']
      const fetched = await fetch('http://a.test/items?page=2')
      expect(fetched.url).toBe('http://a.test/items/?page=2')
      expect(asked).toEqual([
        'http://a.test/items?page=2 for http://a.test/items?page=2',
        'http://a.test/items/?page=2 for http://a.test/items/?page=2',
      ])
      expect(departures.map(({ attempt }) => attempt)).toEqual([1, 1])
      expect((departures[1]?.at ?? 0) - (departures[0]?.at ?? 0)).toBeGreaterThanOrEqual(1_000)
      fetched.reservation.release()
      expect(memory.bytesInUse).toBe(0)
    },
  )

  test('N-20 a Location is asked as it is written, relative or in raw UTF-8', async () => {
    places['http://a.test/x/items'] = [302, '../caf\xc3\xa9?q=a%20b+c&z=%2f']
    expect((await fetch('http://a.test/x/items')).url).toBe('http://a.test/caf%C3%A9?q=a%20b+c&z=%2f')
  })

  test.each([
    ['http://b.test/items?sig=abc', 'Location http://b.test/items?…: another origin'],
    ['https://a.test/items', 'Location https://a.test/items: another origin'],
    ['//b.test/x', 'Location http://b.test/x: another origin'],
    ['http://a.test:81/x', 'Location http://a.test:81/x: another origin'],
    ['http://u:p@a.test/x', 'Location http://a.test/x: another origin, or credentials'],
    ['blob:http://a.test/x', 'Location blob:http://a.test/x: another origin'],
    ['javascript:alert(1)', 'Location javascript:alert(1): another origin'],
    ['http://[', 'no Location that can be read'],
    [undefined, 'no Location that can be read'],
  ])('N-20 a redirect to %s is not followed, and told', async (location, told) => {
    places['http://a.test/items'] = [302, ...(location === undefined ? [] : [location])] as [number, string?]
    await expect(fetch('http://a.test/items')).rejects.toMatchObject({ code: 'HTTP_302' })
    expect(asked).toHaveLength(1)
    expect(failures).toEqual([expect.stringContaining(`HTTP_302 The server answered 302 with ${told}`)])
    expect(memory.bytesInUse).toBe(0)
  })

  test('N-20 none is followed when the setting says so', async () => {
    places['http://a.test/items'] = [308, '/items/']
    await expect(fetch('http://a.test/items', { redirects: 'none' })).rejects.toThrow(
      'The server answered 308 with Location http://a.test/items/: redirects: none; allowed are none and sameOrigin',
    )
  })

  test('N-20 what is no GET is not repeated elsewhere', async () => {
    places['http://a.test/items'] = [307, '/items/']
    await expect(fetch('http://a.test/items', {}, 'POST')).rejects.toThrow('a POST is not redirected')
  })

  test('N-20 a circle is named, and not tried again', async () => {
    places['http://a.test/a'] = [302, '/b']
    places['http://a.test/b'] = [302, '/a']
    await expect(fetch('http://a.test/a')).rejects.toMatchObject({
      code: 'REDIRECT_LOOP',
      message: 'redirects lead back to http://a.test/a',
    })
    expect(asked).toHaveLength(2)
  })

  test('N-20 no more than ten are followed', async () => {
    for (let hop = 0; hop < 20; hop += 1) places[`http://a.test/${hop}`] = [302, `/${hop + 1}`]
    await expect(fetch('http://a.test/0')).rejects.toMatchObject({ code: 'TOO_MANY_REDIRECTS' })
    expect(asked).toHaveLength(11)
    places['http://a.test/10'] = [200]
    expect((await fetch('http://a.test/0')).url).toBe('http://a.test/10')
  })
})
