import { compose, Deferred, SemaphoreLimiter, Timeout, TimeoutError } from 'async-patterns'
import type { SemaphoreEvent } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

describe('P-S5 a call that timed out keeps its permit until it has settled', () => {
  const rig = () => {
    const clock = new ManualClock()
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1, clock })
    const timeout = new Timeout({ timeoutMs: 100, clock })
    const work = new Deferred<void>()
    return { clock, limiter, timeout, work }
  }

  test.each(['limiter outside', 'limiter inside', 'timeouts on both sides'])('%s', async order => {
    const { clock, limiter, timeout, work } = rig()
    const outer = new Timeout({ timeoutMs: 50, clock })
    const stack = {
      'limiter outside': compose(limiter, timeout),
      'limiter inside': compose(timeout, limiter),
      'timeouts on both sides': compose(outer, limiter, timeout),
    }[order]
    const call = stack?.execute(() => work.promise)
    call?.catch(() => undefined)
    await clock.advance(100)
    await expect(call).rejects.toBeInstanceOf(TimeoutError)
    expect(limiter.metrics()).toMatchObject({ inUse: 1, available: 0, zombies: 1 })
    const next = limiter.execute(() => 'next')
    await clock.advance(1)
    expect(limiter.waiting).toBe(1)
    work.reject(new Error('too late for anyone'))
    expect(await next).toBe('next')
    expect(limiter.metrics()).toMatchObject({ inUse: 0, zombies: 0 })
  })

  test('the zombie of one call holds no permit of its sibling under the same caller', async () => {
    const { clock, limiter, timeout, work } = rig()
    limiter.resize(2)
    const timed = compose(limiter, timeout)
    const outer = new SemaphoreLimiter({ clock })
    const both = outer.execute(context =>
      Promise.allSettled([timed.execute(() => work.promise, context), timed.execute(() => 1, context)]),
    )
    await clock.run(both)
    expect(limiter.metrics()).toMatchObject({ inUse: 1, zombies: 1 })
    expect(outer.metrics()).toMatchObject({ inUse: 1, zombies: 1 })
    work.resolve()
    await clock.flush()
    expect(limiter.idle && outer.idle).toBe(true)
  })

  test('an aborted caller whose work goes on is a zombie too', async () => {
    const { limiter, work } = rig()
    const controller = new AbortController()
    const call = limiter.execute(() => work.promise, { signal: controller.signal })
    expect(limiter.metrics().zombies).toBe(0)
    controller.abort()
    expect(limiter.metrics().zombies).toBe(1)
    work.resolve()
    await call
    expect(limiter.metrics().zombies).toBe(0)
  })
})

describe('SemaphoreLimiter events and options', () => {
  test('tells who waits, who got in and who did not', async () => {
    const clock = new ManualClock()
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1, maxQueue: 1, acquireTimeoutMs: 50, clock })
    const events: SemaphoreEvent[] = []
    const subscription = limiter.subscribe(event => events.push(event))
    const held = await limiter.acquire()
    const waits = limiter.acquire()
    await limiter.acquire().catch(() => undefined)
    await clock.advance(20)
    held.release()
    await waits
    limiter.acquire().catch(() => undefined)
    await clock.advance(50)
    subscription[Symbol.dispose]()
    expect(events).toEqual([
      { type: 'queued', weight: 1, priority: 0, waiting: 1 },
      { type: 'rejected', reason: 'queue-full', weight: 1 },
      { type: 'acquired', weight: 1, waitedMs: 20 },
      { type: 'queued', weight: 1, priority: 0, waiting: 1 },
      { type: 'rejected', reason: 'timeout', weight: 1 },
    ])
  })

  test.each([
    [{ maxConcurrent: 0 }, 'SemaphoreLimiter.maxConcurrent is 0; allowed is an integer of at least 1'],
    [{ maxConcurrent: 1.5 }, 'SemaphoreLimiter.maxConcurrent is 1.5'],
    [{ acquireTimeoutMs: -1 }, 'SemaphoreLimiter.acquireTimeoutMs is -1'],
    [{ maxQueue: -1 }, 'SemaphoreLimiter.maxQueue is -1'],
  ])('refuses %o', (options, message) => {
    expect(() => new SemaphoreLimiter(options)).toThrow(message)
  })
})
