import type { Limit, LimitSample } from 'async-patterns'
import { AdaptiveLimiter, AimdLimit, Gradient2Limit, TimeoutError, VegasLimit } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const BOUNDS = { initialLimit: 20, minLimit: 4, maxLimit: 60 }
const LIMITS = [
  ['AimdLimit', () => new AimdLimit(BOUNDS)],
  ['VegasLimit', () => new VegasLimit(BOUNDS)],
  ['Gradient2Limit', () => new Gradient2Limit(BOUNDS)],
] as const

describe.each(LIMITS)('%s', (_, make) => {
  const feed = (
    limit: Limit,
    times: number,
    sample: { rttMs: number; inFlight?: number; dropped?: boolean },
  ) => {
    for (let call = 0; call < times; call++) {
      limit.update({ inFlight: Math.floor(limit.limit), dropped: false, ...sample })
    }
  }

  test('stays between floor and ceiling, whatever it is told', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            rttMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
            inFlight: fc.integer({ min: 1, max: 100 }),
            dropped: fc.boolean(),
          }),
          { maxLength: 200 },
        ),
        samples => {
          const limit = make()
          for (const sample of samples) {
            expect(limit.update(sample)).toBe(limit.limit)
            expect(limit.limit).toBeGreaterThanOrEqual(BOUNDS.minLimit)
            expect(limit.limit).toBeLessThanOrEqual(BOUNDS.maxLimit)
          }
        },
      ),
    )
  })

  test('grows to the ceiling while the remote is fast and the permits are all used', () => {
    const limit = make()
    feed(limit, 500, { rttMs: 10 })
    expect(limit.limit).toBe(BOUNDS.maxLimit)
  })

  test('does not grow while the caller is the limit', () => {
    const limit = make()
    feed(limit, 500, { rttMs: 10, inFlight: 5 })
    expect(limit.limit).toBe(BOUNDS.initialLimit)
  })

  test('shrinks to the floor on drops, and comes back afterwards', () => {
    const limit = make()
    feed(limit, 200, { rttMs: 10 })
    feed(limit, 200, { rttMs: 1_000, dropped: true })
    expect(limit.limit).toBe(BOUNDS.minLimit)
    feed(limit, 500, { rttMs: 10 })
    expect(limit.limit).toBe(BOUNDS.maxLimit)
  })
})

test.each([
  ['VegasLimit', () => new VegasLimit({ initialLimit: 50 })],
  ['Gradient2Limit', () => new Gradient2Limit({ initialLimit: 50 })],
] as const)('%s shrinks when latency rises', (_, make) => {
  const limit = make()
  for (let call = 0; call < 100; call++) limit.update({ rttMs: 10, inFlight: 40, dropped: false })
  const before = limit.limit
  for (let call = 0; call < 100; call++) limit.update({ rttMs: 100, inFlight: 200, dropped: false })
  expect(limit.limit).toBeLessThan(before * 0.8)
})

test('AIMD takes a call over its timeout for a drop', () => {
  const limit = new AimdLimit({ timeoutMs: 100 })
  expect(limit.update({ rttMs: 101, inFlight: 20, dropped: false })).toBe(18)
  expect(limit.update({ rttMs: 100, inFlight: 20, dropped: false })).toBe(19)
})

test('Vegas measures the least latency again, so that a remote that has become slower for good is accepted', () => {
  const limit = new VegasLimit({ initialLimit: 10, probeMultiplier: 2 })
  limit.update({ rttMs: 1, inFlight: 10, dropped: false })
  for (let call = 0; call < 2_000; call++) limit.update({ rttMs: 10, inFlight: 100, dropped: false })
  expect(limit.limit).toBeGreaterThan(50)
})

/** A remote that serves so many at once; what comes on top waits there. */
function remote(clock: ManualClock, places: number, serviceMs: number) {
  let freeAt: number[] = Array.from({ length: places }, () => 0)
  return () => {
    freeAt = freeAt.sort((a, b) => a - b)
    const startsAt = Math.max(clock.now(), freeAt[0] ?? 0)
    freeAt[0] = startsAt + serviceMs
    return clock.sleep(startsAt + serviceMs - clock.now())
  }
}

test.each([
  ['Vegas', 40, 80, () => new VegasLimit({ initialLimit: 5, maxLimit: 1_000 })],
  // It compares with its own long average, so it takes a queue that builds up slowly for the remote's nature.
  ['Gradient2', 40, 200, () => new Gradient2Limit({ initialLimit: 5, maxLimit: 1_000 })],
] as const)('%s settles between %d and %d at a remote of 40 places', async (_, low, high, make) => {
  const clock = new ManualClock()
  const limiter = new AdaptiveLimiter({ limit: make(), clock, windowMs: 20, acquireTimeoutMs: 1e9 })
  const call = remote(clock, 40, 10)
  const settledLimits: number[] = []
  const callers = Array.from({ length: 400 }, async () => {
    for (let round = 0; round < 100; round++) {
      await limiter.execute(call)
      if (round >= 50) settledLimits.push(limiter.limit)
    }
  })
  await clock.run(Promise.all(callers))
  const mean = settledLimits.reduce((sum, limit) => sum + limit, 0) / settledLimits.length
  expect(limiter.metrics()).toMatchObject({ inFlight: 0, waiting: 0 })
  expect(limiter.idle).toBe(true)
  expect(mean).toBeGreaterThanOrEqual(low)
  expect(mean).toBeLessThanOrEqual(high)
})

test('a timeout is a drop, another error says nothing, and a change of the limit is an event', async () => {
  const clock = new ManualClock()
  const limiter = new AdaptiveLimiter({ limit: new AimdLimit({ initialLimit: 10 }), windowMs: 0, clock })
  const changes: unknown[] = []
  using _ = limiter.subscribe(event => changes.push(event))
  await limiter.execute(() => Promise.reject(new Error('404'))).catch(() => undefined)
  expect(limiter.limit).toBe(10)
  const timesOut = () => Promise.reject(new TimeoutError('slow', 1))
  for (let call = 0; call < 10; call++) await expect(limiter.execute(timesOut)).rejects.toThrow('slow')
  expect(limiter.limit).toBe(9)
  expect(changes).toEqual([{ type: 'limit-changed', from: 10, to: 9 }])
})

test('never more calls run at once than the limit allows', async () => {
  const clock = new ManualClock()
  const limit = new AimdLimit({ initialLimit: 3, maxLimit: 8 })
  const limiter = new AdaptiveLimiter({ limit, windowMs: 10, clock })
  let running = 0
  const calls = Array.from({ length: 200 }, () =>
    limiter.execute(async () => {
      running += 1
      expect(running).toBeLessThanOrEqual(limiter.limit)
      await clock.sleep(10)
      running -= 1
    }),
  )
  await clock.run(Promise.all(calls))
  expect(limiter.limit).toBe(8)
})

test('a limit of your own that says less than 1 still lets one call through', async () => {
  const limiter = new AdaptiveLimiter({ limit: { limit: 0.2, update: () => 0.2 } })
  expect(limiter.limit).toBe(1)
  expect(await limiter.execute(() => 'fine')).toBe('fine')
})

test('the limit learns once a window, however many calls end in it, and from all of them', async () => {
  const clock = new ManualClock()
  const samples: LimitSample[] = []
  const update = (sample: LimitSample) => samples.push(sample)
  const limiter = new AdaptiveLimiter({ limit: { limit: 50, update }, clock })
  const take = (ms: number) => limiter.execute(() => clock.sleep(ms))
  const dropped = limiter.execute(() => Promise.reject(new TimeoutError('slow', 1))).catch(() => undefined)
  await clock.run(Promise.all([dropped, ...Array.from({ length: 19 }, () => take(20))]))
  expect(samples).toHaveLength(0)
  await clock.run(take(100))
  expect(samples).toEqual([{ rttMs: (19 * 20 + 100) / 21, inFlight: 20, dropped: true }])
})

test('bounds that contradict each other are refused by name', () => {
  expect(() => new AimdLimit({ minLimit: 30 })).toThrow(/AimdLimit\.initialLimit is 20; .* at least 30/)
  expect(() => new VegasLimit({ maxLimit: 0 })).toThrow(/VegasLimit\.maxLimit is 0/)
  expect(() => new Gradient2Limit({ rttTolerance: 0.5 })).toThrow(/Gradient2Limit\.rttTolerance is 0\.5/)
  expect(() => new AimdLimit({ backoffRatio: 1 })).toThrow(/AimdLimit\.backoffRatio is 1/)
})
