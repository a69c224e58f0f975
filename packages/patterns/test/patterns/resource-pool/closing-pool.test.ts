import { ClosedError } from 'async-patterns'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'
import { setUp, byHand, connection } from './pool-rig.js'

describe('close', () => {
  test('P-O1 close drains: serves those in line, waits for the leases, destroys all', async () => {
    const { pool, clock, open, reasons } = setUp({ max: 1 })
    const lease = await pool.acquire()
    const inLine = pool.acquire()
    const closed = pool.close()
    await expect(pool.acquire()).rejects.toThrow(ClosedError)
    await expect(pool.fill()).rejects.toThrow(ClosedError)
    lease.release()
    const last = await inLine
    expect(open()).toEqual([1])
    last.release()
    await closed
    await pool.close()
    expect(open()).toEqual([])
    expect(reasons).toEqual(['closed'])
    expect(clock.pendingTimers).toBe(0)
  })

  test('waits for what is being made and for what is being destroyed', async () => {
    const { calls, create } = byHand()
    const { pool, clock, open } = setUp({ create, destroy: () => clock.sleep(50) })
    void rejectionOf(pool.acquire({ maxWaitMs: 1 }))
    await clock.advance(1)
    let isClosed = false
    const closed = pool.close().then(() => (isClosed = true))
    calls[0]?.resolve(connection(1))
    await clock.advance(49)
    expect(isClosed).toBe(false)
    await clock.advance(1)
    expect(await closed).toBe(true)
    expect(open()).toEqual([])
  })

  test('gives up after timeoutMs: turns the line away, destroys what comes back', async () => {
    const { pool, clock, open } = setUp({ max: 1 })
    const lease = await pool.acquire()
    const inLine = rejectionOf(pool.acquire())
    await expect(clock.run(pool.close({ timeoutMs: 100 }))).rejects.toThrow('1 still lent out')
    expect(await inLine).toBeInstanceOf(ClosedError)
    lease.release()
    await clock.flush()
    expect(open()).toEqual([])
  })

  test('an empty pool closes at once, also by `await using`', async () => {
    const { pool } = setUp()
    await pool[Symbol.asyncDispose]()
    await expect(pool.acquire()).rejects.toThrow(ClosedError)
  })

  test('a destroy that fails is told and disturbs nothing', async () => {
    const { pool } = setUp({ destroy: () => Promise.reject(new Error('stuck')) })
    const errors: unknown[] = []
    pool.subscribe(event => {
      if (event.type === 'destroy-failure') errors.push(event.error)
    })
    const lease = await pool.acquire()
    await lease.destroy()
    expect(errors).toHaveLength(1)
    await pool.close()
  })
})
