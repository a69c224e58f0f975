import type { RateLimitedError } from 'async-patterns'
import { SlidingWindowLimiter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { worstWindow } from '../worst-window.js'

let clock: ManualClock

const limiterOf = (maxRequests: number, windowMs = 1_000): SlidingWindowLimiter =>
  new SlidingWindowLimiter({ maxRequests, windowMs, clock })

/** How long one who asks now would wait. */
const waitMs = (limiter: SlidingWindowLimiter): Promise<unknown> =>
  limiter.acquire({ maxWaitMs: 0 }).then(
    () => 0,
    (error: unknown) => (error as RateLimitedError).retryAfterMs,
  )

beforeEach(() => {
  clock = new ManualClock()
})

describe('departures of a sliding window', () => {
  test('count from the moment at which they were sent, and not at all when they were cancelled', async () => {
    const limiter = limiterOf(2)
    const [sent, cancelled] = [await limiter.acquireDeparture(), await limiter.acquireDeparture()]
    await clock.advance(400)
    sent.sent()
    cancelled.cancel()
    expect(limiter.tryAcquire()).toBe(true)
    expect(await waitMs(limiter)).toBe(1_000)
    await clock.advance(600)
    expect(await waitMs(limiter)).toBe(400)
  })

  test('no window holds more than the limit, however long they take to depart', async () => {
    const delays = fc.array(fc.integer({ min: 0, max: 1_500 }), { minLength: 20, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(delays, async late => {
        clock = new ManualClock()
        const limiter = limiterOf(4)
        const at: number[] = []
        const send = async (delayMs: number): Promise<void> => {
          const departure = await limiter.acquireDeparture()
          await clock.sleep(delayMs)
          departure.sent()
          at.push(clock.now())
        }
        await clock.run(Promise.all(late.map(send)))
        expect(worstWindow(at, 1_000)).toBeLessThanOrEqual(4)
      }),
      { numRuns: 30 },
    )
  })

  test('who waits for one that is on its way is refused as soon as the wait is known to be too long', async () => {
    const limiter = limiterOf(1, 60_000)
    const departure = await limiter.acquireDeparture()
    let refusedAt = Number.NaN
    const waiting = limiter.acquireDeparture({ maxWaitMs: 10_000 }).catch((error: unknown) => {
      refusedAt = clock.now()
      return error
    })
    await clock.advance(5_000)
    departure.sent()
    expect(await clock.run(waiting)).toMatchObject({ retryAfterMs: 60_000 })
    expect(refusedAt).toBe(5_000)
  })

  test('what departed before the limiter was made counts, also beyond the limit', async () => {
    const limiter = limiterOf(3)
    limiter.remember(-600, 2)
    limiter.remember(-200, 2)
    expect(await waitMs(limiter)).toBe(400)
    await clock.advance(400)
    expect(await waitMs(limiter)).toBe(0)
  })

  test('a limiter that counts in slices knows no single departure', async () => {
    const counter = new SlidingWindowLimiter({ kind: 'counter', clock })
    const message = "kind is 'counter'; allowed is 'exact'"
    await expect(counter.acquireDeparture()).rejects.toThrow(`acquireDeparture: ${message}`)
    expect(() => counter.remember(0)).toThrow(TypeError)
    for (const [at, cost] of [
      [Number.NaN, 1],
      [0, 0],
      [Infinity, 1],
    ] as const)
      expect(() => limiterOf(1).remember(at, cost)).toThrow(/remember/)
  })
})
