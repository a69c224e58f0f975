import {
  AcquireTimeoutError,
  allOf,
  CostTooHighError,
  SlidingWindowLimiter,
  SpacedLimiter,
  TokenBucketLimiter,
} from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

function setUp() {
  const clock = new ManualClock()
  const bucket = (ratePerSecond: number, burst: number) =>
    new TokenBucketLimiter({ ratePerSecond, burst, clock })
  return { clock, bucket }
}

describe('P-L5 several limiters at once', () => {
  test('P-L5 several limiters at once: all or nothing', () => {
    const { bucket } = setUp()
    const [a, b] = [bucket(1, 3), bucket(1, 1)]
    const both = allOf(a, b)
    expect(both.tryAcquire()).toBe(true)
    expect(both.tryAcquire()).toBe(false)
    expect([a.tokens, b.tokens]).toEqual([2, 0])
    expect(both.idle).toBe(false)
  })

  test('P-L5 an abort and a refusal consume nothing', async () => {
    const { clock, bucket } = setUp()
    const [a, b] = [bucket(1, 3), bucket(1, 1)]
    const both = allOf(a, b)
    await both.acquire()
    const controller = new AbortController()
    const aborted = both.acquire(undefined, { signal: controller.signal })
    const next = both.acquire().then(() => clock.now())
    await clock.advance(500)
    controller.abort('enough')
    await expect(aborted).rejects.toBe('enough')
    await expect(both.acquire({ maxWaitMs: 100 })).rejects.toThrow(AcquireTimeoutError)
    expect(a.tokens).toBe(2.5)
    expect(await clock.run(next)).toBe(1000)
    expect([a.tokens, b.tokens]).toEqual([2, 0])
    expect([both.idle, a.idle, b.idle]).toEqual([false, false, false])
    await clock.advance(2000)
    expect(both.idle).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })

  test('waits as long as the slowest asks, in the order of arrival', async () => {
    const { clock, bucket } = setUp()
    const both = allOf(bucket(100, 1), new SpacedLimiter({ maxRequests: 5, clock }))
    const times: string[] = []
    for (const name of ['a', 'b', 'c']) void both.acquire().then(() => times.push(`${name}${clock.now()}`))
    await clock.advance(1000)
    expect(times).toEqual(['a0', 'b200', 'c400'])
  })

  test('a slow host does not hold up the limit that all share', async () => {
    const { clock, bucket } = setUp()
    const shared = bucket(10, 1)
    const slow = allOf(bucket(0.1, 1), shared)
    const fast = allOf(bucket(100, 100), shared)
    await slow.acquire()
    const slowDone = Promise.all([slow.acquire(), slow.acquire()]).then(() => clock.now())
    const times: number[] = []
    for (let i = 0; i < 5; i += 1) void fast.acquire().then(() => times.push(clock.now()))
    void shared.acquire().then(() => times.push(clock.now()))
    await clock.advance(1000)
    expect(times).toEqual([100, 200, 300, 400, 500, 600])
    expect(await clock.run(slowDone)).toBe(20_000)
  })

  test('those that want the same limit are served in the order of arrival', async () => {
    const { clock, bucket } = setUp()
    const shared = bucket(10, 1)
    shared.tryAcquire()
    const order: string[] = []
    for (const name of ['a', 'b']) {
      const own = allOf(bucket(1000, 1000), shared)
      for (let i = 0; i < 3; i += 1) void own.acquire().then(() => order.push(name))
    }
    for (let i = 0; i < 3; i += 1) void shared.acquire().then(() => order.push('alone'))
    await clock.advance(900)
    expect(order).toEqual(['a', 'a', 'a', 'b', 'b', 'b', 'alone', 'alone', 'alone'])
  })

  test('does not go past a heavy waiter of one limit', async () => {
    const { clock, bucket } = setUp()
    const [a, b] = [bucket(10, 10), bucket(1000, 1000)]
    a.tryAcquire({ cost: 10 })
    const order: string[] = []
    void a.acquire({ cost: 5 }).then(() => order.push('heavy'))
    void allOf(a, b)
      .acquire()
      .then(() => order.push('joint'))
    await clock.advance(300)
    expect(order).toEqual([])
    await clock.advance(400)
    expect(order).toEqual(['heavy', 'joint'])
  })

  test('a change of either limit reaches those who wait', async () => {
    const { clock, bucket } = setUp()
    const [a, b] = [bucket(0.01, 1), bucket(1000, 1)]
    const both = allOf(a, b)
    await both.acquire()
    const next = both.acquire().then(() => clock.now())
    await clock.advance(50)
    b.blockUntil(200)
    a.setRate(1000)
    expect(await clock.run(next)).toBe(200)
  })

  test('one who gives up lets those behind it go on', async () => {
    const { clock, bucket } = setUp()
    const [a, b] = [bucket(1, 10), bucket(1, 10)]
    const both = allOf(a, b)
    await both.acquire({ cost: 10 })
    const controller = new AbortController()
    const heavy = both.acquire({ cost: 10 }, { signal: controller.signal })
    const light = both.acquire().then(() => clock.now())
    const alone = a.acquire().then(() => clock.now())
    await clock.advance(2500)
    controller.abort('enough')
    await expect(heavy).rejects.toBe('enough')
    expect([await light, await alone]).toEqual([2500, 2500])
    expect(both.metrics()).toMatchObject({ acquired: 2, aborted: 1, waiting: 0 })
    expect(clock.pendingTimers).toBe(0)
  })

  test('an allOf within an allOf is one; a limiter named twice counts once', () => {
    const { bucket } = setUp()
    const [a, b, c] = [bucket(1, 2), bucket(1, 2), bucket(1, 2)]
    const all = allOf(allOf(a, b), c, a)
    expect([all.tryAcquire(), all.tryAcquire(), all.tryAcquire()]).toEqual([true, true, false])
    expect([a.tokens, b.tokens, c.tokens]).toEqual([0, 0, 0])
  })

  test('departures that are not known yet hold the joint line up as well', async () => {
    const { clock, bucket } = setUp()
    const spaced = new SpacedLimiter({ maxRequests: 1, windowMs: 100, clock })
    const departure = await spaced.acquireDeparture()
    const both = allOf(bucket(1000, 1000), spaced)
    const granted = both.acquire().then(() => clock.now())
    await clock.advance(5000)
    departure.sent()
    expect(await clock.run(granted)).toBe(5100)
  })

  test('the smallest burst bounds the cost; no limiter is an error', async () => {
    const { clock, bucket } = setUp()
    const both = allOf(bucket(1, 9), new SlidingWindowLimiter({ maxRequests: 3, clock }))
    await expect(both.acquire({ cost: 4 })).rejects.toThrow(CostTooHighError)
    expect(() => allOf()).toThrow(RangeError)
  })
})
