import { AsyncLocalStorage } from 'node:async_hooks'
import { getEventListeners } from 'node:events'
import type { Operation, Permit, SemaphoreEvent } from 'async-patterns'
import {
  AcquireTimeoutError,
  compose,
  Deferred,
  QueueFullError,
  SemaphoreLimiter,
  Timeout,
  TimeoutError,
} from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

/** An operation that runs until told, and notes when it begins. */
function gated(started: string[], name: string) {
  const gate = new Deferred<string>()
  const operation: Operation<string> = () => {
    started.push(name)
    return gate.promise
  }
  return { operation, gate, end: () => gate.resolve(name) }
}

/** Takes the only permit, and queues one caller for each weight. */
async function queueBehind(limiter: SemaphoreLimiter, weights: readonly number[]) {
  const first = await limiter.acquire({ weight: limiter.maxConcurrent })
  const order: number[] = []
  const permits = weights.map(async weight => {
    const permit = await limiter.acquire({ weight })
    order.push(weight)
    return permit
  })
  return { first, permits, order }
}

describe('permits', () => {
  test('at most maxConcurrent run at once, the others in the order in which they came', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 2 })
    const started: string[] = []
    const calls = ['a', 'b', 'c', 'd'].map(name => gated(started, name))
    const results = calls.map(call => limiter.execute(call.operation))
    expect(started).toEqual(['a', 'b'])
    expect(limiter.waiting).toBe(2)
    calls[1]?.end()
    await results[1]
    await Promise.resolve()
    expect(started).toEqual(['a', 'b', 'c'])
    for (const call of calls) call.end()
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd'])
    expect(limiter).toMatchObject({ available: 2, waiting: 0, idle: true })
  })

  test('a value, a throw and a rejection all give the permit back', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1 })
    expect(await limiter.execute(() => 7)).toBe(7)
    const fault = new Error('fault')
    const throwing = (): never => {
      throw fault
    }
    await expect(limiter.execute(throwing)).rejects.toBe(fault)
    await expect(limiter.execute(() => Promise.reject(fault))).rejects.toBe(fault)
    expect(limiter.available).toBe(1)
  })

  test('using gives the permit back at the end of the block', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 3 })
    {
      using permit = await limiter.acquire({ weight: 2 })
      expect(permit.weight).toBe(2)
      expect(limiter.available).toBe(1)
    }
    expect(limiter.available).toBe(3)
  })

  test('P-S1 no barging: a freed permit goes straight to the first waiter', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1 })
    const held = await limiter.acquire()
    let granted: Permit | undefined
    const waiter = limiter.acquire().then(permit => {
      granted = permit
    })
    held.release()
    // The waiter's continuation has not run yet; a newcomer must not find the permit free.
    expect(granted).toBeUndefined()
    expect(limiter.available).toBe(0)
    expect(limiter.tryAcquire()).toBeUndefined()
    await waiter
    expect(granted).toBeDefined()
  })

  test('P-S1 no barging: a light newcomer does not overtake a heavy waiter', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 3 })
    await limiter.acquire({ weight: 2 })
    void limiter.acquire({ weight: 3 })
    expect(limiter.available).toBe(1)
    expect(limiter.tryAcquire()).toBeUndefined()
    let ran = false
    void limiter.execute(() => {
      ran = true
    })
    await Promise.resolve()
    expect(ran).toBe(false)
  })

  test('P-S4 release twice: capacity does not grow', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 2 })
    const permit = await limiter.acquire({ weight: 2 })
    permit.release()
    permit.release()
    permit[Symbol.dispose]()
    permit.resize(5)
    expect(permit.weight).toBe(0)
    expect(limiter.metrics()).toMatchObject({ available: 2, inUse: 0 })
  })

  test('P-S6 weight over capacity: refused at once, by every door', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 4 })
    const said = 'weight is 5; allowed is an integer of at least 1 and at most 4'
    await expect(limiter.acquire({ weight: 5 })).rejects.toThrow(said)
    await expect(limiter.execute(() => 1, { weight: 5 })).rejects.toThrow(RangeError)
    expect(() => limiter.tryAcquire({ weight: 5 })).toThrow(RangeError)
    expect(() => limiter.requesting({ weight: 5 })).toThrow(RangeError)
    expect(limiter).toMatchObject({ available: 4, waiting: 0 })
  })

  test('P-S6 heavy waiters do not starve behind a stream of light ones', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 4 })
    const light = [await limiter.acquire(), await limiter.acquire(), await limiter.acquire()]
    let heavy = false
    void limiter.acquire({ weight: 4 }).then(() => {
      heavy = true
    })
    for (const permit of light) {
      void limiter.acquire()
      permit.release()
      await Promise.resolve()
    }
    await Promise.resolve()
    expect(heavy).toBe(true)
  })

  test('higher priorities go first, equal ones in order', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1 })
    const held = await limiter.acquire()
    const order: string[] = []
    const all = ['low1:0', 'high1:5', 'low2:0', 'mid:2', 'high2:5'].map(async label => {
      const [name = '', priority] = label.split(':')
      await limiter.execute(() => void order.push(name), { priority: Number(priority) })
    })
    held.release()
    await Promise.all(all)
    expect(order).toEqual(['high1', 'high2', 'mid', 'low1', 'low2'])
  })

  test('a higher priority that fits passes a heavy waiter of a lower one', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 2 })
    await limiter.acquire()
    void limiter.acquire({ weight: 2 })
    expect(limiter.tryAcquire({ priority: 1 })).toBeDefined()
  })

  test('a permit that shrinks lets waiters in; one that grows makes them wait', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 10 })
    const page = await limiter.acquire({ weight: 10 })
    let entered = 0
    void limiter.acquire({ weight: 4 }).then(() => {
      entered += 1
    })
    page.resize(7)
    await Promise.resolve()
    expect(entered).toBe(0)
    page.resize(6)
    await new Promise(setImmediate)
    expect(entered).toBe(1)
    page.resize(50)
    expect(limiter.metrics()).toMatchObject({ inUse: 54, available: 0 })
    page.release()
    expect(limiter.available).toBe(6)
  })

  test('requesting is a policy over the same permits', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 4 })
    const heavy = compose(limiter.requesting({ weight: 3 }))
    await heavy.execute(() => expect(limiter.available).toBe(1))
    expect(heavy.idle).toBe(true)
    using permit = await limiter.acquire()
    expect(permit.weight).toBe(1)
    expect(heavy.idle).toBe(false)
  })
})

describe('waiting', () => {
  test('P-S2 an aborted waiter leaves at once, itself and no other', async () => {
    const clock = new ManualClock()
    const limiter = new SemaphoreLimiter({ maxConcurrent: 1, clock })
    const held = await limiter.acquire()
    const controller = new AbortController()
    const before = limiter.acquire()
    const aborted = limiter.acquire({ signal: controller.signal })
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
    await expect(wait).rejects.toMatchObject({ code: 'ACQUIRE_TIMEOUT', timeoutMs: 40 })
    await expect(limiter.acquire({ deadlineAt: 40 })).rejects.toMatchObject({ timeoutMs: 0 })
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
    await expect(limiter.acquire({ signal })).rejects.toBe(reason)
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
    const nsEach = async (count: number): Promise<number> => {
      const limiter = new SemaphoreLimiter({ maxConcurrent: 1 })
      const held = await limiter.acquire()
      const begin = performance.now()
      let left = count
      const done = new Deferred<void>()
      const operation = (): void => {
        left -= 1
        if (left === 0) done.resolve()
      }
      for (let index = 0; index < count; index += 1) void limiter.execute(operation)
      held.release()
      await done.promise
      return ((performance.now() - begin) * 1e6) / count
    }
    await nsEach(10_000)
    const few = await nsEach(50_000)
    const many = await nsEach(1_000_000)
    // Were it quadratic, each would cost twenty times as much; the garbage collector alone costs some.
    expect(many).toBeLessThan(few * 12 + 5_000)
  }, 120_000)
})

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
