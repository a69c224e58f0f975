import type { BreakerTransitionEvent, Within } from 'async-patterns'
import { BreakerOpenError, RetryExhaustedError } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import type { StreamHealth } from '../../../src/acquisition/fetch/stream-health.js'
import { EmbeddedHealth } from '../../../src/acquisition/fetch/stream-health.js'
import type { StreamLimits } from '../../../src/acquisition/fetch/stream-limits.js'
import type { Authorizer } from '../../../src/acquisition/fetch/auth/authorizer.js'
import type { ResponseRule } from '../../../src/acquisition/fetch/response-rules.js'
import { defaultRules, ResponseRules } from '../../../src/acquisition/fetch/response-rules.js'
import type { FetchedPage, FetcherParts } from '../../../src/acquisition/fetch/fetcher.js'
import type { DepartureLimiter } from '../../../src/acquisition/fetch/endpoint-limiter.js'
import { EmbeddedLimits } from '../../../src/acquisition/fetch/endpoint-limiter.js'
import { Fetcher } from '../../../src/acquisition/fetch/fetcher.js'
import type { NormalisedPage, PageReading } from '../../../src/acquisition/records/normalised-page.js'
import { PageInvalidError } from '../../../src/acquisition/records/page-invalid-error.js'
import { MemoryBudget } from '../../../src/acquisition/fetch/memory-budget.js'
import type { Transport, TransportRequest, TransportResponse } from '../../../src/engines/index.js'
import { TransportError } from '../../../src/engines/index.js'
import { pageOf } from '../../contracts/ledger-contract.js'
import { POLITE } from '../../support/stream-at.js'

/** A status, what the transport fails with, `hang`, or `deaf`: departs late, and ignores the signal. */
type Answer = number | Error | 'hang' | 'deaf' | { status: number; retryAfter: string } | { bytes: number }

const LIMITS: StreamLimits = {
  ...POLITE,
  concurrency: 4,
  timeoutMs: 10_000,
  maxPageBytes: 1_000,
  maxRecordsPerPage: 1_000,
  pageTimeMs: 1_000,
  retry: { maxAttempts: 4, baseDelayMs: 500, maxDelayMs: 30_000, jitter: 'none' },
  breaker: { failureThreshold: 3, openStateDurationMs: 5_000 },
  giveUpAfterMs: 30_000,
}

const EMPTY: NormalisedPage = {
  recordCount: 0,
  records: [],
  rejects: [],
  warnings: 0,
  redactions: 0,
  paging: {},
  fingerprint: '',
}

const readingOf = (page: NormalisedPage): PageReading => ({ ok: true, page, observed: {} })

describe('Fetcher', () => {
  let clock: ManualClock
  let limiter: DepartureLimiter
  let state: BreakerTransitionEvent['to']
  let health: StreamHealth
  let memory: MemoryBudget
  let answers: Answer[]
  let departures: { at: number; attempt: number }[]
  let failures: string[]
  let newConnections: boolean[]
  let throttles: { waitMs: number; askedBy: string }[]
  let normalise: () => Promise<NormalisedPage>

  const transport: Transport = {
    async send(request: TransportRequest, within?: Within): Promise<TransportResponse> {
      const answer = answers.shift() ?? 200
      if (answer === 'deaf') {
        await clock.sleep(1_000)
        request.onDeparture?.()
        throw new TransportError('ECONNRESET', 'late')
      }
      await clock.sleep(3, within)
      request.onDeparture?.()
      newConnections.push(request.newConnection === true)
      if (answer === 'hang') await clock.sleep(1e9, within)
      if (answer instanceof Error) throw answer
      if (typeof answer === 'object' && 'bytes' in answer) return sized(request, answer.bytes)
      const { status, retryAfter } =
        typeof answer === 'object' ? answer : { status: Number(answer), retryAfter: '' }
      const headers: Record<string, string> = retryAfter === '' ? {} : { 'retry-after': retryAfter }
      return { statusCode: status, headers, body: new Uint8Array(100), bytes: 100, url: request.url }
    },
    close: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }

  /**
   * As a transport does: a body that outgrows its room asks for more, and is given up where there is none.
   */
  const sized = (request: TransportRequest, bytes: number): TransportResponse => {
    const room = request.bodyRoom
    if (room !== undefined && bytes > room.bytes && !room.grow(bytes))
      throw new TransportError('NO_ROOM', 'no room')
    return { statusCode: 200, headers: {}, body: new Uint8Array(bytes), bytes, url: request.url }
  }

  const fetcherWith = (limits: Partial<StreamLimits> = {}, parts: Partial<FetcherParts> = {}): Fetcher => {
    const stream = { name: 'a', limits: { ...LIMITS, ...limits } }
    state = 'closed'
    health = new EmbeddedHealth(clock).healthOf([stream], ({ to }) => (state = to)).get('a') as StreamHealth
    return new Fetcher({
      limits: stream.limits,
      redirects: 'none',
      requestOf: page => ({ url: `http://a.test/?page=${page.ordinal}` }),
      authorizer: { authorize: async request => request },
      rules: new ResponseRules(defaultRules()),
      transport,
      limiter,
      health,
      memory,
      clock,
      normaliser: { read: async () => readingOf(await normalise()) },
      observer: {
        departed: (_page, attempt, at) => departures.push({ at, attempt }),
        attemptFailed: (_page, attempt, code) => failures.push(`${attempt} ${code}`),
        quiet: (_page, waitMs, askedBy) => throttles.push({ waitMs, askedBy }),
      },
      ...parts,
    })
  }

  const limiterAt = (ratePerSecond: number, pacing: StreamLimits['pacing'] = 'window'): DepartureLimiter =>
    new EmbeddedLimits(clock).limiterOf({ ...POLITE, endpoint: 'a', ratePerSecond, pacing })

  const quietFor = (waitMs: number): boolean =>
    limiter.keepQuiet({ until: clock.now() + waitMs, askedBy: 'a test' })

  const fetch = (fetcher: Fetcher, tries = 0, signal?: AbortSignal): Promise<FetchedPage> =>
    clock.run(fetcher.fetch(pageOf('a', 1, { tries }), { signal }))

  beforeEach(() => {
    clock = new ManualClock()
    limiter = limiterAt(5)
    memory = new MemoryBudget(1_000_000, 4)
    answers = []
    departures = []
    failures = []
    newConnections = []
    throttles = []
    normalise = async () => EMPTY
  })

  test('waits 0.5, 1 and 2 seconds between four attempts, and then gives up', async () => {
    answers = [500, new TransportError('ECONNRESET', 'reset'), 503, 502]
    const fetched = fetch(fetcherWith({ breaker: { failureThreshold: 10, openStateDurationMs: 5_000 } }))
    await expect(fetched).rejects.toThrow(RetryExhaustedError)
    expect(failures).toEqual(['1 HTTP_500', '2 ECONNRESET', '3 HTTP_503', '4 HTTP_502'])
    const gaps = departures.slice(1).map(({ at }, index) => at - (departures[index]?.at ?? 0) - 3)
    expect(gaps).toEqual([500, 1_000, 2_000])
    expect(memory.bytesInUse).toBe(0)
  })

  const stale = () => new TransportError('ECONNRESET', 'reset', { isStale: true })

  test('N-18 what met a stale connection departs again, on a new one, and has spent no try', async () => {
    answers = [stale(), 500, stale(), 200]
    await fetch(
      fetcherWith({
        retry: { ...LIMITS.retry, maxAttempts: 2 },
        breaker: { ...LIMITS.breaker, failureThreshold: 2 },
      }),
    )
    expect(departures.map(({ attempt }) => attempt)).toEqual([1, 1, 2, 2])
    const gaps = departures.slice(1).map(({ at }, index) => at - (departures[index]?.at ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(200)
    expect(newConnections).toEqual([false, true, false, true])
    expect(failures).toEqual(['1 HTTP_500'])
    expect(memory.bytesInUse).toBeGreaterThan(0)
  })

  test('N-18 once for each attempt: what fails on the new connection too has failed', async () => {
    answers = [stale(), stale(), stale(), new TransportError('ECONNREFUSED', 'no')]
    const fetched = fetch(fetcherWith({ retry: { ...LIMITS.retry, maxAttempts: 2 } }))
    await expect(fetched).rejects.toThrow(RetryExhaustedError)
    expect(failures).toEqual(['1 ECONNRESET', '2 ECONNREFUSED'])
  })

  test('goes on with the tries and waits that a page had left before a restart', async () => {
    answers = [500, 500]
    await expect(fetch(fetcherWith(), 2)).rejects.toThrow(RetryExhaustedError)
    expect(departures.map(({ attempt }) => attempt)).toEqual([3, 4])
    expect((departures[1]?.at ?? 0) - (departures[0]?.at ?? 0) - 3).toBe(2_000)
  })

  test('P-B10 spends no try on an open breaker: the rejection passes through at once', async () => {
    const fetcher = fetcherWith()
    answers = [500, 500, 500]
    await expect(fetch(fetcher)).rejects.toThrow(BreakerOpenError)
    expect(failures).toEqual(['1 HTTP_500', '2 HTTP_500', '3 HTTP_500'])
    expect(state).toBe('open')
    const before = departures.length
    await expect(fetch(fetcher, 3)).rejects.toThrow(BreakerOpenError)
    expect(departures).toHaveLength(before)
    await clock.advance(5_000)
    await fetch(fetcher, 3)
    expect(departures.at(-1)?.attempt).toBe(4)
    expect(state).toBe('closed')
  })

  test('A-9 429 blocks the limiter until Retry-After and does not trip the breaker', async () => {
    const busy = { status: 429, retryAfter: '7' }
    answers = [busy, busy, busy]
    const fetcher = fetcherWith()
    const other = fetcher.fetch(pageOf('a', 2), {})
    await fetch(fetcher)
    await clock.run(other)
    expect(throttles[0]).toEqual({ waitMs: 7_000, askedBy: '429 of page 2 of a (retry-after)' })
    expect(state).toBe('closed')
    const gaps = departures.slice(2).map(({ at }, index) => at - (departures[index]?.at ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(6_800)
  })

  test('takes 503 for a request to wait when it says how long, and for a failure when it does not', async () => {
    const fetcher = fetcherWith({ breaker: { failureThreshold: 1, openStateDurationMs: 5_000 } })
    answers = [{ status: 503, retryAfter: '2' }]
    await fetch(fetcher)
    expect(state).toBe('closed')
    answers = [503]
    await expect(fetch(fetcher)).rejects.toThrow(BreakerOpenError)
  })

  test.each([400, 401, 403, 404, 410, 301])(
    'does not try %i again, nor hold it against the remote',
    async status => {
      answers = [status]
      const fetcher = fetcherWith({ breaker: { failureThreshold: 1, openStateDurationMs: 5_000 } })
      await expect(fetch(fetcher)).rejects.toMatchObject({ code: `HTTP_${status}` })
      expect(departures).toHaveLength(1)
      expect(state).toBe('closed')
    },
  )

  test.each([408, 425, 429, 500, 599])('tries %i again', async status => {
    answers = [status]
    await fetch(fetcherWith())
    expect(departures).toHaveLength(2)
  })

  test('tries a page again that cannot be read, and tells the breaker', async () => {
    normalise = async () => {
      throw new PageInvalidError('TRUNCATED_JSON', 'cut')
    }
    await expect(fetch(fetcherWith())).rejects.toThrow(BreakerOpenError)
    expect(failures).toEqual(['1 TRUNCATED_JSON', '2 TRUNCATED_JSON', '3 TRUNCATED_JSON'])
    expect(memory.bytesInUse).toBe(0)
  })

  test('P-R5 gives each attempt its own timeout, and the breaker sees it', async () => {
    answers = ['hang', 'hang']
    await fetch(fetcherWith({ timeoutMs: 100 }))
    expect(failures).toEqual(['1 TIMEOUT', '2 TIMEOUT'])
    expect(departures).toHaveLength(3)
  })

  test('A-4 a request that was given up but still runs keeps its place until it has settled: it may depart yet', async () => {
    limiter = limiterAt(10, 'even')
    const fetcher = fetcherWith({ timeoutMs: 50 })
    answers = ['deaf']
    await fetch(fetcher)
    expect(failures).toEqual(['1 TIMEOUT'])
    expect(departures.map(({ attempt }) => attempt)).toEqual([1, 2])
    // The deaf one departed at 1,000 ms, long after it had timed out; the next had its turn a window later.
    expect(departures[0]?.at).toBe(1_000)
    expect(departures[1]?.at).toBeGreaterThanOrEqual(1_100)
  })

  test('A-8 takes memory for what departs, not for what waits for the limiter', async () => {
    const fetcher = fetcherWith()
    quietFor(60_000)
    const fetched = fetcher.fetch(pageOf('a', 1), {})
    await clock.advance(59_000)
    expect(memory.bytesInUse).toBe(0)
    const { reservation } = await clock.run(fetched)
    expect(memory.bytesInUse).toBe(100)
    reservation.release()
    expect(memory.bytesInUse).toBe(0)
  })

  describe('A-8 a first page that is far heavier than was guessed', () => {
    const heavy = { bytes: 400_000 }
    const limits = { maxPageBytes: 400_000 }

    test('A-8 takes more room where there is some', async () => {
      answers = [heavy]
      const { reservation } = await fetch(fetcherWith(limits))
      expect(memory.bytesInUse).toBe(400_000)
      reservation.release()
      expect(memory.bytesInUse).toBe(0)
    })

    test('A-8 is given up where there is none, and fetched again when there is: no try is spent, nothing has failed', async () => {
      const all = memory.tryReserve('other')
      all?.grow(500_000)
      answers = [heavy, heavy]
      const fetched = fetcherWith(limits).fetch(pageOf('a', 1), {})
      await clock.advance(60_000)
      expect(departures).toHaveLength(1)
      expect(memory.bytesInUse).toBe(500_000)
      all?.release()
      const { reservation } = await clock.run(fetched)
      expect(departures.map(({ attempt }) => attempt)).toEqual([1, 1])
      expect([failures, state]).toEqual([[], 'closed'])
      reservation.release()
      expect(memory.bytesInUse).toBe(0)
    })

    test('A-8 is not fetched again and again by a server whose page grows each time', async () => {
      const fetcher = fetcherWith({ maxPageBytes: 1_000_000 })
      const all = memory.tryReserve('other')
      all?.grow(500_000)
      answers = [300_000, 400_000, 999_000].map(bytes => ({ bytes }))
      const fetched = fetcher.fetch(pageOf('a', 1), {})
      await clock.advance(1_000)
      all?.release()
      const { bytes, reservation } = await clock.run(fetched)
      expect([bytes, departures.length]).toEqual([400_000, 2])
      reservation.release()
      expect(memory.bytesInUse).toBe(0)
    })
  })

  /** A page of a stream whose pages are heavy, and the place that holds all the memory it waits for. */
  async function waitingForMemory(fetcher: Fetcher) {
    const heavy = memory.tryReserve('a')
    if (heavy === undefined) throw new Error('no memory')
    memory.weigh('a', heavy, 2_000_000)
    heavy.release()
    const all = await memory.reserve('a', {})
    const fetched = fetcher.fetch(pageOf('a', 1), {})
    await clock.advance(1_000)
    return { all, fetched }
  }

  test('A-9 a page that waited for memory while the server asked for quiet does not depart in the quiet', async () => {
    const fetcher = fetcherWith()
    const { all, fetched } = await waitingForMemory(fetcher)
    quietFor(7_000)
    all.release()
    await clock.advance(6_999)
    expect(departures).toEqual([])
    const { reservation } = await clock.run(fetched)
    expect(departures).toHaveLength(1)
    reservation.release()
    expect(memory.bytesInUse).toBe(0)
  })

  test('A-5 a page that has got its memory keeps it from no other stream while its own server asks for quiet', async () => {
    const fetcher = fetcherWith()
    const { all, fetched } = await waitingForMemory(fetcher)
    // As a 429 comes in: the memory of the page that met it is free before the limiter knows.
    all.release()
    await Promise.resolve()
    quietFor(60_000)
    await clock.advance(1_000)
    expect(memory.bytesInUse).toBe(0)
    const other = await memory.reserve('a', {})
    await clock.advance(60_000)
    expect(departures).toEqual([])
    other.release()
    const { reservation } = await clock.run(fetched)
    expect(departures).toHaveLength(1)
    reservation.release()
    expect(memory.bytesInUse).toBe(0)
  })

  test("ends at once with the caller's reason, counting nothing", async () => {
    answers = ['hang']
    const stop = new AbortController()
    const fetcher = fetcherWith()
    const fetched = fetcher.fetch(pageOf('a', 1), { signal: stop.signal })
    await clock.advance(50)
    const reason = new Error('enough')
    stop.abort(reason)
    await expect(fetched).rejects.toBe(reason)
    expect(failures).toEqual([])
    expect(memory.bytesInUse).toBe(0)
    expect(state).toBe('closed')
  })

  test('A-4 departs by the limit, counted at the moment the head is written', async () => {
    const fetcher = fetcherWith()
    const pages = Array.from({ length: 25 }, (_, index) => fetcher.fetch(pageOf('a', index + 1), {}))
    await clock.run(Promise.all(pages))
    const at = departures.map(departure => departure.at)
    for (const [index, moment] of at.slice(5).entries()) {
      expect(moment - (at[index] ?? 0)).toBeGreaterThanOrEqual(1_000)
    }
    expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeLessThanOrEqual((24 / 5) * 1_000 * 1.01)
  })

  describe('rules of a stream', () => {
    const rules = (...own: ResponseRule[]) => new ResponseRules([...own, ...defaultRules()])

    test('skip is a page without records, end the last one', async () => {
      answers = [204, 410]
      const fetcher = fetcherWith(
        {},
        {
          rules: rules({ statuses: [[204, 204]], action: 'skip' }, { statuses: [[410, 410]], action: 'end' }),
        },
      )
      const skipped = await fetch(fetcher)
      expect(skipped.content).toMatchObject({ recordCount: 0, paging: {} })
      const last = await fetch(fetcher)
      expect(last.content).toMatchObject({ recordCount: 0, paging: { end: true } })
      expect([departures.length, failures]).toEqual([2, []])
    })

    test.each([
      ['again', [401, 200], ['1 HTTP_401'], 2],
      ['final', [401, 200], ['1 HTTP_401'], 1],
    ] as const)('refreshAuth asks the authorizer: %s', async (answer, given, failed, requests) => {
      answers = [...given]
      const refused: number[] = []
      const authorizer: Authorizer = {
        authorize: async request => ({ ...request, headers: { authorization: `Bearer ${refused.length}` } }),
        refused: async (_sent, response) => {
          refused.push(response.statusCode)
          return answer
        },
      }
      const fetched = fetch(fetcherWith({}, { authorizer }))
      if (answer === 'again') (await fetched).reservation.release()
      else await expect(fetched).rejects.toMatchObject({ code: 'HTTP_401', action: 'fail' })
      expect([refused, failures, departures.length]).toEqual([[401], failed, requests])
      expect(state).toBe('closed')
      expect(memory.bytesInUse).toBe(0)
    })
  })

  test('credentials are renewed once for a page, whatever the authorizer says', async () => {
    answers = [401, 503, 401, 200]
    const authorizer: Authorizer = { authorize: async request => request, refused: async () => 'again' }
    await expect(fetch(fetcherWith({}, { authorizer }))).rejects.toMatchObject({
      code: 'HTTP_401',
      action: 'fail',
    })
    expect(failures).toEqual(['1 HTTP_401', '2 HTTP_503', '3 HTTP_401'])
  })

  test('the authorizer is told of the requests whose answers were taken, as it has made them', async () => {
    answers = [503, 200]
    const told: [string, unknown][] = []
    let made = 0
    const authorizer: Authorizer = {
      authorize: async request => {
        made += 1
        return { ...request, url: `${request.url}&key=${made}` }
      },
      accepted: ({ url }) => told.push(['accepted', url]),
    }
    const fetched = await fetch(fetcherWith({}, { authorizer }))
    expect(told).toEqual([['accepted', 'http://a.test/?page=1&key=2']])
    expect(fetched.url).toBe('http://a.test/?page=1')
    fetched.reservation.release()
  })

  test('holds memory from the request until the page is committed, by its true weight', async () => {
    const fetched = await fetch(fetcherWith())
    expect(memory.bytesInUse).toBe(100)
    fetched.reservation.release()
    expect(memory.bytesInUse).toBe(0)
  })

  test('has failed when the breaker has not closed for giveUpAfterMs, however often it was half-open', async () => {
    const fetcher = fetcherWith({
      giveUpAfterMs: 12_000,
      retry: { ...LIMITS.retry, maxAttempts: 1_000 },
    })
    answers = Array.from({ length: 100 }, () => 500)
    for (;;) {
      const error = await fetch(fetcher).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(BreakerOpenError)
      if (health.hasFailed) break
      await clock.advance(health.pauseMs(error as BreakerOpenError))
    }
    expect(clock.now()).toBeGreaterThanOrEqual(12_000)
    expect(clock.now()).toBeLessThan(16_000)
    expect(failures.length).toBeGreaterThan(4)
  })
})
