import { allOf, SlidingWindowLimiter, SpacedLimiter, seededRandom } from 'async-patterns'
import type { RateLimiter } from 'async-patterns'
import { lateBy, ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { worstWindow } from '../patterns/rate-limiter/worst-window.js'

/** Each step comes `afterMs` after the one before. */
const steps = fc.array(fc.record({ cost: fc.integer({ min: 1, max: 4 }), afterMs: fc.nat({ max: 400 }) }), {
  minLength: 1,
  maxLength: 60,
})

describe('P-L2 sliding windows against a plain model', () => {
  test('P-L2 the exact log takes whatever the model allows, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async plan => {
        const clock = new ManualClock()
        const limiter = new SlidingWindowLimiter({ maxRequests: 6, windowMs: 1000, clock })
        let taken: number[] = []
        for (const { cost, afterMs } of plan) {
          clock.stall(afterMs)
          taken = taken.filter(at => at + 1000 > clock.now())
          const isAllowed = taken.length + cost <= 6
          expect(limiter.tryAcquire({ cost })).toBe(isAllowed)
          if (isAllowed) for (let i = 0; i < cost; i += 1) taken.push(clock.now())
        }
      }),
    )
  })

  test('P-L2 the counter never takes what the log would refuse', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 20 }), async (plan, slices) => {
        const clock = new ManualClock({ startMs: slices * 37 })
        const limiter = new SlidingWindowLimiter({
          maxRequests: 6,
          windowMs: 1000,
          kind: 'counter',
          slices,
          clock,
        })
        const taken: number[] = []
        for (const { cost, afterMs } of plan) {
          clock.stall(afterMs)
          if (limiter.tryAcquire({ cost })) for (let i = 0; i < cost; i += 1) taken.push(clock.now())
        }
        expect(worstWindow(taken, 1000)).toBeLessThanOrEqual(6)
      }),
    )
  })
})

interface Scene {
  readonly seed: number
  readonly latenessMs: number
  readonly callers: number
}

describe('P-L5 several limiters at once', () => {
  test('P-L5 under random costs, aborts, time limits and changes: no limit is overrun, no line hangs', async () => {
    const scenes = fc.record({
      seed: fc.nat(),
      latenessMs: fc.constantFrom(0, 2),
      callers: fc.integer({ min: 1, max: 40 }),
    })
    await fc.assert(fc.asyncProperty(scenes, play), { numRuns: 150 })
  })
})

/** Three limiters, alone and together, under callers who do what people do. */
async function play({ seed, latenessMs, callers }: Scene): Promise<void> {
  const random = seededRandom(seed)
  const clock = new ManualClock({ latenessMs: lateBy(latenessMs, random) })
  const exact = new SlidingWindowLimiter({ maxRequests: 4, windowMs: 300, clock })
  const counter = new SlidingWindowLimiter({ maxRequests: 6, windowMs: 500, kind: 'counter', clock })
  const spaced = new SpacedLimiter({ maxRequests: 5, windowMs: 400, clock })
  const sets = [[exact], [counter], [spaced], [exact, counter], [counter, spaced], [exact, counter, spaced]]
  const limiters = sets.map(set => (set.length === 1 ? (set[0] as RateLimiter) : allOf(...set)))
  const moments = new Map<RateLimiter, number[]>([exact, counter, spaced].map(one => [one, []]))

  async function call(): Promise<void> {
    await clock.sleep(random() * 1500)
    const place = Math.floor(random() * sets.length)
    const cost = 1 + Math.floor(random() * 3)
    const controller = new AbortController()
    if (random() < 0.2) void clock.sleep(random() * 600).then(() => controller.abort('enough'))
    const within = {
      signal: controller.signal,
      ...(random() < 0.2 && { deadlineAt: clock.now() + random() * 800 }),
    }
    const options = { cost, ...(random() < 0.2 && { maxWaitMs: random() * 800 }) }
    const end = await limiters[place]?.acquire(options, within).then(
      () => 'granted',
      () => 'refused',
    )
    if (end === 'granted') for (const one of sets[place] ?? []) note(one, cost)
  }

  function note(limiter: RateLimiter, cost: number): void {
    for (let i = 0; i < cost; i += 1) moments.get(limiter)?.push(clock.now())
  }

  const calls = Promise.all(Array.from({ length: callers }, call))
  void clock.sleep(700).then(() => exact.blockUntil(clock.now() + 200))
  await clock.run(calls)
  expect(worstWindow(moments.get(exact) ?? [], 300)).toBeLessThanOrEqual(4)
  expect(worstWindow(moments.get(counter) ?? [], 500)).toBeLessThanOrEqual(6)
  expect(worstWindow(moments.get(spaced) ?? [], 400)).toBeLessThanOrEqual(5)
  await clock.advance(5000)
  expect(limiters.map(one => one.metrics().waiting)).toEqual(limiters.map(() => 0))
  expect(limiters.every(one => one.idle)).toBe(true)
  expect(clock.pendingTimers).toBe(0)
}
