import { AcquireTimeoutError, ResourcePool } from 'async-patterns'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'
import { setUp, byHand, connection } from './pool-rig.js'

describe('lending', () => {
  test('makes no more than max, and serves those in line in their order', async () => {
    const { pool, made, clock } = setUp({ max: 2 })
    const order: number[] = []
    const users = [1, 2, 3, 4, 5].map(user =>
      pool.use(async () => {
        order.push(user)
        await clock.sleep(10)
      }),
    )
    await clock.flush()
    expect([pool.active, pool.idle, pool.waiting]).toEqual([2, 0, 3])
    await clock.run(Promise.all(users))
    expect(order).toEqual([1, 2, 3, 4, 5])
    expect(made).toHaveLength(2)
    expect(pool.metrics()).toMatchObject({ active: 0, idle: 2, waiting: 0, created: 2 })
  })

  test('lends the one used last first', async () => {
    const { pool } = setUp()
    const [a, b] = [await pool.acquire(), await pool.acquire()]
    b.release()
    a.release()
    expect((await pool.acquire()).resource.id).toBe(1)
  })

  test('`await using` gives back, and a second release has no effect', async () => {
    const { pool } = setUp()
    {
      // oxlint-disable-next-line typescript/await-thenable -- the linter's standard library knows no AsyncDisposable
      await using lease = await pool.acquire()
      expect(lease.resource.isOpen).toBe(true)
      expect(pool.active).toBe(1)
    }
    const lease = await pool.acquire()
    lease.release()
    lease.release()
    await lease.destroy()
    expect([pool.active, pool.idle]).toEqual([0, 1])
  })

  test('a destroyed lease makes room for the next in line', async () => {
    const { pool, reasons, open } = setUp({ max: 1 })
    const lease = await pool.acquire()
    const next = pool.acquire()
    await lease.destroy()
    expect((await next).resource.id).toBe(2)
    expect(reasons).toEqual(['broken'])
    expect(open()).toEqual([2])
  })

  test('use keeps the resource until all work handed to waitUntil has settled', async () => {
    const { pool, clock } = setUp()
    await pool.use((_resource, context) => context.waitUntil(clock.sleep(100)))
    expect(pool.active).toBe(1)
    await clock.advance(100)
    expect(pool.active).toBe(0)
  })

  test('use gives back when the operation throws', async () => {
    const { pool } = setUp()
    const thrown = new Error('mine')
    expect(await rejectionOf(pool.use(() => Promise.reject(thrown)))).toBe(thrown)
    expect([pool.active, pool.idle]).toEqual([0, 1])
  })
})

describe('waiting', () => {
  test('ends at acquireTimeoutMs, at the deadline, and on abort, and leaves nothing behind', async () => {
    const { pool, clock } = setUp({ max: 1, acquireTimeoutMs: 500 })
    const lease = await pool.acquire()
    const controller = new AbortController()
    const ends = [
      rejectionOf(pool.acquire()),
      rejectionOf(pool.acquire({ maxWaitMs: 20 })),
      rejectionOf(pool.acquire(undefined, { deadlineAt: clock.now() + 30 })),
      rejectionOf(pool.acquire(undefined, { signal: controller.signal })),
      rejectionOf(pool.acquire(undefined, { deadlineAt: clock.now() - 1 })),
      rejectionOf(pool.acquire(undefined, { signal: AbortSignal.abort('no') })),
    ]
    controller.abort('enough')
    await clock.advance(500)
    const errors = await Promise.all(ends)
    const timeouts = errors.map(one => (one instanceof AcquireTimeoutError ? one.timeoutMs : one))
    expect(timeouts).toMatchObject([500, 20, { deadlineAt: 30 }, 'enough', { deadlineAt: -1 }, 'no'])
    expect((errors[0] as AcquireTimeoutError).explain()).toMatchObject({ active: 1, max: 1 })
    expect(pool.waiting).toBe(0)
    expect(pool.metrics().acquireTimeouts).toBe(4)
    lease.release()
    await pool.close()
    expect(clock.pendingTimers).toBe(0)
  })

  test('P-O1 a resource that arrives for a timed-out waiter goes to the next', async () => {
    const { calls, create } = byHand()
    const { pool, clock } = setUp({ create, max: 1 })
    const first = rejectionOf(pool.acquire({ maxWaitMs: 10 }))
    const second = pool.acquire()
    await clock.advance(10)
    expect(await first).toBeInstanceOf(AcquireTimeoutError)
    calls[0]?.resolve(connection(7))
    expect((await second).resource.id).toBe(7)
    expect(calls).toHaveLength(1)
  })

  test('P-O1 a resource that arrives when nobody waits any more lies idle', async () => {
    const { calls, create } = byHand()
    const { pool, clock } = setUp({ create })
    const only = rejectionOf(pool.acquire({ maxWaitMs: 10 }))
    await clock.advance(10)
    await only
    calls[0]?.resolve(connection(7))
    await clock.flush()
    expect(pool.idle).toBe(1)
    expect((await pool.acquire()).resource.id).toBe(7)
  })
})

test('refuses options out of range', () => {
  const create = () => connection(1)
  expect(() => new ResourcePool({ create, min: 11 })).toThrow('ResourcePool.min is 11')
  expect(() => new ResourcePool({ create, max: 0 })).toThrow(RangeError)
  expect(() => new ResourcePool({ create: 5 as never })).toThrow(TypeError)
  expect(() => new ResourcePool({ create, lifetimeJitter: 2 })).toThrow(RangeError)
})

test('a listener that gives a lease back as an acquire runs out of time loses no resource', async () => {
  const { pool, clock } = setUp({ max: 1, acquireTimeoutMs: 100 })
  const lease = await pool.acquire()
  pool.subscribe(({ type }) => {
    if (type === 'reject') lease.release()
  })
  const late = rejectionOf(pool.acquire())
  await clock.advance(100)
  expect(await late).toBeInstanceOf(AcquireTimeoutError)
  expect(pool.metrics()).toMatchObject({ active: 0, idle: 1, waiting: 0, acquireTimeouts: 1 })
})
