import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'
import { setUp } from './pool-rig.js'

describe('P-O1 idle resources', () => {
  test('P-O1 idle eviction: down to min, the longest idle first, and no timer after that', async () => {
    const { pool, clock, open, reasons } = setUp({ min: 1, max: 3, idleTimeoutMs: 1000 })
    expect(clock.pendingTimers).toBe(0)
    const leases = [await pool.acquire(), await pool.acquire(), await pool.acquire()]
    for (const lease of leases) {
      lease.release()
      await clock.advance(100)
    }
    expect(open()).toEqual([1, 2, 3])
    await clock.advance(700)
    expect(open()).toEqual([2, 3])
    await clock.advance(100)
    expect(open()).toEqual([3])
    await clock.advance(100_000)
    expect(open()).toEqual([3])
    expect(reasons).toEqual(['idle', 'idle'])
    expect(clock.pendingTimers).toBe(0)
  })

  test('P-O1 validation: a resource that fails it is destroyed and another one comes', async () => {
    const { pool, made, reasons } = setUp({
      max: 2,
      validate: one => {
        if (one.id === 2) throw new Error('broken')
        return one.id !== 1
      },
    })
    const leases = [await pool.acquire(), await pool.acquire()]
    for (const lease of leases) lease.release()
    expect((await pool.acquire()).resource.id).toBe(3)
    expect(reasons).toEqual(['invalid', 'invalid'])
    expect(made).toHaveLength(3)
    expect(pool.active).toBe(1)
  })

  test('a valid resource whose borrower has left lies idle again', async () => {
    let answer: (isValid: boolean) => void = () => undefined
    const { pool, clock } = setUp({ validate: () => new Promise(resolve => (answer = resolve)) })
    const lease = await pool.acquire()
    lease.release()
    const end = rejectionOf(pool.acquire({ maxWaitMs: 5 }))
    expect(pool.active).toBe(1)
    await clock.advance(5)
    await end
    answer(true)
    await clock.flush()
    expect([pool.active, pool.idle]).toEqual([0, 1])
  })

  test('P-O1 jittered lifetime: resources made together do not end together', async () => {
    const chances = [0, 0.5, 1]
    const { pool, clock, open } = setUp({
      maxLifetimeMs: 1000,
      lifetimeJitter: 0.2,
      idleTimeoutMs: Infinity,
      random: () => chances.shift() ?? 0,
    })
    const leases = [await pool.acquire(), await pool.acquire(), await pool.acquire()]
    for (const lease of leases) lease.release()
    await clock.advance(799)
    expect(open()).toEqual([1, 2, 3])
    await clock.advance(1)
    expect(open()).toEqual([1, 2])
    await clock.advance(100)
    expect(open()).toEqual([1])
    await clock.advance(100)
    expect(open()).toEqual([])
    expect(clock.pendingTimers).toBe(0)
  })

  test('a resource that grew old while it was lent is not lent again', async () => {
    const { pool, clock, reasons } = setUp({ max: 1, maxLifetimeMs: 1000, lifetimeJitter: 0 })
    const lease = await pool.acquire()
    const next = pool.acquire()
    await clock.advance(1000)
    lease.release()
    expect((await next).resource.id).toBe(2)
    expect(reasons).toEqual(['lifetime'])
  })
})
