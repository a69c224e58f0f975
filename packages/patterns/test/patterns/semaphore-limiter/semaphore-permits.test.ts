import { compose, SemaphoreLimiter } from 'async-patterns'
import type { Permit } from 'async-patterns'
import { describe, expect, test } from 'vitest'
import { gated } from './semaphore-rig.js'

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
      await limiter.requesting({ priority: Number(priority) }).execute(() => void order.push(name))
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
