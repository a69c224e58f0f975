import type { AcquireTimeoutError, Lease } from 'async-patterns'
import { ResourceCreateError, TimeoutError } from 'async-patterns'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'
import { setUp, byHand, connection } from './pool-rig.js'
import type { Connection } from './pool-rig.js'

describe('making fails', () => {
  test('P-O1 creation that always fails rejects waiters with the cause, with backoff, no busy loop', async () => {
    let attempts = 0
    const refused = new Error('ECONNREFUSED')
    const { pool, clock } = setUp({
      max: 3,
      create: () => {
        attempts += 1
        throw refused
      },
    })
    const errors = await clock.run(Promise.all(Array.from({ length: 20 }, () => rejectionOf(pool.acquire()))))
    expect(errors.every(error => error instanceof ResourceCreateError && error.cause === refused)).toBe(true)
    expect(attempts).toBe(3)
    expect(clock.pendingTimers).toBe(0)

    const start = clock.now()
    const callers = Array.from({ length: 200 }, (_, i) =>
      clock.sleep(i * 300).then(() => rejectionOf(pool.acquire({ maxWaitMs: 60_000 }))),
    )
    const later = await clock.run(Promise.all(callers))
    expect(later.every(error => error instanceof ResourceCreateError)).toBe(true)
    expect(clock.now() - start).toBeLessThan(75_000)
    expect(attempts).toBeLessThan(25)
    expect(clock.pendingTimers).toBe(0)
  })

  test('only the first in line is rejected while others may still be served', async () => {
    const { calls, create } = byHand()
    const { pool } = setUp({ create, max: 2 })
    const one = pool.acquire()
    calls[0]?.resolve(connection(1))
    const lease = await one
    const ends = [rejectionOf(pool.acquire()), pool.acquire()] as const
    calls[1]?.reject(new Error('no'))
    expect(await ends[0]).toBeInstanceOf(ResourceCreateError)
    lease.release()
    expect((await ends[1]).resource.id).toBe(1)
  })

  test('recovers after the pause, and then makes as many as are wanted', async () => {
    let isDown = true
    let id = 0
    const { pool, clock } = setUp({
      create: () => {
        if (isDown) throw new Error('down')
        return connection(++id)
      },
    })
    await rejectionOf(pool.acquire())
    isDown = false
    const start = clock.now()
    const leases = await clock.run(Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]))
    expect(clock.now() - start).toBe(75)
    expect(leases.map(lease => lease.resource.id)).toEqual([1, 2, 3])
  })

  test('an acquire that times out in the pause names the failure as its cause', async () => {
    const { pool, clock } = setUp({ create: () => Promise.reject(new Error('down')) })
    await rejectionOf(pool.acquire())
    const error = (await clock.run(rejectionOf(pool.acquire({ maxWaitMs: 10 })))) as AcquireTimeoutError
    expect(error.cause).toBeInstanceOf(ResourceCreateError)
  })

  test('making has its own timeout; what comes later is destroyed', async () => {
    const { calls, create } = byHand()
    const { pool, clock, reasons } = setUp({ create, createTimeoutMs: 100 })
    const end = rejectionOf(pool.acquire())
    await clock.advance(100)
    const error = (await end) as ResourceCreateError
    expect(error.cause).toBeInstanceOf(TimeoutError)
    expect(calls[0]?.signal.aborted).toBe(true)
    const late = connection(9)
    calls[0]?.resolve(late)
    await clock.flush()
    expect(late.isOpen).toBe(false)
    expect(reasons).toEqual(['late'])
  })
})

describe('fill', () => {
  test('makes what is missing to min', async () => {
    const { pool } = setUp({ min: 3 })
    await pool.fill()
    expect(pool.idle).toBe(3)
    await pool.fill()
    expect(pool.metrics().created).toBe(3)
  })

  test('rejects with the reason', async () => {
    const { pool } = setUp({ min: 2, create: () => Promise.reject(new Error('down')) })
    await expect(pool.fill()).rejects.toThrow(ResourceCreateError)
  })
})

describe('create calls back', () => {
  test.each([1, 2, 3])('a create that acquires makes no more than max: %d', async max => {
    let made = 0
    const acquires: Promise<Lease<Connection>>[] = []
    const create = () => {
      made += 1
      if (made < 10) acquires.push(rig.pool.acquire())
      return connection(made)
    }
    const rig = setUp({ create, max })
    acquires.push(rig.pool.acquire(), rig.pool.acquire())
    await rig.clock.flush()
    expect(made).toBe(max)
    expect(rig.pool.metrics()).toMatchObject({ active: max, pending: 0, created: max })
    await Promise.all(acquires.map(acquire => acquire.then(lease => lease.release())))
    expect(rig.pool.metrics()).toMatchObject({ active: 0, idle: max, created: max })
  })

  test('fill waits for those that create itself began', async () => {
    const { calls, create } = byHand()
    let isFirst = true
    const rig = setUp({
      min: 1,
      create: signal => {
        if (isFirst) inner = rig.pool.fill()
        isFirst = false
        return create(signal)
      },
    })
    let inner = Promise.resolve()
    const filled = rig.pool.fill()
    let innerEnded = false
    void inner.then(() => (innerEnded = true))
    await rig.clock.flush()
    expect([calls.length, innerEnded]).toEqual([1, false])
    calls[0]?.resolve(connection(1))
    await Promise.all([filled, inner])
    expect(rig.pool.idle).toBe(1)
  })

  test('an abort within create ends the acquire, and the resource goes to the next', async () => {
    const controller = new AbortController()
    const reason = new Error('mine')
    const { calls, create } = byHand()
    const { pool, clock } = setUp({
      max: 1,
      create: signal => {
        controller.abort(reason)
        return create(signal)
      },
    })
    const aborted = rejectionOf(pool.acquire(undefined, { signal: controller.signal }))
    expect(await aborted).toBe(reason)
    expect([pool.waiting, clock.pendingTimers]).toEqual([0, 1])
    const next = pool.acquire()
    calls[0]?.resolve(connection(7))
    expect((await next).resource.id).toBe(7)
  })
})
