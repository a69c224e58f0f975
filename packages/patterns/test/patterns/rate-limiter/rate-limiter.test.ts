import {
  CostTooHighError,
  SlidingWindowLimiter,
  SpacedLimiter,
  seededRandom,
  TokenBucketLimiter,
} from 'async-patterns'
import type {
  RateLimitedError,
  RateLimiterEvent,
  SlidingWindowLimiterOptions,
  TimedRateLimiter,
} from 'async-patterns'
import { lateBy, ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'
import { worstWindow } from './worst-window.js'

/** Each limiter with the same limit: `limit` at most in a second, at least at once `atOnce` of them. */
interface Kind {
  readonly name: string
  readonly atOnce: number
  readonly maxCost: number
  readonly make: (clock: ManualClock, limit: number) => TimedRateLimiter & { setRate(rate: number): void }
}

const window = (clock: ManualClock, limit: number, kind: SlidingWindowLimiterOptions['kind'] = 'exact') =>
  new SlidingWindowLimiter({ maxRequests: limit, windowMs: 1000, kind, clock })

const kinds: Kind[] = [
  {
    name: 'TokenBucketLimiter',
    atOnce: 4,
    maxCost: 4,
    make: (clock, limit) => new TokenBucketLimiter({ ratePerSecond: limit, burst: 4, clock }),
  },
  { name: 'SlidingWindowLimiter', atOnce: 4, maxCost: 4, make: (clock, limit) => window(clock, limit) },
  {
    name: 'SlidingWindowLimiter (counter)',
    atOnce: 4,
    maxCost: 4,
    make: (clock, limit) => window(clock, limit, 'counter'),
  },
  {
    name: 'SpacedLimiter',
    atOnce: 1,
    maxCost: 4,
    make: (clock, limit) => new SpacedLimiter({ maxRequests: limit, clock }),
  },
]

describe.each(kinds)('$name keeps the contract of all rate limiters', ({ make, atOnce, maxCost }) => {
  function setUp(limit = 4) {
    const clock = new ManualClock()
    return { clock, limiter: make(clock, limit) }
  }

  async function exhausted(limit = 4) {
    const scene = setUp(limit)
    for (let i = 0; i < atOnce; i += 1) await scene.limiter.acquire()
    return scene
  }

  test('P-L1 the wall clock jumps back or forward: nothing changes', async () => {
    for (const jump of [-1e9, 1e9]) {
      const { clock, limiter } = await exhausted()
      const granted = limiter.acquire().then(() => clock.now())
      clock.jumpWall(jump)
      expect(limiter.tryAcquire()).toBe(false)
      const control = await exhausted()
      const expected = control.limiter.acquire().then(() => control.clock.now())
      expect(await clock.run(granted)).toBe(await control.clock.run(expected))
    }
  })

  test('P-L3 a cost above the burst is refused at once', async () => {
    const { clock, limiter } = setUp()
    const error = (await rejectionOf(limiter.acquire({ cost: maxCost + 1 }))) as CostTooHighError
    expect(error).toBeInstanceOf(CostTooHighError)
    expect(error).toMatchObject({ code: 'COST_TOO_HIGH', cost: maxCost + 1, maxCost })
    expect(() => limiter.tryAcquire({ cost: maxCost + 1 })).toThrow(CostTooHighError)
    expect(limiter.tryAcquire({ cost: maxCost })).toBe(true)
    await expect(limiter.acquire({ cost: 0 })).rejects.toThrow(RangeError)
    await expect(limiter.acquire({ cost: 1.5 })).rejects.toThrow(RangeError)
    expect(clock.pendingTimers).toBe(0)
  })

  test('P-L4 rate changed while waiting: waiters are rescheduled', async () => {
    const { clock, limiter } = await exhausted(4)
    const waits = Array.from({ length: 20 }, () => limiter.acquire())
    await clock.flush()
    limiter.setRate(1000)
    await clock.advance(1001)
    await Promise.all(waits)
    expect(limiter.metrics()).toMatchObject({ acquired: atOnce + 20, waiting: 0 })
  })

  test('P-L4 those who can no longer be served in time are refused at once', async () => {
    const { clock, limiter } = await exhausted(4)
    const inTime = rejectionOf(limiter.acquire({ maxWaitMs: 2000 }))
    const patient = limiter.acquire()
    limiter.setRate(1)
    limiter.blockUntil(clock.now() + 5000)
    expect(await inTime).toMatchObject({ code: 'ACQUIRE_TIMEOUT', timeoutMs: 2000 })
    await clock.advance(5000)
    await clock.run(patient)
    expect(clock.pendingTimers).toBe(0)
  })

  test('serves in the order of arrival, and nobody goes past a heavy one', async () => {
    const { clock, limiter } = await exhausted()
    const order: string[] = []
    const heavy = limiter.acquire({ cost: maxCost }).then(() => order.push('heavy'))
    const light = limiter.acquire().then(() => order.push('light'))
    await clock.advance(300)
    expect(limiter.tryAcquire()).toBe(false)
    await clock.run(Promise.all([heavy, light]))
    expect(order).toEqual(['heavy', 'light'])
  })

  test('refuses at once a wait that cannot end by maxWaitMs or the deadline, and takes nothing', async () => {
    const { clock, limiter } = await exhausted()
    const line = Array.from({ length: 3 }, () => limiter.acquire())
    const before = clock.pendingTimers
    const error = (await rejectionOf(limiter.acquire({ maxWaitMs: 10 }))) as RateLimitedError
    expect(error).toMatchObject({ code: 'ACQUIRE_TIMEOUT', timeoutMs: 10 })
    expect(error.retryAfterMs).toBeGreaterThan(10)
    expect(error.explain()).toMatchObject({ cost: 1, waiting: 3, timeoutMs: 10 })
    await rejectionOf(limiter.acquire(undefined, { deadlineAt: clock.now() + 10 }))
    await rejectionOf(limiter.execute(() => 1, { deadlineAt: clock.now() + 10 }))
    expect(limiter.metrics()).toMatchObject({ rejected: 3, waiting: 3 })
    expect(clock.pendingTimers).toBe(before)
    await clock.run(Promise.all(line))
  })

  test('waits to the very end of maxWaitMs', async () => {
    const { clock, limiter } = await exhausted()
    const error = (await rejectionOf(limiter.acquire({ maxWaitMs: 0 }))) as RateLimitedError
    const waitMs = error.retryAfterMs ?? 0
    const granted = limiter.acquire({ maxWaitMs: waitMs }).then(() => clock.now())
    expect(await clock.run(granted)).toBe(waitMs)
    expect(clock.pendingTimers).toBe(0)
  })

  test('an abort leaves the line at once and takes nothing', async () => {
    const { clock, limiter } = await exhausted()
    const controller = new AbortController()
    const { signal } = controller
    const aborted = [limiter.acquire({ cost: maxCost }, { signal }), limiter.execute(() => 1, { signal })]
    const stays = limiter.acquire().then(() => clock.now())
    controller.abort('enough')
    for (const one of aborted) expect(await rejectionOf(one)).toBe('enough')
    expect(await rejectionOf(limiter.acquire(undefined, { signal }))).toBe('enough')
    expect(await rejectionOf(limiter.execute(() => 1, { signal }))).toBe('enough')
    const control = await exhausted()
    const expected = control.limiter.acquire().then(() => control.clock.now())
    expect(await clock.run(stays)).toBe(await control.clock.run(expected))
    expect(limiter.metrics()).toMatchObject({ aborted: 2, waiting: 0 })
  })

  test('blockUntil holds all back, only ever longer', async () => {
    const { clock, limiter } = setUp()
    const events: RateLimiterEvent[] = []
    using _ = limiter.subscribe(event => events.push(event))
    limiter.blockUntil(3000)
    limiter.blockUntil(1000)
    expect(limiter.tryAcquire()).toBe(false)
    expect(limiter.idle).toBe(false)
    expect(await clock.run(limiter.acquire().then(() => clock.now()))).toBe(3000)
    expect(events).toEqual([
      { type: 'block', untilMs: 3000 },
      { type: 'block', untilMs: 1000 },
      { type: 'wait', cost: 1, waitMs: 3000, waiting: 0 },
    ])
  })

  test('is idle, and sets no timer, when nothing that was taken matters any more', async () => {
    const { clock, limiter } = setUp()
    expect(limiter.idle).toBe(true)
    await limiter.acquire()
    expect(limiter.idle).toBe(false)
    await clock.advance(2100)
    expect(limiter.idle).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })

  test('execute runs the operation after its grant, and hands on its context', async () => {
    const { clock, limiter } = await exhausted()
    const ran = limiter.execute(context => [clock.now() > 0, context.attempt, context.aborted])
    expect(await clock.run(ran)).toEqual([true, 1, false])
    const thrown = new Error('mine')
    const failed = limiter.execute(() => {
      throw thrown
    })
    expect(await clock.run(rejectionOf(failed))).toBe(thrown)
  })

  test('P-L2 in any window at most what is stated, and P-L6 the rate is used', async () => {
    const clock = new ManualClock({ latenessMs: lateBy(2, seededRandom(7)) })
    const limiter = make(clock, 50)
    const moments: number[] = []
    const runner = async () => {
      while (moments.length < 1000) {
        await limiter.acquire()
        moments.push(clock.now())
      }
    }
    await clock.run(Promise.all([runner(), runner(), runner()]))
    const isBucket = limiter instanceof TokenBucketLimiter
    expect(worstWindow(moments, 1000)).toBeLessThanOrEqual(isBucket ? 54 : 50)
    const span = (moments.at(-1) ?? 0) - (moments[0] ?? 0)
    expect((1000 * 1000) / span).toBeGreaterThanOrEqual(50 * 0.98)
  })

  test('serves 50,000 in line in linear time', async () => {
    const { clock, limiter } = setUp(4)
    limiter.blockUntil(1)
    const all = Promise.all(Array.from({ length: 50_000 }, () => limiter.acquire()))
    limiter.setRate(1_000_000)
    if (atOnce === 1) await clock.advance(60)
    else await clock.run(all)
    await all
    expect(limiter.metrics().waiting).toBe(0)
  })
})
