import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wishOf } from '../../src/engines/index.js'

const NOW = Date.UTC(2026, 10, 27, 12, 0, 0)
const epoch = (seconds: number) => `${NOW / 1_000 + seconds}`
const http = (seconds: number) => new Date(NOW + seconds * 1_000).toUTCString()
const iso = (seconds: number) => new Date(NOW + seconds * 1_000).toISOString()

describe('what a server wishes', () => {
  test.each([
    [429, { 'retry-after': '7' }, 'retry-after', 7],
    [503, { 'retry-after': http(7) }, 'retry-after', 7],
    [403, { 'retry-after': iso(7) }, 'retry-after', 7],
    [202, { 'retry-after': epoch(7) }, 'retry-after', 7],
    [200, { 'retry-after': `${epoch(7)}000` }, 'retry-after', 7],
    [500, { 'retry-after': '0' }, 'retry-after', 0],
    [429, { 'retry-after': '3, 7' }, 'retry-after', 7],
    [429, { 'retry-after-ms': '1500', 'retry-after': '1' }, 'retry-after-ms', 1.5],
    [429, { 'ratelimit-reset': '7' }, 'ratelimit-reset', 7],
    [429, { 'ratelimit-remaining': '0', 'ratelimit-reset': '7' }, 'ratelimit-reset', 7],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': epoch(7) }, 'x-ratelimit-reset', 7],
    [200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${epoch(7)}000` }, 'x-ratelimit-reset', 7],
    [200, { 'x-ratelimit-remaining': '0.0', 'x-ratelimit-reset': iso(7) }, 'x-ratelimit-reset', 7],
    [200, { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '7' }, 'x-rate-limit-reset', 7],
    [
      200,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '0.25' },
      'x-ratelimit-reset-after',
      0.25,
    ],
    [429, { 'x-ratelimit-reset-after': '7.5' }, 'x-ratelimit-reset-after', 7.5],
    [
      429,
      { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1m7s' },
      'x-ratelimit-reset-requests',
      67,
    ],
    [429, { ratelimit: '"default";r=0;t=7' }, 'ratelimit', 7],
    [200, { ratelimit: '"a,b";r=9;t=3, "day";r=0;t=7' }, 'ratelimit', 7],
    [
      429,
      { ratelimit: '"day";r=0', 'ratelimit-policy': '"hour";q=5;w=3600, "day";q=9;w=86400' },
      'ratelimit',
      86_400,
    ],
    [429, { ratelimit: '"default";t=7' }, 'ratelimit', 7],
    [429, { ratelimit: 'limit=10, remaining=0, reset=7' }, 'ratelimit', 7],
    [429, { ratelimit: '"a;r=5,b";r=0;t=7' }, 'ratelimit', 7],
    [429, { ratelimit: '"a\\"; r=5";r=0;t=7;pk=:QUJD:' }, 'ratelimit', 7],
    [429, { 'x-ratelimit-remaining': '-1', 'x-ratelimit-reset': '7' }, 'x-ratelimit-reset', 7],
    [429, { 'x-ratelimit-reset-ms': '7000' }, 'x-ratelimit-reset-ms', 7],
    // Retry-After is for this very client, a reset for whoever shares the limit.
    [
      429,
      { 'retry-after': '7', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': epoch(90) },
      'retry-after',
      7,
    ],
    [429, { 'retry-after': 'soon', 'ratelimit-reset': '7' }, 'ratelimit-reset', 7],
    [429, { 'retry-after': '99999999999', 'ratelimit-reset': '7' }, 'ratelimit-reset', 7],
  ] as const)('N-17 %i with %j', (status, headers, header, seconds) => {
    expect(wishOf(status, headers, NOW)).toEqual({ header, waitMs: seconds * 1_000, isPlausible: true })
  })

  test.each([
    [429, {}],
    [429, { 'retry-after': 'soon' }],
    [429, { 'x-ratelimit-remaining': '4000', 'x-ratelimit-reset': epoch(3_000) }],
    [200, { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '7' }],
    [200, { 'x-ratelimit-remaining': '-1', 'x-ratelimit-reset': '7' }],
    [200, { 'x-ratelimit-remaining': '', 'x-ratelimit-reset': '7' }],
    [200, { 'ratelimit-reset': '7' }],
    [200, { ratelimit: '"default";r=5;t=7' }],
    [200, { ratelimit: '"default' }],
    [403, { 'x-ratelimit-reset': '7' }],
  ] as const)('N-17 %i with %j wishes nothing', (status, headers) => {
    expect(wishOf(status, headers, NOW)).toBeUndefined()
  })

  test.each(['99999999999', epoch(40 * 86_400), '99999999999999', http(400 * 86_400)])(
    'N-17 Retry-After: %s cannot be meant',
    value => {
      expect(wishOf(429, { 'retry-after': value }, NOW)).toMatchObject({ isPlausible: false })
    },
  )

  test('N-17 a clock that is an hour off, here or there, makes no difference', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -7_200, max: 7_200 }),
        fc.integer({ min: 0, max: 86_400 }),
        (off, wait) => {
          for (const at of [http(off + wait), iso(off + wait), epoch(off + wait)]) {
            const headers = { date: http(off), 'retry-after': at }
            expect(wishOf(503, headers, NOW)?.waitMs).toBe(wait * 1_000)
          }
        },
      ),
    )
  })

  test('N-17 a Date that makes no sense of the wish is not gone by', () => {
    const headers = { date: new Date(0).toUTCString(), 'retry-after': epoch(7) }
    expect(wishOf(429, headers, NOW)).toMatchObject({ waitMs: 7_000, isPlausible: true })
  })

  test('N-17 whatever stands in the headers: no wait below 0, and none without a header', () => {
    const value = fc.oneof(fc.string(), fc.stringMatching(/^[\w";=:,. +-]{1,60}$/))
    const names = [
      'retry-after',
      'ratelimit',
      'ratelimit-policy',
      'ratelimit-reset',
      'x-ratelimit-remaining',
      'date',
    ]
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), headers => {
        const wish = wishOf(429, headers, NOW)
        if (wish === undefined) return
        expect(wish.waitMs).toBeGreaterThanOrEqual(0)
        expect(headers[wish.header]).toBeDefined()
      }),
    )
  })
})
