import { AsyncLocalStorage } from 'node:async_hooks'
import { getEventListeners } from 'node:events'
import { AcquireTimeoutError, Deferred, QueueFullError, SemaphoreLimiter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { gated, queueBehind } from './semaphore-rig.js'

describe('waiting', () => {
  test('P-S2 an aborted waiter leaves at once, itself and no other', async () => {
    const clock = new ManualClock()
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1, clock })
    const held = await limiter.acquire()
    const controller = new AbortController()
    const before = limiter.acquire()
    const aborted = limiter.acquire(undefined, { signal: controller.signal })
    const after = limiter.acquire()
    const reason = new Error('changed my mind')
    controller.abort(reason)
    await expect(aborted).rejects.toBe(reason)
    expect(limiter.waiting).toBe(2)
    held.release()
    ;(await before).release()
    ;(await after).release()
    expect(limiter.available).toBe(1)
    expect(clock.pendingTimers).toBe(0)
  })

  test('P-S2 a waiter that times out leaves at its own time, and the error gives the numbers', async () => {
    const clock = new ManualClock()
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1, acquireTimeoutMs: 100, clock })
    await limiter.acquire()
    const outcomes: string[] = []
    const note = (name: string) => (error: unknown) =>
      outcomes.push(`${name} at ${clock.now()}: ${String(error)}`)
    const first = limiter.acquire()
    first.catch(note('first'))
    await clock.advance(60)
    limiter.acquire().catch(note('second'))
    await clock.advance(39)
    expect(outcomes).toEqual([])
    await clock.advance(61)
    expect(outcomes.map(text => text.split(':')[0])).toEqual(['first at 100', 'second at 160'])
    const error = await first.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(AcquireTimeoutError)
    expect((error as AcquireTimeoutError).explain()).toMatchObject({
      timeoutMs: 100,
      maxConcurrent: 1,
      inUse: 1,
      waiting: 1,
    })
    expect(clock.pendingTimers).toBe(0)
  })

  test('P-S2 the line moves on when a heavy waiter at its head leaves', async () => {
    const clock = new ManualClock()
    const limiter = new SemaphoreLimiter({ maxConcurrent: 2, acquireTimeoutMs: 50, clock })
    await limiter.acquire()
    const heavy = limiter.acquire({ weight: 2 })
    heavy.catch(() => undefined)
    await clock.advance(10)
    const light = limiter.acquire()
    await clock.advance(40)
    await expect(heavy).rejects.toBeInstanceOf(AcquireTimeoutError)
    expect((await light).weight).toBe(1)
  })

  test('a deadline ends the wait before acquireTimeoutMs does', async () => {
    const clock = new ManualClock()
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1, clock })
    await limiter.acquire()
    const wait = limiter.execute(() => 1, { deadlineAt: 40 })
    wait.catch(() => undefined)
    await clock.advance(39)
    expect(limiter.waiting).toBe(1)
    await clock.advance(1)
    expect(limiter.waiting).toBe(0)
    await expect(wait).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', deadlineAt: 40 })
    await expect(limiter.acquire(undefined, { deadlineAt: 40 })).rejects.toMatchObject({ deadlineAt: 40 })
    expect(clock.pendingTimers).toBe(0)
  })

  test('acquireTimeoutMs 0 never waits', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1, acquireTimeoutMs: 0 })
    await limiter.acquire()
    await expect(limiter.acquire()).rejects.toBeInstanceOf(AcquireTimeoutError)
  })

  test('an aborted signal runs nothing and takes nothing', async () => {
    const limiter = new SemaphoreLimiter()
    const reason = new Error('gone')
    const signal = AbortSignal.abort(reason)
    await expect(limiter.execute(() => expect.unreachable(), { signal })).rejects.toBe(reason)
    await expect(limiter.acquire(undefined, { signal })).rejects.toBe(reason)
    expect(limiter.metrics().acquired).toBe(0)
  })

  test('an abort between the hand-over and the continuation gives the permit to the next', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1 })
    const held = await limiter.acquire()
    const controller = new AbortController()
    const called = limiter.execute(() => expect.unreachable(), { signal: controller.signal })
    const next = limiter.execute(() => 'next')
    held.release()
    controller.abort(new Error('late'))
    await expect(called).rejects.toThrow('late')
    expect(await next).toBe('next')
    expect(limiter.available).toBe(1)
  })

  test('P-R3 10,000 waits on one signal leave no listener', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1 })
    const { signal } = new AbortController()
    const calls = Array.from({ length: 10_000 }, () => limiter.execute(async () => 1, { signal }))
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1)
    await Promise.all(calls)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test('P-S7 AsyncLocalStorage of the caller holds inside queued work', async () => {
    const storage = new AsyncLocalStorage<number>()
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1 })
    const seen = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        storage.run(index, () =>
          limiter.execute(async () => {
            await Promise.resolve()
            return storage.getStore()
          }),
        ),
      ),
    )
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index))
  })

  test('P-S8 live resize up lets waiters in, down holds newcomers back', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1 })
    const started: string[] = []
    const calls = ['a', 'b', 'c', 'd'].map(name => gated(started, name))
    const results = calls.map(call => limiter.execute(call.operation))
    limiter.resize(3)
    await Promise.resolve()
    expect(started).toEqual(['a', 'b', 'c'])
    limiter.resize(1)
    expect(limiter.metrics()).toMatchObject({ inUse: 3, available: 0 })
    calls[0]?.end()
    calls[1]?.end()
    await Promise.all([results[0], results[1]])
    expect(started).toHaveLength(3)
    calls[2]?.end()
    await results[2]
    await Promise.resolve()
    expect(started).toHaveLength(4)
    calls[3]?.end()
    await results[3]
    expect(limiter.available).toBe(1)
  })

  test('P-S8 a resize below a waiter refuses it, and the line moves on', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 5 })
    const { first, permits, order } = await queueBehind(limiter, [4, 2])
    permits[0]?.catch(() => undefined)
    limiter.resize(3)
    await expect(permits[0]).rejects.toThrow('weight is 4')
    first.release()
    await permits[1]
    expect(order).toEqual([2])
    expect(() => limiter.resize(0)).toThrow(RangeError)
  })

  test('P-S8 a bounded queue refuses with its own error', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1, maxQueue: 1 })
    await limiter.acquire()
    limiter.acquire().catch(() => undefined)
    const error = await limiter.acquire().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(QueueFullError)
    expect((error as QueueFullError).explain()).toMatchObject({ waiting: 1, maxQueue: 1, inUse: 1 })
    expect(limiter.metrics()).toMatchObject({ rejected: 1, waiting: 1 })
  })

  test('P-S8 1,000,000 waiters stay linear in time', async () => {
    // The time of the processor: that of the clock is also spent on whatever else the machine does.
    const nsEach = async (count: number): Promise<number> => {
      const limiter = new SemaphoreLimiter({ maxConcurrent: 1 })
      const held = await limiter.acquire()
      const before = process.cpuUsage()
      let left = count
      const done = new Deferred<void>()
      const operation = (): void => {
        left -= 1
        if (left === 0) done.resolve()
      }
      for (let index = 0; index < count; index += 1) void limiter.execute(operation)
      held.release()
      await done.promise
      const { user, system } = process.cpuUsage(before)
      return ((user + system) * 1e3) / count
    }
    await nsEach(10_000)
    const few = await nsEach(50_000)
    const many = await nsEach(1_000_000)
    // Were it quadratic, each would cost twenty times as much; the garbage collector alone costs some.
    expect(many).toBeLessThan(few * 12 + 5_000)
  }, 120_000)
})
