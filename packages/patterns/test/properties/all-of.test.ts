import { allOf, SlidingWindowLimiter, SpacedLimiter, TokenBucketLimiter } from 'async-patterns'
import type { RateLimiter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { worstWindow } from '../patterns/rate-limiter/worst-window.js'

/** Two limiters of any kind, each alone and both together. */
const MAKERS = {
  bucket: (clock: ManualClock) => new TokenBucketLimiter({ ratePerSecond: 4, burst: 3, clock }),
  window: (clock: ManualClock) => new SlidingWindowLimiter({ maxRequests: 3, windowMs: 700, clock }),
  counter: (clock: ManualClock) =>
    new SlidingWindowLimiter({ maxRequests: 3, windowMs: 700, kind: 'counter', slices: 7, clock }),
  spaced: (clock: ManualClock) => new SpacedLimiter({ maxRequests: 3, windowMs: 900, clock }),
  slow: (clock: ManualClock) => new TokenBucketLimiter({ ratePerSecond: 0.5, burst: 3, clock }),
} as const

type Kind = keyof typeof MAKERS

/** How long it takes until all that was taken is there again. */
const RENEWAL_MS: Readonly<Record<Kind, number>> = {
  bucket: 750,
  window: 700,
  counter: 800,
  spaced: 900,
  slow: 6000,
}

/** A counter forgets a whole slice at a time, and cannot tell to less than that how long a wait is. */
const SLICE_MS: Readonly<Partial<Record<Kind, number>>> = { counter: 100 }

const kinds = fc.constantFrom<Kind>('bucket', 'window', 'counter', 'spaced', 'slow')

interface Arrival {
  readonly at: number
  readonly line: 0 | 1 | 2
  readonly cost: number
}

const arrivals = fc
  .array(
    fc.record({
      afterMs: fc.nat({ max: 300 }),
      line: fc.constantFrom<(0 | 1 | 2)[]>(0, 1, 2, 2),
      cost: fc.integer({ min: 1, max: 3 }),
    }),
    { minLength: 2, maxLength: 30 },
  )
  .map(steps => {
    let at = 0
    return steps.map(({ afterMs, ...rest }): Arrival => ({ at: (at += afterMs), ...rest }))
  })

/** When each was granted. */
async function play(kindA: Kind, kindB: Kind, plan: readonly Arrival[]): Promise<number[]> {
  const clock = new ManualClock()
  const [a, b] = [MAKERS[kindA](clock), MAKERS[kindB](clock)]
  const lines: readonly RateLimiter[] = [a, b, allOf(a, b)]
  const granted: number[] = []
  const calls = plan.map(async ({ at, line, cost }, i) => {
    await clock.sleep(at)
    await lines[line]?.acquire({ cost })
    granted[i] = clock.now()
  })
  await clock.run(Promise.all(calls))
  return granted
}

describe('N-49 allOf is served in turn', () => {
  test('N-49 those who come later delay whoever needs both by one renewal at most, however many', async () => {
    const single = arrivals.map(plan => plan.filter(({ line }) => line !== 2))
    await fc.assert(
      fc.asyncProperty(
        kinds,
        kinds,
        single,
        fc.integer({ min: 1, max: 3 }),
        single,
        async (kindA, kindB, before, cost, after) => {
          const at = before.at(-1)?.at ?? 0
          const joint: Arrival = { at, line: 2, cost }
          const later = after.map(one => ({ ...one, at: one.at + at }))
          const alone = await play(kindA, kindB, [...before, joint])
          const granted = await play(kindA, kindB, [...before, joint, ...later])
          const renewalMs = Math.max(RENEWAL_MS[kindA], RENEWAL_MS[kindB])
          expect(granted[before.length]).toBeLessThanOrEqual(
            (alone[before.length] as number) + renewalMs + 1e-3,
          )
        },
      ),
      { numRuns: 300 },
    )
  }, 60_000)

  test('N-49 they do not delay it at all when nobody stands before it', async () => {
    await fc.assert(
      fc.asyncProperty(
        kinds,
        kinds,
        fc.integer({ min: 1, max: 3 }),
        arrivals,
        async (kindA, kindB, cost, plan) => {
          const first: Arrival[] = [
            { at: 0, line: 0, cost: 2 },
            { at: 0, line: 1, cost: 1 },
          ]
          const joint: Arrival = { at: 0, line: 2, cost }
          const alone = await play(kindA, kindB, [...first, joint])
          const granted = await play(kindA, kindB, [...first, joint, ...plan])
          const inexactMs = Math.max(SLICE_MS[kindA] ?? 0, SLICE_MS[kindB] ?? 0) + 1e-3
          expect(granted[2]).toBeLessThanOrEqual((alone[2] as number) + inexactMs)
        },
      ),
      { numRuns: 300 },
    )
  }, 60_000)

  test('N-49 in each line they are served in the order of arrival', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, kinds, arrivals, async (kindA, kindB, plan) => {
        const granted = await play(kindA, kindB, plan)
        for (const line of [0, 1, 2]) {
          const own = granted.filter((_, i) => plan[i]?.line === line)
          expect(own).toEqual(own.toSorted((x, y) => x - y))
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('N-49 while both limits are exhausted by callers who need one alone', () => {
  test.each<[Kind, Kind]>([
    ['bucket', 'bucket'],
    ['bucket', 'spaced'],
    ['window', 'spaced'],
    ['counter', 'window'],
    ['spaced', 'slow'],
  ])('N-49 %s and %s: whoever needs both has its turn', async (kindA, kindB) => {
    const clock = new ManualClock()
    const [a, b] = [MAKERS[kindA](clock), MAKERS[kindB](clock)]
    const both = allOf(a, b)
    const counts = { a: 0, b: 0, both: 0 }
    const moments: number[] = []
    const again = async (name: keyof typeof counts, limiter: RateLimiter): Promise<never> => {
      for (;;) {
        await limiter.acquire()
        counts[name] += 1
        if (name !== 'b') moments.push(clock.now())
      }
    }
    for (let i = 0; i < 3; i += 1) {
      void again('a', a)
      void again('b', b)
    }
    void again('both', both)
    await clock.advance(200_000)
    // Of four in the line of the slower limit it is one.
    const share = Math.min(counts.a + counts.both, counts.b + counts.both) / 4
    expect(counts.both).toBeGreaterThan(0.8 * share)
    // And the faster limit is not held up for it.
    if (kindB === 'slow') expect(counts.a + counts.both).toBeGreaterThan(0.9 * 3 * (200_000 / 900))
    if (kindA === 'window') expect(worstWindow(moments, 700)).toBeLessThanOrEqual(3)
  })
})
