import type { AcquireTimeoutError, QueueFullError, SemaphoreEvent, SemaphoreOptions } from 'async-patterns'
import { DeadlineExceededError, SemaphoreLimiter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'

function rigOf(options: SemaphoreOptions = {}) {
  const clock = new ManualClock({ startMs: 500 })
  const limiter = new SemaphoreLimiter({ clock, ...options })
  const events: SemaphoreEvent[] = []
  limiter.subscribe(event => events.push(event))
  return { clock, limiter, events }
}

describe('what is told', () => {
  test('of a full queue: message and numbers', async () => {
    const { limiter, events } = rigOf({ maxConcurrent: 3, maxQueue: 1 })
    const held = await limiter.acquire({ weight: 3 })
    const waiting = limiter.acquire()
    const error = (await rejectionOf(limiter.acquire({ weight: 2 }))) as QueueFullError
    expect(String(error)).toMatch(/^QueueFullError: No place in the queue: 3 of 3 are in use and 1 /)
    expect(error.explain()).toEqual({
      reason: 'queue-full',
      weight: 2,
      maxConcurrent: 3,
      inUse: 3,
      waiting: 1,
      maxQueue: 1,
    })
    expect(events).toEqual([
      { type: 'queued', weight: 1, priority: 0, waiting: 1 },
      { type: 'rejected', reason: 'queue-full', weight: 2 },
    ])
    held.release()
    ;(await waiting).release()
    expect(limiter.metrics()).toMatchObject({ acquired: 2, rejected: 1, inUse: 0, waiting: 0 })
  })

  test('of a wait that timed out: message, numbers and the time that others have left', async () => {
    const { clock, limiter, events } = rigOf({ maxConcurrent: 1, acquireTimeoutMs: 100 })
    const held = await limiter.acquire()
    const first = rejectionOf(limiter.acquire())
    await clock.advance(60)
    const second = rejectionOf(limiter.acquire({ priority: 2 }))
    await clock.advance(40)
    const error = (await first) as AcquireTimeoutError
    expect(error.message).toMatch(/^No permit within 100 ms: 1 of 1 are in use and \d /)
    expect(error.explain()).toMatchObject({ timeoutMs: 100, reason: 'timeout', inUse: 1, maxQueue: Infinity })
    expect(limiter.waiting).toBe(1)
    await clock.advance(59)
    expect(limiter.waiting).toBe(1)
    await clock.advance(1)
    expect(limiter.waiting).toBe(0)
    expect((await second) as AcquireTimeoutError).toMatchObject({ timeoutMs: 100 })
    expect(clock.pendingTimers).toBe(0)
    expect(events.map(({ type }) => type)).toEqual(['queued', 'queued', 'rejected', 'rejected'])
    held.release()
  })

  test('of one who got in: how long it waited', async () => {
    const { clock, limiter, events } = rigOf({ maxConcurrent: 2 })
    const held = await limiter.acquire({ weight: 2 })
    const waiting = limiter.acquire({ weight: 2, priority: 3 })
    await clock.advance(70)
    held.release()
    ;(await waiting).release()
    expect(events).toEqual([
      { type: 'queued', weight: 2, priority: 3, waiting: 1 },
      { type: 'acquired', weight: 2, waitedMs: 70 },
    ])
    expect(clock.pendingTimers).toBe(0)
  })

  test('of the present: what is held beyond the maximum is no negative rest', async () => {
    const { limiter } = rigOf({ maxConcurrent: 4 })
    const permit = await limiter.acquire({ weight: 4 })
    limiter.resize(2)
    expect(limiter.metrics()).toMatchObject({ maxConcurrent: 2, inUse: 4, available: 0 })
    permit.resize(1)
    expect([permit.weight, limiter.available]).toEqual([1, 1])
    permit.resize(1)
    expect(limiter.available).toBe(1)
    permit.release()
    permit.resize(2)
    expect([permit.weight, limiter.available, limiter.idle]).toEqual([0, 2, true])
  })

  test('of the settings, the present ones', () => {
    const { limiter } = rigOf({ maxConcurrent: 4, maxQueue: 5, acquireTimeoutMs: 6 })
    expect(limiter.describe()).toEqual({
      pattern: 'semaphore-limiter',
      role: 'permits',
      options: { maxConcurrent: 4, acquireTimeoutMs: 6, maxQueue: 5 },
      waitMs: 6,
    })
    expect(limiter.requesting({}).describe?.()).toEqual(limiter.describe())
    expect(new SemaphoreLimiter().describe().options).toEqual({
      maxConcurrent: 100,
      acquireTimeoutMs: 30_000,
      maxQueue: Infinity,
    })
  })
})

describe('what ends a wait', () => {
  test('of many with deadlines each its own, and no timer stays', async () => {
    const { clock, limiter } = rigOf({ maxConcurrent: 1, acquireTimeoutMs: 1_000 })
    const held = await limiter.acquire()
    const waits = [30, 10, 20].map(ms => rejectionOf(limiter.acquire(undefined, { deadlineAt: 500 + ms })))
    for (const left of [2, 1, 0]) {
      await clock.advance(10)
      expect(limiter.waiting).toBe(left)
    }
    await Promise.all(waits)
    expect(clock.pendingTimers).toBe(0)
    held.release()
    expect(limiter.available).toBe(1)
  })

  test('a deadline that has passed waits for nothing, and takes nothing that is free', async () => {
    const { limiter } = rigOf({ maxConcurrent: 1 })
    const late = { deadlineAt: 500 }
    await expect(limiter.acquire(undefined, late)).rejects.toBeInstanceOf(DeadlineExceededError)
    expect(limiter.available).toBe(1)
    const permit = await limiter.acquire()
    await expect(limiter.acquire(undefined, late)).rejects.toThrow('The deadline passed 0 ms ago')
    permit.release()
  })

  test('an endless wait has no timer', async () => {
    const { clock, limiter } = rigOf({ maxConcurrent: 1, acquireTimeoutMs: Infinity })
    const held = await limiter.acquire()
    const waiting = limiter.acquire()
    expect(clock.pendingTimers).toBe(0)
    await clock.advance(1e9)
    held.release()
    ;(await waiting).release()
  })

  test('a resize that is too small for a waiter names both numbers', async () => {
    const { limiter, events } = rigOf({ maxConcurrent: 3 })
    const held = await limiter.acquire()
    const waiting = rejectionOf(limiter.acquire({ weight: 3 }))
    limiter.resize(2)
    expect(String(await waiting)).toBe('RangeError: SemaphoreLimiter.weight is 3; allowed since resize is 2')
    expect(events.at(-1)).toEqual({ type: 'rejected', reason: 'too-heavy', weight: 3 })
    held.release()
    expect(limiter.available).toBe(2)
  })

  test('an abort is counted, and told with its weight', async () => {
    const { limiter, events } = rigOf({ maxConcurrent: 2 })
    const held = await limiter.acquire({ weight: 2 })
    const controller = new AbortController()
    const waiting = rejectionOf(limiter.requesting({ weight: 2 }).execute(() => 1, controller))
    controller.abort(new Error('given up'))
    expect(String(await waiting)).toBe('Error: given up')
    expect(events.at(-1)).toEqual({ type: 'rejected', reason: 'aborted', weight: 2 })
    expect(limiter.metrics()).toMatchObject({ rejected: 1, waiting: 0 })
    held.release()
  })
})

describe('who goes first', () => {
  test('an equal priority waits behind, a higher one passes, and a newcomer of a higher one takes what is free', async () => {
    const { clock, limiter } = rigOf({ maxConcurrent: 3 })
    const held = await limiter.acquire({ weight: 2 })
    const order: string[] = []
    const enter = (name: string, weight: number, priority: number) =>
      limiter.acquire({ weight, priority }).then(permit => {
        order.push(name)
        permit.release()
      })
    const all = [enter('heavy', 3, 0), enter('equal', 1, 0), enter('higher', 1, 1), enter('lower', 1, -1)]
    await clock.flush()
    expect(limiter.tryAcquire({ priority: 0 })).toBeUndefined()
    const newcomer = limiter.tryAcquire({ priority: 1 })
    expect(newcomer).toBeDefined()
    newcomer?.release()
    held.release()
    await Promise.all(all)
    expect(order[0]).toBe('higher')
    expect(order.indexOf('heavy')).toBeLessThan(order.indexOf('equal'))
    expect(order.at(-1)).toBe('lower')
  })

  test.each([
    [() => new SemaphoreLimiter({ maxConcurrent: 0 }), 'SemaphoreLimiter.maxConcurrent is 0'],
    [() => new SemaphoreLimiter({ acquireTimeoutMs: -1 }), 'SemaphoreLimiter.acquireTimeoutMs is -1'],
    [() => new SemaphoreLimiter({ maxQueue: -1 }), 'SemaphoreLimiter.maxQueue is -1'],
    [() => new SemaphoreLimiter().resize(0), 'SemaphoreLimiter.maxConcurrent is 0'],
    [() => new SemaphoreLimiter().tryAcquire({ weight: 0 }), 'SemaphoreLimiter.weight is 0'],
    [
      () => new SemaphoreLimiter({ maxConcurrent: 2 }).tryAcquire({ weight: 3 }),
      'SemaphoreLimiter.weight is 3',
    ],
    [
      () => new SemaphoreLimiter().tryAcquire({ priority: Infinity }),
      'SemaphoreLimiter.priority is Infinity',
    ],
    [() => new SemaphoreLimiter().requesting({ weight: 200 }), 'SemaphoreLimiter.weight is 200'],
    [() => new SemaphoreLimiter().tryAcquire()?.resize(-1), 'Permit.resize.weight is -1'],
  ])('options are refused by their full name: %#', (make, message) => {
    expect(make).toThrow(message)
  })
})
