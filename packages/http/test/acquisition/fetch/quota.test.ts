import { ManualClock } from 'async-patterns/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import type { DepartureLimiter, EndpointLimit } from '../../../src/acquisition/fetch/endpoint-limiter.js'
import { EmbeddedLimits } from '../../../src/acquisition/fetch/endpoint-limiter.js'
import { parseQuota, quotaText, strictestQuotas } from '../../../src/acquisition/fetch/quota.js'
import { limitersOf } from '../../../src/acquisition/fetch/stream-limiters.js'
import type { OwnLimits } from '../../../src/acquisition/fetch/stream-limits.js'
import type { QuotaUse } from '../../../src/acquisition/ledger/ledger.js'
import { Secrets } from '../../../src/acquisition/secrets/secrets.js'
import { POLITE, streamAt } from '../../support/stream-at.js'

const quotas = (...texts: string[]) => texts.flatMap(text => parseQuota(text) ?? [])

let clock: ManualClock
let told: string[]

beforeEach(() => {
  clock = new ManualClock({ wallStartMs: Date.UTC(2026, 0, 1) })
  told = []
})

const limiterWith = (limit: Partial<EndpointLimit>): DepartureLimiter =>
  new EmbeddedLimits(clock).limiterOf({
    ...POLITE,
    endpoint: 'a',
    ratePerSecond: 1_000,
    onUsedUp: (waitMs, quota) => told.push(`${quota} at ${clock.now()} for ${waitMs}`),
    ...limit,
  })

/** The moments at which so many depart, all asked for at once. */
async function departures(limiter: DepartureLimiter | undefined, count: number, maxQuietMs?: number) {
  const at: number[] = []
  const one = async (): Promise<void> => {
    const leave = await limiter?.acquireDeparture(maxQuietMs === undefined ? {} : { maxQuietMs })
    leave?.sent()
    at.push(clock.now())
  }
  const ended = await clock.run(Promise.allSettled(Array.from({ length: count }, one)))
  return { at, errors: ended.flatMap(end => (end.status === 'rejected' ? [end.reason as Error] : [])) }
}

describe('a quota', () => {
  test.each(['1/second', '100/minute', '5000/hour', '10000/day', '10000000/day'])('%s is one', text => {
    const [quota] = quotas(text)
    expect(quota && quotaText(quota)).toBe(text)
  })

  test.each(['0/day', '10000001/day', '5/week', '5 / day', '1.5/day', '/day', '5', ''])(
    '%j is none',
    text => {
      expect(parseQuota(text)).toBeUndefined()
    },
  )

  test('of several the lowest of each window holds', () => {
    expect(strictestQuotas(quotas('5/day', '9/minute', '3/day', '20/minute')).map(quotaText)).toEqual([
      '3/day',
      '9/minute',
    ])
  })

  test('is used as fast as the rate allows, and then by a rolling window', async () => {
    const { at } = await departures(limiterWith({ ratePerSecond: 2, quota: quotas('3/minute') }), 7)
    expect(at).toEqual([0, 500, 1_000, 60_000, 60_500, 61_000, 120_000])
    // Once for as long as it lasts.
    expect(told).toEqual(['3/minute at 0 for 60000'])
  })

  test('of several all hold', async () => {
    const { at } = await departures(limiterWith({ quota: quotas('2/second', '3/minute') }), 4)
    expect(at).toEqual([0, 1, 1_000, 60_000])
  })

  test('that is used up for longer than is waited is left to a later run, with what it waits for', async () => {
    const limiter = limiterWith({ quota: quotas('2/day') })
    const { at, errors } = await departures(limiter, 4, 3_600_000)
    expect(at).toEqual([0, 1])
    expect(errors.map(({ message }) => message)).toEqual([
      'limits.quota 2/day is used up',
      'limits.quota 2/day is used up',
    ])
    expect(errors[0]).toMatchObject({ code: 'QUOTA' })
  })

  test('loses nothing by what was given back, or refused by the rate', async () => {
    const limiter = limiterWith({ quota: quotas('1/day') })
    const leave = await limiter.acquireDeparture()
    leave.cancel()
    limiter.keepQuiet({ until: 60_000, askedBy: 'a test' })
    await expect(limiter.acquireDeparture({ maxWaitMs: 1_000 })).rejects.toThrow('spaced-limiter')
    expect((await departures(limiter, 1)).at).toEqual([60_000])
  })

  test('counts what earlier processes have used', async () => {
    const ago = (ms: number, count: number) => ({ at: clock.wallNow() - ms, count })
    const used = [ago(50_000, 2), ago(20_000, 1), ago(-5_000, 1)]
    const { at } = await departures(limiterWith({ quota: quotas('4/minute'), used }), 3)
    expect(at).toEqual([10_000, 10_001, 40_000])
  })
})

describe('limits of a stream beside those of its source', () => {
  const use = (stream: string, at: number, count: number): QuotaUse => ({
    endpoint: 'http://a.test',
    stream,
    at,
    count,
  })

  const limitersFor = (own: OwnLimits, used: readonly QuotaUse[] = [], quota?: string) => {
    const limits = quota === undefined ? {} : { quota: quotas(quota) }
    const slow = { ...streamAt('http://a.test', 'slow', 10, {}, limits), name: 'slow', ownLimits: own }
    const other = { ...streamAt('http://a.test', 'other', 10, {}, limits), name: 'other' }
    const before = { lastDepartureAt: new Map<string, number>(), quiet: new Map(), used }
    const limiters = limitersOf(
      [slow, other],
      new EmbeddedLimits(clock),
      before,
      new Secrets(),
      (names, _waitMs, text) => told.push(`${names.join()} ${text}`),
    )
    return [limiters.get('slow'), limiters.get('other')] as const
  }

  test('both rates hold, and who waits for its own holds up nobody', async () => {
    const [slow, other] = limitersFor({ ratePerSecond: 1 })
    const [slowly, quickly] = await Promise.all([departures(slow, 3), departures(other, 10)])
    const [first = 0, second = 0, third = 0] = slowly.at
    expect([second - first >= 1_000, third - second >= 1_000, third < 3_500]).toEqual([true, true, true])
    expect(quickly.at.at(-1)).toBeLessThanOrEqual(1_100)
    const all = [...slowly.at, ...quickly.at].toSorted((a, b) => a - b)
    expect(all[10]).toBeGreaterThanOrEqual(1_000)
  })

  test('its quota and that of the source are counted apart, over a restart too', async () => {
    const now = clock.wallNow()
    const [slow, other] = limitersFor(
      { quota: quotas('3/minute') },
      [use('slow', now - 10_000, 2), use('other', now - 5_000, 6)],
      '10/minute',
    )
    expect((await departures(slow, 2)).at).toEqual([0, 50_000])
    expect((await departures(other, 1)).at).toEqual([50_100])
    expect(told).toEqual(['slow 3/minute'])
  })

  test('the quiet of its server is kept too, and known', async () => {
    const [slow, other] = limitersFor({ ratePerSecond: 5 })
    expect(slow?.keepQuiet({ until: 30_000, askedBy: 'a test' })).toBe(true)
    expect([slow?.quiet?.until, other?.quiet?.until]).toEqual([30_000, 30_000])
    await expect(slow?.acquireDeparture({ maxWaitMs: 1_000 })).rejects.toThrow(/wait of/)
    expect((await departures(other, 1)).at).toEqual([30_000])
  })
})
