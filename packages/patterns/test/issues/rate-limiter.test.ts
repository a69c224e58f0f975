import { allOf, SlidingWindowLimiter, SpacedLimiter, TokenBucketLimiter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

const LIMITERS = [
  ['token bucket', (clock: ManualClock) => new TokenBucketLimiter({ burst: 5, clock })],
  [
    'sliding window',
    (clock: ManualClock) => new SlidingWindowLimiter({ maxRequests: 5, windowMs: 100, clock }),
  ],
  ['spaced', (clock: ManualClock) => new SpacedLimiter({ maxRequests: 5, windowMs: 100, clock })],
] as const

/** Sets how much can be taken at once to 2. */
function lower(limiter: TokenBucketLimiter | SlidingWindowLimiter | SpacedLimiter): void {
  if (limiter instanceof TokenBucketLimiter) limiter.setRate(10, 2)
  else limiter.setRate(2)
}

describe.each(LIMITERS)('rate limiter: %s', (_name, make) => {
  test('a waiter whose cost a change of rate made too high is refused at once, and holds nobody up', async () => {
    const clock = new ManualClock()
    const limiter = make(clock)
    await limiter.acquire({ cost: 5 })
    const heavy = limiter.acquire({ cost: 4 })
    heavy.catch(() => undefined)
    const light = limiter.acquire()
    lower(limiter)
    await expect(heavy).rejects.toMatchObject({ code: 'COST_TOO_HIGH', cost: 4, maxCost: 2 })
    await clock.advance(10_000)
    await light
    expect(limiter.metrics()).toMatchObject({ waiting: 0, rejected: 1 })
    expect(clock.pendingTimers).toBe(0)
  })

  test('the same for one who waits for several limiters', async () => {
    const clock = new ManualClock()
    const limiter = make(clock)
    const joint = allOf(limiter, new TokenBucketLimiter({ burst: 100, clock }))
    await joint.acquire({ cost: 5 })
    const first = joint.acquire({ cost: 4 })
    first.catch(() => undefined)
    const light = joint.acquire()
    const last = joint.acquire({ cost: 3 })
    last.catch(() => undefined)
    lower(limiter)
    await expect(first).rejects.toMatchObject({ code: 'COST_TOO_HIGH' })
    await expect(last).rejects.toMatchObject({ code: 'COST_TOO_HIGH' })
    await clock.advance(10_000)
    await light
    expect(joint.metrics().waiting).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  test('a block until no moment is a mistake that is told, not the end of the limit', () => {
    const limiter = make(new ManualClock())
    expect(() => limiter.blockUntil(Number.NaN)).toThrow(/blockUntil.*NaN/)
    expect(() => limiter.blockUntil(Infinity)).toThrow(RangeError)
  })
})

test('token bucket: a rate whose spacing no number holds is refused, not taken for no limit', () => {
  expect(() => new TokenBucketLimiter({ ratePerSecond: 1e-307 })).toThrow(RangeError)
})

test('spaced limiter: a departure at no moment counts as one now', async () => {
  const clock = new ManualClock()
  const limiter = new SpacedLimiter({ maxRequests: 1, windowMs: 1_000, clock })
  const departure = await limiter.acquireDeparture()
  departure.sent(Number.NaN)
  expect(limiter.tryAcquire()).toBe(false)
  await clock.advance(1_000)
  expect(limiter.tryAcquire()).toBe(true)
})

test('rate limiter: nothing runs for a caller who gave up after the grant', async () => {
  const limiter = new SlidingWindowLimiter({ maxRequests: 1, clock: new ManualClock() })
  await limiter.acquire()
  const controller = new AbortController()
  let hasRun = false
  const call = limiter.execute(() => void (hasRun = true), { signal: controller.signal })
  limiter.setRate(2)
  expect(limiter.metrics().acquired).toBe(2)
  const reason = new Error('given up')
  controller.abort(reason)
  await expect(call).rejects.toBe(reason)
  expect(hasRun).toBe(false)
})

test('rate limiter: nothing runs for a caller whose deadline passed after the grant', async () => {
  const clock = new ManualClock()
  const limiter = new TokenBucketLimiter({ ratePerSecond: 1000, burst: 5, clock })
  limiter.blockUntil(20)
  const blocking = limiter.execute(() => clock.stall(60))
  let hasRun = false
  const late = limiter.execute(() => void (hasRun = true), { deadlineAt: 50 })
  late.catch(() => undefined)
  await clock.advance(20)
  await blocking
  await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', deadlineAt: 50 })
  expect(hasRun).toBe(false)
  expect(limiter.metrics()).toEqual({ acquired: 2, rejected: 1, aborted: 0, waiting: 0 })
})

test('rate limiter: a listener that aborts the call as it begins to wait is heard', async () => {
  const clock = new ManualClock()
  const limiter = new SlidingWindowLimiter({ maxRequests: 1, clock })
  await limiter.acquire()
  const controller = new AbortController()
  const reason = new Error('given up')
  limiter.subscribe(({ type }) => {
    if (type === 'wait') controller.abort(reason)
  })
  await expect(limiter.acquire(undefined, { signal: controller.signal })).rejects.toBe(reason)
  expect(limiter.metrics()).toMatchObject({ aborted: 1, waiting: 0 })
  expect(clock.pendingTimers).toBe(0)
})
