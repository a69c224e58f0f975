import { SemaphoreLimiter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

describe('semaphore limiter: resize down', () => {
  test('refuses every waiter that is too heavy now, also behind one that it lets in', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 10, clock: new ManualClock() })
    await limiter.acquire({ weight: 4 })
    const first = limiter.acquire({ weight: 8 })
    const light = limiter.acquire({ weight: 1 })
    const last = limiter.acquire({ weight: 9 })
    first.catch(() => undefined)
    last.catch(() => undefined)
    limiter.resize(6)
    await expect(first).rejects.toThrow(RangeError)
    await light
    await expect(last).rejects.toThrow(RangeError)
    expect(limiter.waiting).toBe(0)
  })
})

describe('semaphore limiter: a listener that calls the limiter back', () => {
  test('a waiter that timed out is not let in any more, and nothing is left unhandled', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    const clock = new ManualClock()
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1, acquireTimeoutMs: 100, clock })
    await limiter.acquire()
    limiter.subscribe(({ type }) => {
      if (type === 'rejected') limiter.resize(2)
    })
    const late = limiter.acquire()
    late.catch(() => undefined)
    await clock.advance(100)
    await expect(late).rejects.toMatchObject({ code: 'ACQUIRE_TIMEOUT' })
    expect(limiter.available).toBe(1)
    await new Promise(setImmediate)
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  test('a waiter that was aborted is not let in any more', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1, clock: new ManualClock() })
    await limiter.acquire()
    limiter.subscribe(({ type }) => {
      if (type === 'rejected') limiter.resize(2)
    })
    const controller = new AbortController()
    const given = limiter.acquire(undefined, { signal: controller.signal })
    given.catch(() => undefined)
    const reason = new Error('given up')
    controller.abort(reason)
    await expect(given).rejects.toBe(reason)
    expect(limiter.available).toBe(1)
  })
})
