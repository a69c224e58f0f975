import { TokenBucketLimiter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

function setUp(ratePerSecond = 10, burst = 20) {
  const clock = new ManualClock()
  return { clock, limiter: new TokenBucketLimiter({ ratePerSecond, burst, clock }) }
}

describe('TokenBucketLimiter', () => {
  test('begins full, and fills evenly up to the burst', async () => {
    const { clock, limiter } = setUp()
    expect(limiter.tokens).toBe(20)
    expect(limiter.tryAcquire({ cost: 20 })).toBe(true)
    expect(limiter.tokens).toBe(0)
    await clock.advance(250)
    expect(limiter.tokens).toBeCloseTo(2.5)
    await clock.advance(1e6)
    expect(limiter.tokens).toBe(20)
  })

  test('has defaults of 10 a second and a burst of 20', () => {
    const limiter = new TokenBucketLimiter()
    for (let i = 0; i < 20; i += 1) expect(limiter.tryAcquire()).toBe(true)
    expect(limiter.tryAcquire()).toBe(false)
  })

  test('serves those in line at the rate', async () => {
    const { clock, limiter } = setUp(3, 1)
    const times: number[] = []
    for (let i = 0; i < 4; i += 1) void limiter.acquire().then(() => times.push(clock.now()))
    await clock.advance(1001)
    expect(times.map(Math.round)).toEqual([0, 333, 667, 1000])
  })

  test('adds up no rounding: after 100,000 takes the schedule is still exact', async () => {
    const { clock, limiter } = setUp(3, 1)
    for (let i = 0; i < 100_000; i += 1) {
      expect(limiter.tryAcquire()).toBe(true)
      clock.stall(1000 / 3 + 1e-9)
    }
    expect(limiter.tokens).toBeCloseTo(1, 5)
  })

  test('setRate keeps the tokens, up to a smaller burst', async () => {
    const { limiter } = setUp(10, 20)
    limiter.tryAcquire({ cost: 5 })
    limiter.setRate(1)
    expect(limiter.tokens).toBe(15)
    limiter.setRate(1, 4)
    expect(limiter.tokens).toBe(4)
    limiter.setRate(1, 40)
    expect(limiter.tokens).toBe(4)
  })

  test('refuses options out of range', () => {
    expect(() => new TokenBucketLimiter({ ratePerSecond: 0 })).toThrow(
      'TokenBucketLimiter.ratePerSecond is 0',
    )
    expect(() => new TokenBucketLimiter({ burst: 0.5 })).toThrow(RangeError)
    expect(() => new TokenBucketLimiter({ ratePerSecond: '5' as never })).toThrow(TypeError)
    expect(() => setUp().limiter.setRate(-1)).toThrow(RangeError)
  })
})
