import { ManualClock } from 'async-patterns/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { EmbeddedLimits } from '../../../src/acquisition/fetch/endpoint-limiter.js'
import type { DepartureLimiter } from '../../../src/acquisition/fetch/endpoint-limiter.js'
import type { FetcherParts } from '../../../src/acquisition/fetch/fetcher.js'
import { Fetcher } from '../../../src/acquisition/fetch/fetcher.js'
import { MemoryBudget } from '../../../src/acquisition/fetch/memory-budget.js'
import { QuietError } from '../../../src/acquisition/fetch/quiet-error.js'
import { defaultRules, ResponseRules } from '../../../src/acquisition/fetch/response-rules.js'
import { EmbeddedHealth } from '../../../src/acquisition/fetch/stream-health.js'
import type { StreamHealth } from '../../../src/acquisition/fetch/stream-health.js'
import type { StreamLimits } from '../../../src/acquisition/fetch/stream-limits.js'
import type { Transport } from '../../../src/engines/index.js'
import { pageOf } from '../../contracts/ledger-contract.js'
import { POLITE } from '../../support/stream-at.js'

interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** How long it takes. */
  readonly afterMs?: number
}

const LIMITS: StreamLimits = {
  ...POLITE,
  concurrency: 4,
  timeoutMs: 10_000,
  maxPageBytes: 1_000,
  retry: { maxAttempts: 4, baseDelayMs: 500, maxDelayMs: 30_000, jitter: 'none' },
  breaker: { failureThreshold: 3, openStateDurationMs: 5_000 },
  giveUpAfterMs: 30_000,
}

const PAGE = {
  recordCount: 1,
  records: [],
  rejects: [],
  warnings: 0,
  redactions: 0,
  paging: {},
  fingerprint: '',
}

describe('quiet that a server asks for', () => {
  let clock: ManualClock
  let limiter: DepartureLimiter
  let memory: MemoryBudget
  let answers: Answer[]
  let departures: number[]
  let told: string[]

  const transport: Transport = {
    async send(request, within) {
      const { status, headers = {}, afterMs = 0 } = answers.shift() ?? { status: 200 }
      request.onDeparture?.()
      if (afterMs > 0) await clock.sleep(afterMs, within)
      return { statusCode: status, headers, body: new Uint8Array(1), bytes: 1, url: request.url }
    },
    close: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }

  const fetcherWith = (limits: Partial<StreamLimits> = {}, parts: Partial<FetcherParts> = {}): Fetcher => {
    const stream = { name: 'a', limits: { ...LIMITS, ...limits } }
    return new Fetcher({
      limits: stream.limits,
      redirects: 'none',
      requestOf: () => ({ url: 'http://a.test/' }),
      authorizer: { authorize: async request => request },
      rules: new ResponseRules(defaultRules()),
      transport,
      limiter,
      health: new EmbeddedHealth(clock).healthOf([stream], () => undefined).get('a') as StreamHealth,
      memory,
      clock,
      normaliser: { read: async () => ({ ok: true, page: PAGE, observed: {} }) },
      observer: {
        departed: (_page, _attempt, at) => departures.push(at),
        attemptFailed: (_page, attempt, code) => told.push(`${attempt} ${code}`),
        quiet: (_page, waitMs, askedBy) => told.push(`${waitMs} ${askedBy}`),
      },
      ...parts,
    })
  }

  const fetch = (fetcher: Fetcher, stop?: AbortSignal) => fetcher.fetch(pageOf('a', 7), {}, stop)

  /** Pages of the stream weigh as much as there is, and one is there. */
  const takeAllMemory = async (): Promise<void> => {
    const heavy = await memory.reserve('a', {})
    memory.weigh('a', heavy, 2_000_000)
    heavy.release()
    await memory.reserve('a', {})
  }

  beforeEach(() => {
    clock = new ManualClock({ wallStartMs: Date.UTC(2026, 0, 1) })
    limiter = new EmbeddedLimits(clock).limiterOf({ ...POLITE, endpoint: 'a' })
    memory = new MemoryBudget(1_000_000, 4)
    answers = []
    departures = []
    told = []
  })

  test('N-17 a page that used up a limit is taken, and the next one waits for the reset', async () => {
    answers = [{ status: 200, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '60' } }]
    const fetcher = fetcherWith()
    await clock.run(fetch(fetcher))
    await clock.run(fetch(fetcher))
    expect(departures).toEqual([0, 60_000])
    expect(told).toEqual(['60000 200 of page 7 of a (x-ratelimit-reset)'])
  })

  test.each([
    [429, { 'retry-after': '99999999999' }],
    [503, { 'retry-after': 'Thu, 01 Jan 2099 00:00:00 GMT' }],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9999999999' }],
    [202, { 'retry-after': '99999999999999' }],
  ] as const)('N-17 %i with %j cannot be meant, and counts as maxWait', async (status, headers) => {
    answers = [{ status, headers }]
    await clock.run(fetch(fetcherWith({ maxWaitMs: 20_000 })))
    expect(departures).toEqual([0, 20_000])
  })

  test('N-17 what cannot be meant is nothing beside a page that came', async () => {
    answers = [{ status: 200, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999' } }]
    await clock.run(fetch(fetcherWith()))
    expect(told).toEqual([])
  })

  test('N-17 a wish beyond maxWait ends it at once, for those who wait too, and spends no try', async () => {
    answers = [{ status: 200, headers: { 'retry-after': '10' } }]
    const fetcher = fetcherWith({ maxWaitMs: 60_000 })
    await clock.run(fetch(fetcher))
    const waiting = fetch(fetcher).catch((error: unknown) => error)
    await clock.advance(5_000)
    // Another stream of the endpoint hears of it.
    limiter.keepQuiet({ until: clock.now() + 86_400_000, askedBy: '429 of page 2 of b' })
    expect(await waiting).toMatchObject({ code: 'QUIET', quiet: { askedBy: '429 of page 2 of b' } })
    await expect(fetch(fetcher)).rejects.toThrow(QuietError)
    expect([clock.now(), departures, told.slice(1)]).toEqual([5_000, [0], []])
  })

  test('N-17 the refusal that asks for it spends no try either', async () => {
    answers = [{ status: 429, headers: { 'retry-after': '7200' } }]
    await expect(fetch(fetcherWith())).rejects.toThrow(QuietError)
    expect(told).toEqual(['7200000 429 of page 7 of a (retry-after)'])
    expect(memory.bytesInUse).toBe(0)
  })

  test('N-24 quiet that ends after the time of the run is not waited for', async () => {
    answers = [{ status: 429, headers: { 'retry-after': '30' } }]
    await expect(fetch(fetcherWith({}, { leftMs: () => 20_000 }))).rejects.toThrow(QuietError)
    expect(clock.now()).toBe(0)
  })

  test('N-17 a rate that is lower than maxWait is waited for all the same', async () => {
    limiter = new EmbeddedLimits(clock).limiterOf({ ...POLITE, endpoint: 'a', ratePerSecond: 0.001 })
    const fetcher = fetcherWith({ maxWaitMs: 1_000 })
    const fetched = Promise.all([1, 2, 3].map(() => fetch(fetcher)))
    await clock.run(fetched)
    expect(departures).toEqual([0, 1_000_000, 2_000_000])
  })

  test.each([
    ['for its turn', { keepQuiet: true }],
    ['for memory', { takeMemory: true }],
    ['for the next try', { failFirst: true }],
  ])('N-24 a page that waits %s is given back at once when the run stops', async (_what, how) => {
    if ('keepQuiet' in how) limiter.keepQuiet({ until: 60_000, askedBy: 'a test' })
    if ('takeMemory' in how) await takeAllMemory()
    if ('failFirst' in how) answers = [{ status: 500 }]
    const stop = new AbortController()
    const fetched = fetch(fetcherWith(), stop.signal).catch((error: unknown) => error)
    await clock.advance(100)
    stop.abort()
    expect(await fetched).toBe(stop.signal.reason)
    await clock.advance(120_000)
    expect(departures).toHaveLength('failFirst' in how ? 1 : 0)
    expect(clock.pendingTimers).toBe(0)
  })

  test('N-24 what is on its way when the run stops is taken, or fails once, and is not tried again', async () => {
    const stop = new AbortController()
    answers = [
      { status: 200, afterMs: 1_000 },
      { status: 500, afterMs: 1_000 },
    ]
    const fetcher = fetcherWith()
    const fetched = [fetch(fetcher, stop.signal), fetch(fetcher, stop.signal)]
    const settled = Promise.allSettled(fetched)
    await clock.advance(500)
    stop.abort()
    const [taken, failed] = await clock.run(settled)
    expect(taken?.status).toBe('fulfilled')
    expect(failed).toEqual({ status: 'rejected', reason: stop.signal.reason })
    expect([departures.length, told]).toEqual([2, ['1 HTTP_500']])
  })
})
