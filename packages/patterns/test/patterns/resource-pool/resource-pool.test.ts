import {
  AcquireTimeoutError,
  ClosedError,
  type DestroyReason,
  ResourceCreateError,
  ResourcePool,
  type ResourcePoolOptions,
  TimeoutError,
} from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, it } from 'vitest'

interface Connection {
  readonly id: number
  isOpen: boolean
}

function setUp(options: Partial<ResourcePoolOptions<Connection>> = {}) {
  const clock = new ManualClock()
  const made: Connection[] = []
  const create = (): Connection => {
    const connection = { id: made.length + 1, isOpen: true }
    made.push(connection)
    return connection
  }
  const destroy = (connection: Connection): void => {
    connection.isOpen = false
  }
  const pool = new ResourcePool<Connection>({ create, destroy, clock, random: () => 0.5, ...options })
  const reasons: DestroyReason[] = []
  pool.subscribe(event => {
    if (event.type === 'destroy') reasons.push(event.reason)
  })
  const open = () => made.filter(one => one.isOpen).map(one => one.id)
  return { clock, pool, made, reasons, open }
}

/** A `create` whose every call ends when the test says so. */
function byHand() {
  const calls: {
    resolve: (connection: Connection) => void
    reject: (error: Error) => void
    signal: AbortSignal
  }[] = []
  const create = (signal: AbortSignal) =>
    new Promise<Connection>((resolve, reject) => calls.push({ resolve, reject, signal }))
  return { calls, create }
}

const connection = (id: number): Connection => ({ id, isOpen: true })
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('lending', () => {
  it('makes no more than max, and serves those in line in their order', async () => {
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

  it('lends the one used last first', async () => {
    const { pool } = setUp()
    const [a, b] = [await pool.acquire(), await pool.acquire()]
    b.release()
    a.release()
    expect((await pool.acquire()).resource.id).toBe(1)
  })

  it('`await using` gives back, and a second release has no effect', async () => {
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

  it('a destroyed lease makes room for the next in line', async () => {
    const { pool, reasons, open } = setUp({ max: 1 })
    const lease = await pool.acquire()
    const next = pool.acquire()
    await lease.destroy()
    expect((await next).resource.id).toBe(2)
    expect(reasons).toEqual(['broken'])
    expect(open()).toEqual([2])
  })

  it('use keeps the resource until all work handed to waitUntil has settled', async () => {
    const { pool, clock } = setUp()
    await pool.use((_resource, context) => context.waitUntil(clock.sleep(100)))
    expect(pool.active).toBe(1)
    await clock.advance(100)
    expect(pool.active).toBe(0)
  })

  it('use gives back when the operation throws', async () => {
    const { pool } = setUp()
    const thrown = new Error('mine')
    expect(await failure(pool.use(() => Promise.reject(thrown)))).toBe(thrown)
    expect([pool.active, pool.idle]).toEqual([0, 1])
  })
})

describe('waiting', () => {
  it('ends at acquireTimeoutMs, at the deadline, and on abort, and leaves nothing behind', async () => {
    const { pool, clock } = setUp({ max: 1, acquireTimeoutMs: 500 })
    const lease = await pool.acquire()
    const controller = new AbortController()
    const ends = [
      failure(pool.acquire()),
      failure(pool.acquire({ timeoutMs: 20 })),
      failure(pool.acquire({ deadlineAt: clock.now() + 30 })),
      failure(pool.acquire({ signal: controller.signal })),
      failure(pool.acquire({ deadlineAt: clock.now() - 1 })),
      failure(pool.acquire({ signal: AbortSignal.abort('no') })),
    ]
    controller.abort('enough')
    await clock.advance(500)
    const errors = await Promise.all(ends)
    expect(errors.map(one => (one instanceof AcquireTimeoutError ? one.timeoutMs : one))).toEqual([
      500,
      20,
      30,
      'enough',
      0,
      'no',
    ])
    expect((errors[0] as AcquireTimeoutError).explain()).toMatchObject({ active: 1, max: 1 })
    expect(pool.waiting).toBe(0)
    expect(pool.metrics().acquireTimeouts).toBe(4)
    lease.release()
    await pool.close()
    expect(clock.pendingTimers).toBe(0)
  })

  it('P-O1 a resource that arrives for a timed-out waiter goes to the next', async () => {
    const { calls, create } = byHand()
    const { pool, clock } = setUp({ create, max: 1 })
    const first = failure(pool.acquire({ timeoutMs: 10 }))
    const second = pool.acquire()
    await clock.advance(10)
    expect(await first).toBeInstanceOf(AcquireTimeoutError)
    calls[0]?.resolve(connection(7))
    expect((await second).resource.id).toBe(7)
    expect(calls).toHaveLength(1)
  })

  it('P-O1 a resource that arrives when nobody waits any more lies idle', async () => {
    const { calls, create } = byHand()
    const { pool, clock } = setUp({ create })
    const only = failure(pool.acquire({ timeoutMs: 10 }))
    await clock.advance(10)
    await only
    calls[0]?.resolve(connection(7))
    await clock.flush()
    expect(pool.idle).toBe(1)
    expect((await pool.acquire()).resource.id).toBe(7)
  })
})

describe('making fails', () => {
  it('P-O1 creation that always fails rejects waiters with the cause, with backoff, no busy loop', async () => {
    let attempts = 0
    const refused = new Error('ECONNREFUSED')
    const { pool, clock } = setUp({
      max: 3,
      create: () => {
        attempts += 1
        throw refused
      },
    })
    const errors = await clock.run(Promise.all(Array.from({ length: 20 }, () => failure(pool.acquire()))))
    expect(errors.every(error => error instanceof ResourceCreateError && error.cause === refused)).toBe(true)
    expect(attempts).toBe(3)
    expect(clock.pendingTimers).toBe(0)

    const start = clock.now()
    const callers = Array.from({ length: 200 }, (_, i) =>
      clock.sleep(i * 300).then(() => failure(pool.acquire({ timeoutMs: 60_000 }))),
    )
    const later = await clock.run(Promise.all(callers))
    expect(later.every(error => error instanceof ResourceCreateError)).toBe(true)
    expect(clock.now() - start).toBeLessThan(75_000)
    expect(attempts).toBeLessThan(25)
    expect(clock.pendingTimers).toBe(0)
  })

  it('only the first in line is rejected while others may still be served', async () => {
    const { calls, create } = byHand()
    const { pool } = setUp({ create, max: 2 })
    const one = pool.acquire()
    calls[0]?.resolve(connection(1))
    const lease = await one
    const ends = [failure(pool.acquire()), pool.acquire()] as const
    calls[1]?.reject(new Error('no'))
    expect(await ends[0]).toBeInstanceOf(ResourceCreateError)
    lease.release()
    expect((await ends[1]).resource.id).toBe(1)
  })

  it('recovers after the pause, and then makes as many as are wanted', async () => {
    let isDown = true
    let id = 0
    const { pool, clock } = setUp({
      create: () => {
        if (isDown) throw new Error('down')
        return connection(++id)
      },
    })
    await failure(pool.acquire())
    isDown = false
    const start = clock.now()
    const leases = await clock.run(Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]))
    expect(clock.now() - start).toBe(75)
    expect(leases.map(lease => lease.resource.id)).toEqual([1, 2, 3])
  })

  it('an acquire that times out in the pause names the failure as its cause', async () => {
    const { pool, clock } = setUp({ create: () => Promise.reject(new Error('down')) })
    await failure(pool.acquire())
    const error = (await clock.run(failure(pool.acquire({ timeoutMs: 10 })))) as AcquireTimeoutError
    expect(error.cause).toBeInstanceOf(ResourceCreateError)
  })

  it('making has its own timeout; what comes later is destroyed', async () => {
    const { calls, create } = byHand()
    const { pool, clock, reasons } = setUp({ create, createTimeoutMs: 100 })
    const end = failure(pool.acquire())
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

describe('P-O1 idle resources', () => {
  it('P-O1 idle eviction: down to min, the longest idle first, and no timer after that', async () => {
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

  it('P-O1 validation: a resource that fails it is destroyed and another one comes', async () => {
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

  it('a valid resource whose borrower has left lies idle again', async () => {
    let answer: (isValid: boolean) => void = () => undefined
    const { pool, clock } = setUp({ validate: () => new Promise(resolve => (answer = resolve)) })
    const lease = await pool.acquire()
    lease.release()
    const end = failure(pool.acquire({ timeoutMs: 5 }))
    expect(pool.active).toBe(1)
    await clock.advance(5)
    await end
    answer(true)
    await clock.flush()
    expect([pool.active, pool.idle]).toEqual([0, 1])
  })

  it('P-O1 jittered lifetime: resources made together do not end together', async () => {
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

  it('a resource that grew old while it was lent is not lent again', async () => {
    const { pool, clock, reasons } = setUp({ max: 1, maxLifetimeMs: 1000, lifetimeJitter: 0 })
    const lease = await pool.acquire()
    const next = pool.acquire()
    await clock.advance(1000)
    lease.release()
    expect((await next).resource.id).toBe(2)
    expect(reasons).toEqual(['lifetime'])
  })
})

describe('fill', () => {
  it('makes what is missing to min', async () => {
    const { pool } = setUp({ min: 3 })
    await pool.fill()
    expect(pool.idle).toBe(3)
    await pool.fill()
    expect(pool.metrics().created).toBe(3)
  })

  it('rejects with the reason', async () => {
    const { pool } = setUp({ min: 2, create: () => Promise.reject(new Error('down')) })
    await expect(pool.fill()).rejects.toThrow(ResourceCreateError)
  })
})

describe('close', () => {
  it('P-O1 close drains: serves those in line, waits for the leases, destroys all', async () => {
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

  it('waits for what is being made and for what is being destroyed', async () => {
    const { calls, create } = byHand()
    const { pool, clock, open } = setUp({ create, destroy: () => clock.sleep(50) })
    void failure(pool.acquire({ timeoutMs: 1 }))
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

  it('gives up after timeoutMs: turns the line away, destroys what comes back', async () => {
    const { pool, clock, open } = setUp({ max: 1 })
    const lease = await pool.acquire()
    const inLine = failure(pool.acquire())
    await expect(clock.run(pool.close({ timeoutMs: 100 }))).rejects.toThrow('1 still lent out')
    expect(await inLine).toBeInstanceOf(ClosedError)
    lease.release()
    await clock.flush()
    expect(open()).toEqual([])
  })

  it('an empty pool closes at once, also by `await using`', async () => {
    const { pool } = setUp()
    await pool[Symbol.asyncDispose]()
    await expect(pool.acquire()).rejects.toThrow(ClosedError)
  })

  it('a destroy that fails is told and disturbs nothing', async () => {
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

it('refuses options out of range', () => {
  const create = () => connection(1)
  expect(() => new ResourcePool({ create, min: 11 })).toThrow('ResourcePool.min is 11')
  expect(() => new ResourcePool({ create, max: 0 })).toThrow(RangeError)
  expect(() => new ResourcePool({ create: 5 as never })).toThrow(TypeError)
  expect(() => new ResourcePool({ create, lifetimeJitter: 2 })).toThrow(RangeError)
})
