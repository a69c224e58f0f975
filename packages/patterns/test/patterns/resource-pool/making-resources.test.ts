import type { AcquireTimeoutError } from 'async-patterns'
import { ResourceCreateError, TimeoutError } from 'async-patterns'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'
import { setUp, byHand, connection } from './pool-rig.js'

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
