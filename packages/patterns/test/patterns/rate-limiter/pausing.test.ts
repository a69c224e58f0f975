import {
  allOf,
  ClearedError,
  CostTooHighError,
  DeadlineExceededError,
  RateLimitedError,
  SlidingWindowLimiter,
  SpacedLimiter,
  TokenBucketLimiter,
} from 'async-patterns'
import type { RateLimiter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'

const MAKERS: Readonly<Record<string, (clock: ManualClock) => RateLimiter>> = {
  'token bucket': clock => new TokenBucketLimiter({ ratePerSecond: 10, burst: 2, clock }),
  'sliding window': clock => new SlidingWindowLimiter({ maxRequests: 2, windowMs: 200, clock }),
  'slices of a window': clock =>
    new SlidingWindowLimiter({ maxRequests: 2, windowMs: 200, kind: 'counter', clock }),
  spaced: clock => new SpacedLimiter({ maxRequests: 2, windowMs: 200, clock }),
  'allOf two': clock =>
    allOf(
      new TokenBucketLimiter({ ratePerSecond: 10, burst: 2, clock }),
      new SpacedLimiter({ maxRequests: 2, windowMs: 200, clock }),
    ),
}

function setUp() {
  const clock = new ManualClock()
  const order: string[] = []
  const ask = (limiter: RateLimiter, name: string) => limiter.execute(() => void order.push(name))
  return { clock, order, ask }
}

describe.each(Object.entries(MAKERS))('N-55 a rate limiter: %s', (_name, make) => {
  test('N-55 paused, it grants nothing; resume lets those go who wait, in their order', async () => {
    const { clock, order, ask } = setUp()
    const limiter = make(clock)
    limiter.pause()
    expect([limiter.tryAcquire(), limiter.isPaused, limiter.idle]).toEqual([false, true, false])
    const calls = ['a', 'b', 'c', 'd'].map(name => ask(limiter, name))
    await clock.advance(10_000)
    expect([order, limiter.metrics().waiting, clock.pendingTimers]).toEqual([[], 4, 0])
    limiter.resume()
    limiter.resume()
    await clock.run(Promise.all(calls))
    expect([order, limiter.isPaused]).toEqual([['a', 'b', 'c', 'd'], false])
  })

  test('N-55 whoever waits meanwhile may run out of time, and no other', async () => {
    const { clock } = setUp()
    const limiter = make(clock)
    limiter.pause()
    expect(await rejectionOf(limiter.acquire({ maxWaitMs: 0 }))).toBeInstanceOf(RateLimitedError)
    const patient = limiter.acquire()
    const hasty = rejectionOf(limiter.acquire({ maxWaitMs: 50 }))
    const late = rejectionOf(limiter.acquire(undefined, { deadlineAt: clock.now() + 60 }))
    await clock.advance(60)
    expect([await hasty, await late]).toEqual([
      expect.any(RateLimitedError),
      expect.any(DeadlineExceededError),
    ])
    limiter.resume()
    await patient
  })

  test('N-55 onIdle resolves when nobody waits, however the last one leaves', async () => {
    const { clock } = setUp()
    const limiter = make(clock)
    await limiter.onIdle()
    const calls = [1, 2, 3, 4].map(() => limiter.acquire())
    let isIdle = false
    const idle = limiter.onIdle().then(() => (isIdle = true))
    await clock.flush()
    expect(isIdle).toBe(false)
    await clock.run(Promise.all([...calls, idle]))
    limiter.pause()
    const controller = new AbortController()
    const aborted = rejectionOf(limiter.acquire(undefined, controller))
    const idleAgain = limiter.onIdle()
    controller.abort('enough')
    expect(await aborted).toBe('enough')
    await idleAgain
  })

  test('N-55 clear rejects all who wait, and nobody else; nothing was taken', async () => {
    const { clock, order, ask } = setUp()
    const limiter = make(clock)
    const events: unknown[] = []
    limiter.subscribe(event => events.push(event))
    limiter.pause()
    const why = new Error('switched off')
    const first = rejectionOf(limiter.acquire())
    limiter.clear(why)
    expect(await first).toBe(why)
    const ends = [rejectionOf(ask(limiter, 'gone')), rejectionOf(limiter.acquire({ cost: 2 }))]
    const idle = limiter.onIdle()
    limiter.clear()
    for (const error of await Promise.all(ends)) expect(error).toBeInstanceOf(ClearedError)
    await idle
    expect(events.filter(event => (event as { type: string }).type === 'clear')).toEqual([
      { type: 'clear', waiting: 1 },
      { type: 'clear', waiting: 2 },
    ])
    expect(limiter.metrics()).toMatchObject({ acquired: 0, rejected: 3, waiting: 0 })
    limiter.resume()
    await ask(limiter, 'next')
    expect(order).toEqual(['next'])
  })
})

describe('N-55 pausing a rate limiter', () => {
  test('N-55 a block that was set meanwhile still holds, and a pause is no lateness', async () => {
    const { clock } = setUp()
    const limiter = new SpacedLimiter({ maxRequests: 10, windowMs: 1000, clock })
    limiter.pause()
    const grants = [0, 1, 2].map(() => limiter.acquire().then(() => clock.now()))
    limiter.blockUntil(500)
    await clock.advance(330)
    limiter.resume()
    expect(await clock.run(Promise.all(grants))).toEqual([500, 600, 700])
  })

  test('N-55 what can never be served any more is refused in a pause too', async () => {
    const { clock } = setUp()
    const limiter = new TokenBucketLimiter({ burst: 5, clock })
    const both = allOf(limiter)
    both.pause()
    const heavy = rejectionOf(both.acquire({ cost: 5 }))
    limiter.setRate(10, 2)
    both.resume()
    expect(await heavy).toBeInstanceOf(CostTooHighError)
    limiter.pause()
    const other = rejectionOf(limiter.acquire({ cost: 2 }))
    limiter.setRate(10, 1)
    expect(await other).toBeInstanceOf(CostTooHighError)
  })

  test('N-55 a paused allOf holds nobody up in its limiters, and a paused limiter holds up its allOf', async () => {
    const { clock, order, ask } = setUp()
    const bucket = () => new TokenBucketLimiter({ ratePerSecond: 10, burst: 5, clock })
    const [a, b] = [bucket(), bucket()]
    const both = allOf(a, b)
    both.pause()
    const joint = both.acquire({ cost: 5 }).then(() => order.push('joint'))
    await Promise.all(['1', '2'].map(name => ask(a, name)))
    a.pause()
    both.resume()
    await ask(b, '3')
    await clock.advance(10_000)
    expect(order).toEqual(['1', '2', '3'])
    a.resume()
    await clock.run(joint)
    expect(order).toEqual(['1', '2', '3', 'joint'])
  })

  test('N-55 to clear a limiter sends away those too who wait for it as a part of allOf', async () => {
    const { clock } = setUp()
    const a = new TokenBucketLimiter({ burst: 1, clock })
    const b = new TokenBucketLimiter({ burst: 1, clock })
    const both = allOf(a, b)
    a.tryAcquire()
    const gone = rejectionOf(both.acquire())
    const idle = Promise.all([a.onIdle(), b.onIdle(), both.onIdle()])
    a.clear()
    expect(await gone).toBeInstanceOf(ClearedError)
    await idle
    expect([a, b, both].map(limiter => limiter.metrics().waiting)).toEqual([0, 0, 0])
    expect(b.tryAcquire()).toBe(true)
  })

  test('N-49 whoever was held up for one that a change of rate refused goes on at once', async () => {
    const { clock } = setUp()
    const slow = new TokenBucketLimiter({ ratePerSecond: 0.001, burst: 2, clock })
    const fast = new SlidingWindowLimiter({ maxRequests: 3, windowMs: 10_000_000, clock })
    const both = allOf(slow, fast)
    slow.tryAcquire({ cost: 2 })
    const refused = rejectionOf(both.acquire({ cost: 2 }))
    await fast.acquire()
    const held = fast.acquire({ cost: 2 }).then(() => clock.now())
    await clock.advance(10)
    slow.setRate(0.001, 1)
    expect(await refused).toBeInstanceOf(CostTooHighError)
    expect(await clock.run(held)).toBe(10)
  })
})

type Step = ['acquire' | 'joint', number] | ['pause' | 'resume' | 'clear' | 'abort' | 'wait', number]

test('N-55 pause, resume, clear and aborts in any order: all who wait are answered, and once', async () => {
  const step = fc.tuple(
    fc.constantFrom('acquire', 'joint', 'pause', 'resume', 'clear', 'abort', 'wait'),
    fc.nat({ max: 2 }),
  ) as fc.Arbitrary<Step>
  const kinds = fc.constantFrom(...Object.keys(MAKERS).slice(0, 4))
  await fc.assert(
    fc.asyncProperty(kinds, kinds, fc.array(step, { maxLength: 40 }), async (kindA, kindB, steps) => {
      const clock = new ManualClock()
      const made = [kindA, kindB].map(kind => (MAKERS[kind] as (clock: ManualClock) => RateLimiter)(clock))
      const lines = [...made, allOf(...made)]
      const controllers: AbortController[] = []
      const ends: Promise<unknown>[] = []
      for (const [what, n] of steps) {
        const line = lines[n] as RateLimiter
        if (what === 'acquire' || what === 'joint') {
          const controller = new AbortController()
          controllers.push(controller)
          const limiter = what === 'joint' ? (lines[2] as RateLimiter) : line
          const cost = 1 + (n % 2)
          ends.push(limiter.acquire({ cost }, controller).then(String, String))
        } else if (what === 'abort') controllers[controllers.length - 1 - n]?.abort('enough')
        else if (what === 'wait') await clock.advance(n * 70)
        else line[what]()
      }
      for (const line of lines) line.resume()
      const idle = Promise.all(lines.map(line => line.onIdle()))
      await clock.run(Promise.all([...ends, idle]))
      const { acquired, rejected, aborted } = lines
        .map(line => line.metrics())
        .reduce((sum, one) => ({
          acquired: sum.acquired + one.acquired,
          rejected: sum.rejected + one.rejected,
          aborted: sum.aborted + one.aborted,
          waiting: sum.waiting + one.waiting,
        }))
      expect(acquired + rejected + aborted).toBe(ends.length)
      expect([lines.map(line => line.metrics().waiting), clock.pendingTimers]).toEqual([[0, 0, 0], 0])
    }),
    { numRuns: 300 },
  )
})
