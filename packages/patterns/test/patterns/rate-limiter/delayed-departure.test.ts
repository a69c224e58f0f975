import type { RateLimitedError } from 'async-patterns'
import { SpacedLimiter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { worstWindow } from './worst-window.js'

const waitMs = (limiter: SpacedLimiter): Promise<unknown> =>
  limiter.acquire({ maxWaitMs: 0 }).catch((error: unknown) => (error as RateLimitedError).retryAfterMs)

describe('a departure that was long on its way', () => {
  test('N-23 counts as if it had departed later: the limit holds where it arrives, whatever the delays', async () => {
    const delays = fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 25, maxLength: 25 })
    await fc.assert(
      fc.asyncProperty(delays, async late => {
        const clock = new ManualClock()
        const limiter = new SpacedLimiter({ maxRequests: 5, windowMs: 1_000, clock })
        const arrivals: number[] = []
        const send = async (delayMs: number): Promise<void> => {
          const departure = await limiter.acquireDeparture()
          departure.sent()
          const arrivesAt = clock.now() + delayMs
          arrivals.push(arrivesAt)
          // Told when the answer is there, some time later.
          await clock.sleep(delayMs + 50)
          departure.delayed(delayMs)
        }
        await clock.run(Promise.all(late.map(send)))
        expect(
          worstWindow(
            arrivals.toSorted((a, b) => a - b),
            1_000,
          ),
        ).toBeLessThanOrEqual(5)
      }),
      { numRuns: 50 },
    )
  })

  test('N-23 nothing changes for one that was not sent, is long gone, or was not late', async () => {
    const clock = new ManualClock()
    const limiter = new SpacedLimiter({ maxRequests: 1, windowMs: 1_000, clock })
    const held = await limiter.acquireDeparture()
    held.delayed(500)
    held.sent()
    for (const byMs of [0, -5, Number.NaN]) held.delayed(byMs)
    expect(await waitMs(limiter)).toBe(1_000)
    held.delayed(500)
    held.delayed(100)
    expect(await waitMs(limiter)).toBe(1_600)
    await clock.advance(1_600)
    const next = await limiter.acquireDeparture()
    next.sent()
    held.delayed(5_000)
    expect(await waitMs(limiter)).toBe(1_000)
  })
})
