import type { RateLimiterEvent } from 'async-patterns'
import {
  allOf,
  CostTooHighError,
  RateLimitedError,
  SlidingWindowLimiter,
  SpacedLimiter,
  TokenBucketLimiter,
} from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'

describe('what is told', () => {
  test('of a wait that is too long: message, numbers and event', async () => {
    const clock = new ManualClock()
    const limiter = new TokenBucketLimiter({ ratePerSecond: 10, burst: 2, clock })
    const events: RateLimiterEvent[] = []
    limiter.subscribe(event => events.push(event))
    expect(limiter.tryAcquire({ cost: 2 })).toBe(true)
    const waiting = limiter.acquire()
    const error = (await rejectionOf(limiter.acquire({ cost: 2, maxWaitMs: 250 }))) as RateLimitedError
    expect(error).toBeInstanceOf(RateLimitedError)
    expect(String(error)).toBe(
      'RateLimitedError: token-bucket-limiter: a wait of 300 ms for cost 2 behind 1 others, allowed 250 ms',
    )
    expect(error).toMatchObject({ code: 'ACQUIRE_TIMEOUT', retryAfterMs: 300, timeoutMs: 250 })
    expect(error.explain()).toEqual({ cost: 2, waitMs: 300, timeoutMs: 250, waiting: 1 })
    expect(events).toEqual([
      { type: 'wait', cost: 1, waitMs: 100, waiting: 0 },
      { type: 'reject', error },
    ])
    await clock.run(waiting)
    expect(limiter.tryAcquire()).toBe(false)
    expect(limiter.metrics()).toEqual({ acquired: 2, rejected: 2, aborted: 0, waiting: 0 })
  })

  test('of a wait whose end is not known', async () => {
    const clock = new ManualClock()
    const limiter = new SpacedLimiter({ maxRequests: 1, windowMs: 100, clock })
    using departure = await limiter.acquireDeparture()
    const waiting = rejectionOf(limiter.acquire({ maxWaitMs: 500 }))
    await clock.advance(500)
    const error = (await waiting) as RateLimitedError
    expect(error.message).toBe('spaced-limiter: an unknown wait for cost 1 behind 0 others, allowed 500 ms')
    expect(error.retryAfterMs).toBeUndefined()
    expect(departure.grantedAt).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  test('of a cost that can never be taken', async () => {
    const limiter = new SlidingWindowLimiter({ maxRequests: 3 })
    const error = (await rejectionOf(limiter.acquire({ cost: 4 }))) as CostTooHighError
    expect(String(error)).toBe(
      'CostTooHighError: sliding-window-limiter: a cost of 4 can never be taken; allowed is at most 3',
    )
    expect(error).toMatchObject({ code: 'COST_TOO_HIGH', cost: 4, maxCost: 3 })
    expect(() => limiter.tryAcquire({ cost: 4 })).toThrow(CostTooHighError)
    expect(() => limiter.tryAcquire({ cost: 0 })).toThrow('SlidingWindowLimiter.cost is 0')
    expect(limiter.tryAcquire({ cost: 3 })).toBe(true)
  })

  test('of blocks, changes of rate and aborts', async () => {
    const clock = new ManualClock()
    const limiter = new TokenBucketLimiter({ clock })
    const events: RateLimiterEvent[] = []
    const subscription = limiter.subscribe(event => events.push(event))
    limiter.blockUntil(300)
    limiter.setRate(5)
    expect(events).toEqual([{ type: 'block', untilMs: 300 }, { type: 'rate-change' }])
    const controller = new AbortController()
    const waiting = rejectionOf(limiter.acquire(undefined, { signal: controller.signal }))
    expect(limiter.metrics().waiting).toBe(1)
    expect(events.at(-1)).toMatchObject({ type: 'wait', waitMs: 300 })
    controller.abort(new Error('given up'))
    expect(String(await waiting)).toBe('Error: given up')
    expect(limiter.metrics()).toEqual({ acquired: 0, rejected: 0, aborted: 1, waiting: 0 })
    expect(clock.pendingTimers).toBe(0)
    subscription[Symbol.dispose]()
    limiter.setRate(6)
    expect(events).toHaveLength(3)
  })

  test('of the settings, the present ones', () => {
    const bucket = new TokenBucketLimiter()
    expect(bucket.describe()).toEqual({
      pattern: 'token-bucket-limiter',
      role: 'rate',
      options: { ratePerSecond: 10, burst: 20 },
      waitMs: Infinity,
    })
    bucket.setRate(4, 8)
    expect(bucket.describe().options).toEqual({ ratePerSecond: 4, burst: 8 })
    const spaced = new SpacedLimiter()
    expect(spaced.describe().options).toEqual({ maxRequests: 5, windowMs: 1_000 })
    spaced.setRate(6)
    expect(spaced.describe().options).toEqual({ maxRequests: 6, windowMs: 1_000 })
    spaced.setRate(7, 70)
    expect(spaced.describe().options).toEqual({ maxRequests: 7, windowMs: 70 })
    for (const kind of ['exact', 'counter'] as const) {
      const sliding = new SlidingWindowLimiter({ kind })
      expect(sliding.describe().options).toEqual({ maxRequests: 100, windowMs: 60_000 })
      sliding.setRate(7)
      expect(sliding.describe().options).toEqual({ maxRequests: 7, windowMs: 60_000 })
      sliding.setRate(8, 80)
      expect(sliding.describe().options).toEqual({ maxRequests: 8, windowMs: 80 })
    }
    expect(allOf(bucket, spaced).describe()).toMatchObject({
      pattern: 'joint-rate-limiter',
      options: { maxCost: 7 },
    })
  })
})

describe('a token bucket', () => {
  test('shows its tokens, parts of one included, never more than the burst', async () => {
    const clock = new ManualClock()
    const limiter = new TokenBucketLimiter({ ratePerSecond: 10, burst: 4, clock })
    expect(limiter.tokens).toBe(4)
    limiter.tryAcquire({ cost: 3 })
    expect(limiter.tokens).toBe(1)
    await clock.advance(50)
    expect(limiter.tokens).toBe(1.5)
    await clock.advance(5_000)
    expect(limiter.tokens).toBe(4)
  })

  test('keeps its tokens when the rate changes, up to the new burst', async () => {
    const clock = new ManualClock()
    const limiter = new TokenBucketLimiter({ ratePerSecond: 10, burst: 10, clock })
    limiter.tryAcquire({ cost: 4 })
    limiter.setRate(100)
    expect(limiter.tokens).toBeCloseTo(6)
    limiter.setRate(1, 3)
    expect(limiter.tokens).toBeCloseTo(3)
    limiter.tryAcquire({ cost: 3 })
    limiter.setRate(2, 50)
    expect(limiter.tokens).toBeCloseTo(0)
    await clock.advance(1_000)
    expect(limiter.tokens).toBeCloseTo(2)
  })
})

describe('idle', () => {
  test.each([
    ['token bucket', () => new ManualClock(), 100],
    ['spaced', () => new ManualClock(), 1_000],
    ['sliding', () => new ManualClock(), 1_000],
    ['counter', () => new ManualClock(), 1_100],
  ])('%s: as long as what was taken matters, and a block holds', async (name, makeClock, idleAfterMs) => {
    const clock = makeClock()
    const limiter =
      name === 'token bucket'
        ? new TokenBucketLimiter({ ratePerSecond: 10, burst: 3, clock })
        : name === 'spaced'
          ? new SpacedLimiter({ clock })
          : new SlidingWindowLimiter({
              maxRequests: 3,
              windowMs: 1_000,
              kind: name === 'counter' ? 'counter' : 'exact',
              slices: 10,
              clock,
            })
    expect(limiter.idle).toBe(true)
    limiter.tryAcquire()
    expect(limiter.idle).toBe(false)
    await clock.advance(idleAfterMs - 1)
    expect(limiter.idle).toBe(false)
    await clock.advance(1)
    expect(limiter.idle).toBe(true)
    limiter.blockUntil(clock.now() + 5)
    expect(limiter.idle).toBe(false)
    limiter.blockUntil(clock.now() + 1) // shortens nothing
    await clock.advance(4)
    expect(limiter.idle).toBe(false)
    await clock.advance(1)
    expect(limiter.idle).toBe(true)
  })
})

describe('a departure', () => {
  test('is said once: what comes after has no effect', async () => {
    const clock = new ManualClock()
    const limiter = new SpacedLimiter({ maxRequests: 2, windowMs: 1_000, clock })
    const first = await limiter.acquireDeparture()
    expect(limiter.idle).toBe(false)
    await clock.advance(100)
    first.sent()
    first.sent(50)
    first.cancel()
    const times: number[] = []
    const calls = [1, 2].map(() => limiter.execute(() => times.push(clock.now())))
    await clock.run(Promise.all(calls))
    expect(times).toEqual([500, 1_100])
  })

  test('is held between its grant and now', async () => {
    for (const [said, next] of [
      [-500, 1_000],
      [300, 1_200],
      [9_000, 1_200],
    ] as const) {
      const clock = new ManualClock()
      const limiter = new SpacedLimiter({ maxRequests: 1, windowMs: 1_000, clock })
      const departure = await limiter.acquireDeparture()
      await clock.advance(200)
      departure.sent(said)
      await clock.run(limiter.acquire())
      expect(clock.now()).toBe(next)
    }
  })

  test('that is cancelled costs neither place nor schedule', async () => {
    const clock = new ManualClock()
    const limiter = new SpacedLimiter({ maxRequests: 2, windowMs: 1_000, clock })
    {
      using cancelled = await limiter.acquireDeparture()
      expect(cancelled.grantedAt).toBe(0)
    }
    expect(limiter.tryAcquire()).toBe(true)
    expect(limiter.tryAcquire()).toBe(false)
  })
})

describe('options are refused by their full name', () => {
  test.each([
    [() => new TokenBucketLimiter({ ratePerSecond: 0 }), 'TokenBucketLimiter.ratePerSecond is 0'],
    [() => new TokenBucketLimiter({ burst: 0.5 }), 'TokenBucketLimiter.burst is 0.5'],
    [() => new TokenBucketLimiter().setRate(-1), 'TokenBucketLimiter.ratePerSecond is -1'],
    [() => new SlidingWindowLimiter({ maxRequests: 0 }), 'SlidingWindowLimiter.maxRequests is 0'],
    [() => new SlidingWindowLimiter({ windowMs: 0 }), 'SlidingWindowLimiter.windowMs is 0'],
    [() => new SlidingWindowLimiter({ kind: 'log' as never }), 'SlidingWindowLimiter.kind is "log"'],
    [() => new SlidingWindowLimiter({ slices: 0 }), 'SlidingWindowLimiter.slices is 0'],
    [() => new SlidingWindowLimiter().setRate(0), 'SlidingWindowLimiter.maxRequests is 0'],
    [() => new SpacedLimiter({ maxRequests: 0.5 }), 'SpacedLimiter.maxRequests is 0.5'],
    [() => new SpacedLimiter({ windowMs: 0 }), 'SpacedLimiter.windowMs is 0'],
    [() => new SpacedLimiter().setRate(5, 0), 'SpacedLimiter.windowMs is 0'],
    [() => new SpacedLimiter().blockUntil(Number.NaN), 'SpacedLimiter.blockUntil.untilMs is NaN'],
    [() => allOf(new SpacedLimiter()).tryAcquire({ cost: 0 }), 'JointRateLimiter.cost is 0'],
    [() => allOf(), 'allOf is given no limiter; allowed is one or more'],
  ])('%#', (make, message) => {
    expect(make).toThrow(message)
  })

  test('maxWaitMs too', async () => {
    const limiter = new SpacedLimiter()
    await expect(limiter.acquire({ maxWaitMs: -1 })).rejects.toThrow('SpacedLimiter.acquire.maxWaitMs is -1')
    await expect(limiter.acquire({ maxWaitMs: Infinity })).resolves.toBeUndefined()
    await expect(limiter.acquire({ maxWaitMs: 0 })).rejects.toThrow(RateLimitedError)
  })
})
