import { allOf, DeadlineExceededError, RateLimitedError, SlidingWindowLimiter } from 'async-patterns'
import type { RateLimiter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'

const WINDOW_MS = 100

function onePerWindow(clock: ManualClock): SlidingWindowLimiter {
  return new SlidingWindowLimiter({ maxRequests: 1, windowMs: WINDOW_MS, clock })
}

/** How long one who comes now would wait, as its refusal says. */
async function waitNow(limiter: RateLimiter): Promise<number> {
  const error = await rejectionOf(limiter.acquire({ maxWaitMs: 1 }))
  expect(error).toBeInstanceOf(RateLimitedError)
  return (error as RateLimitedError).explain()['waitMs'] as number
}

describe.each([
  ['one limiter', onePerWindow],
  ['several limiters', (clock: ManualClock) => allOf(onePerWindow(clock), onePerWindow(clock))],
])('the line of %s', (_name, make) => {
  test('lengthens the wait of who comes later, and shortens it when somebody leaves or is served', async () => {
    const clock = new ManualClock()
    const limiter = make(clock)
    const controller = new AbortController()
    await limiter.acquire()
    expect(await waitNow(limiter)).toBe(100)
    const served = limiter.acquire()
    const aborted = rejectionOf(limiter.acquire(undefined, { signal: controller.signal }))
    const last = limiter.acquire()
    expect(limiter.metrics().waiting).toBe(3)
    expect(await waitNow(limiter)).toBe(400)
    controller.abort(new Error('gone'))
    await aborted
    expect(await waitNow(limiter)).toBe(300)
    await clock.advance(100)
    await served
    expect(await waitNow(limiter)).toBe(200)
    await clock.advance(100)
    await last
    expect(await waitNow(limiter)).toBe(100)
    expect(limiter.metrics()).toEqual({ acquired: 3, rejected: 5, aborted: 1, waiting: 0 })
    expect(clock.pendingTimers).toBe(0)
  })

  test('is idle only when nobody waits and nothing is remembered', async () => {
    const clock = new ManualClock()
    const limiter = make(clock)
    expect(limiter.idle).toBe(true)
    await limiter.acquire()
    expect(limiter.idle).toBe(false)
    const waiting = limiter.acquire()
    await clock.advance(99)
    expect(limiter.idle).toBe(false)
    await clock.advance(1)
    await waiting
    expect(limiter.idle).toBe(false)
    await clock.advance(100)
    expect(limiter.idle).toBe(true)
  })

  test('lets nobody past who does not want to wait', async () => {
    const clock = new ManualClock()
    const limiter = make(clock)
    await limiter.acquire()
    const waiting = limiter.acquire()
    expect(limiter.tryAcquire()).toBe(false)
    await clock.advance(100)
    await waiting
    expect(limiter.tryAcquire()).toBe(false)
    expect(limiter.metrics().rejected).toBe(2)
  })

  test('takes nothing for a call that was given up, or is too late, before it began', async () => {
    const clock = new ManualClock({ startMs: 1_000 })
    const limiter = make(clock)
    const reason = new Error('gone')
    const never = (): never => {
      throw new Error('it must not run')
    }
    expect(await rejectionOf(limiter.execute(never, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    for (const deadlineAt of [999, 1_000]) {
      expect(await rejectionOf(limiter.execute(never, { deadlineAt }))).toBeInstanceOf(DeadlineExceededError)
    }
    expect(limiter.metrics().acquired).toBe(0)
    expect(await limiter.execute(() => 'runs', { deadlineAt: 1_001 })).toBe('runs')
    expect(limiter.metrics().acquired).toBe(1)
  })

  test('refuses at the deadline one whose wait had been short enough until a block came', async () => {
    const clock = new ManualClock()
    const [first, second] = [onePerWindow(clock), onePerWindow(clock)]
    const limiter = allOf(first, second)
    await limiter.acquire()
    const refused = rejectionOf(limiter.acquire({ maxWaitMs: 150 }))
    const patient = limiter.acquire()
    first.blockUntil(300)
    await clock.advance(150)
    expect(await refused).toBeInstanceOf(RateLimitedError)
    expect(limiter.metrics().waiting).toBe(1)
    await clock.advance(150)
    await patient
    expect(clock.now()).toBe(300)
    expect(clock.pendingTimers).toBe(0)
  })
})

test('a joint waiter that leaves makes room in every line it stood in', async () => {
  const clock = new ManualClock()
  const [fast, slow] = [
    onePerWindow(clock),
    new SlidingWindowLimiter({ maxRequests: 1, windowMs: 1_000, clock }),
  ]
  const both = allOf(fast, slow)
  await both.acquire()
  const controller = new AbortController()
  const aborted = rejectionOf(both.acquire(undefined, { signal: controller.signal }))
  expect(fast.tryAcquire()).toBe(false)
  controller.abort(new Error('gone'))
  await aborted
  await clock.advance(100)
  expect(fast.tryAcquire()).toBe(true)
  expect(fast.metrics().waiting).toBe(0)
  expect(slow.metrics().waiting).toBe(0)
})

test('a call that is given up between its grant and its turn does not run', async () => {
  const clock = new ManualClock()
  const limiter = new SlidingWindowLimiter({ maxRequests: 2, windowMs: WINDOW_MS, clock })
  const controller = new AbortController()
  const reason = new Error('gone')
  let ran = false
  const run = (): void => {
    ran = true
  }
  await limiter.acquire({ cost: 2 })
  // Both are granted at the same moment, and the first has its turn first.
  void limiter.acquire().then(() => controller.abort(reason))
  const ended = rejectionOf(limiter.execute(run, { signal: controller.signal }))
  await clock.advance(WINDOW_MS)
  expect(await ended).toBe(reason)
  expect([ran, limiter.metrics().acquired]).toEqual([false, 3])
})
