import { SlidingWindowLimiter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

function setUp(options: ConstructorParameters<typeof SlidingWindowLimiter>[0] = {}) {
  const clock = new ManualClock()
  return { clock, limiter: new SlidingWindowLimiter({ maxRequests: 3, windowMs: 1000, clock, ...options }) }
}

describe('exact log', () => {
  test('P-L2 no double burst at the edge of a window', async () => {
    const { clock, limiter } = setUp()
    await clock.advance(900)
    const taken = () => [1, 2, 3, 4].filter(() => limiter.tryAcquire()).length
    expect(taken()).toBe(3)
    await clock.advance(999)
    expect(taken()).toBe(0)
    await clock.advance(1)
    expect(taken()).toBe(3)
  })

  test('frees each place one window after it was taken', async () => {
    const { clock, limiter } = setUp()
    for (const ms of [0, 100, 300]) {
      await clock.advance(ms)
      limiter.tryAcquire()
    }
    const times: number[] = []
    for (let i = 0; i < 7; i += 1) void limiter.acquire().then(() => times.push(clock.now()))
    await clock.advance(3000)
    expect(times).toEqual([1000, 1100, 1400, 2000, 2100, 2400, 3000])
  })

  test('knows how long a line will take, windows ahead', async () => {
    const { limiter } = setUp()
    for (let i = 0; i < 9; i += 1) void limiter.acquire()
    await expect(limiter.acquire({ maxWaitMs: 2999 })).rejects.toThrow('a wait of 3000 ms')
  })

  test('setRate: what has gone stays counted', async () => {
    const { clock, limiter } = setUp()
    limiter.tryAcquire({ cost: 3 })
    limiter.setRate(5)
    expect([limiter.tryAcquire({ cost: 2 }), limiter.tryAcquire()]).toEqual([true, false])
    limiter.setRate(2, 500)
    await clock.advance(500)
    expect([limiter.tryAcquire({ cost: 2 }), limiter.tryAcquire()]).toEqual([true, false])
  })
})

describe('counter', () => {
  test('lets no more through than the exact log, and delays by a slice at most', async () => {
    const { clock, limiter } = setUp({ kind: 'counter', slices: 10 })
    clock.stall(950)
    limiter.tryAcquire({ cost: 3 })
    const granted = limiter.acquire().then(() => clock.now())
    expect(await clock.run(granted)).toBe(2000)
  })

  test('empties after any gap', async () => {
    const { clock, limiter } = setUp({ kind: 'counter' })
    for (const gap of [1016, 5000, 1e9]) {
      expect(limiter.tryAcquire({ cost: 3 })).toBe(true)
      expect(limiter.tryAcquire()).toBe(false)
      await clock.advance(gap)
    }
    expect(limiter.idle).toBe(true)
  })

  test('gives at least slices / (slices + 1) of the limit under full load', async () => {
    const { clock, limiter } = setUp({ kind: 'counter', slices: 10, maxRequests: 50 })
    let count = 0
    while (clock.now() < 110_000) {
      await clock.run(limiter.acquire())
      count += 1
    }
    expect(count).toBeGreaterThanOrEqual(100 * 50)
  })

  test('setRate: what has gone stays counted, for a new window too', async () => {
    const { clock, limiter } = setUp({ kind: 'counter', slices: 10 })
    await clock.advance(100)
    limiter.tryAcquire({ cost: 3 })
    limiter.setRate(4, 2000)
    expect([limiter.tryAcquire(), limiter.tryAcquire()]).toEqual([true, false])
    await clock.advance(2200)
    expect(limiter.tryAcquire({ cost: 4 })).toBe(true)
  })
})

test('refuses options out of range', () => {
  expect(() => new SlidingWindowLimiter({ maxRequests: 0 })).toThrow(RangeError)
  expect(() => new SlidingWindowLimiter({ windowMs: 0 })).toThrow(RangeError)
  expect(() => new SlidingWindowLimiter({ slices: 0 })).toThrow(RangeError)
  expect(() => new SlidingWindowLimiter({ kind: 'fuzzy' as never })).toThrow('SlidingWindowLimiter.kind')
})
