import {
  AcquireTimeoutError,
  AdaptiveLimiter,
  ClearedError,
  Deferred,
  RetryPolicy,
  SemaphoreLimiter,
} from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'

function setUp(options: ConstructorParameters<typeof SemaphoreLimiter>[0] = {}) {
  const clock = new ManualClock()
  const limiter = new SemaphoreLimiter({ maxConcurrent: 1, clock, ...options })
  const order: string[] = []
  const ask = (name: string, request: Parameters<SemaphoreLimiter['requesting']>[0] = {}) =>
    limiter.requesting(request).execute(() => void order.push(name))
  return { clock, limiter, order, ask }
}

describe('N-55 pause and resume', () => {
  test('N-55 a paused limiter lets nobody in; resume lets those in who wait, in their order', async () => {
    const { clock, limiter, order, ask } = setUp({ maxConcurrent: 2 })
    limiter.pause()
    const calls = ['a', 'b', 'c'].map(name => ask(name))
    expect([limiter.tryAcquire(), limiter.available, limiter.isPaused, limiter.waiting]).toEqual([
      undefined,
      0,
      true,
      3,
    ])
    await clock.flush()
    expect(order).toEqual([])
    limiter.resume()
    await Promise.all(calls)
    expect([order, limiter.isPaused]).toEqual([['a', 'b', 'c'], false])
  })

  test('N-55 what is held stays held, and a resize does not end the pause', async () => {
    const { clock, limiter, order, ask } = setUp()
    const permit = await limiter.acquire()
    limiter.pause()
    const call = ask('a')
    permit.release()
    limiter.resize(5)
    await clock.flush()
    expect([order, limiter.metrics()]).toMatchObject([
      [],
      { maxConcurrent: 5, available: 0, inUse: 0, waiting: 1 },
    ])
    limiter.resume()
    await call
    expect(limiter.available).toBe(5)
  })

  test('N-55 whoever waits meanwhile may run out of time', async () => {
    const { clock, limiter, ask } = setUp({ acquireTimeoutMs: 100 })
    limiter.pause()
    expect(await clock.run(rejectionOf(ask('a')))).toBeInstanceOf(AcquireTimeoutError)
  })
})

describe('N-55 onIdle', () => {
  test('N-55 resolves when nothing runs and nobody waits, late work included', async () => {
    const { clock, limiter } = setUp()
    await limiter.onIdle()
    const late = new Deferred<void>()
    let isIdle = false
    void limiter.execute(context => context.waitUntil(late.promise))
    void limiter.execute(() => clock.sleep(10))
    const idle = limiter.onIdle().then(() => (isIdle = true))
    await clock.advance(100)
    expect(isIdle).toBe(false)
    late.resolve()
    await clock.advance(9)
    expect(isIdle).toBe(false)
    await clock.advance(1)
    await idle
    expect(limiter.idle).toBe(true)
  })

  test('N-55 also when the last one who waits gives up, or is cleared', async () => {
    const { limiter, ask } = setUp()
    limiter.pause()
    const controller = new AbortController()
    const gone = rejectionOf(limiter.execute(() => 1, controller))
    const idle = limiter.onIdle()
    controller.abort('enough')
    await Promise.all([idle, gone])
    const cleared = rejectionOf(ask('a'))
    const idleAgain = limiter.onIdle()
    limiter.clear()
    await Promise.all([idleAgain, cleared])
  })
})

describe('N-55 clear', () => {
  test('N-55 rejects all who wait, and nobody else; the limiter goes on', async () => {
    const { clock, limiter, order, ask } = setUp()
    const permit = await limiter.acquire()
    const events: unknown[] = []
    limiter.subscribe(event => events.push(event))
    const ends = [rejectionOf(ask('a')), rejectionOf(limiter.acquire())]
    limiter.clear()
    for (const error of await Promise.all(ends)) expect(error).toBeInstanceOf(ClearedError)
    expect(events.filter(event => (event as { reason?: string }).reason === 'cleared')).toHaveLength(2)
    expect([limiter.waiting, limiter.metrics().rejected, clock.pendingTimers]).toEqual([0, 2, 0])
    permit.release()
    await ask('b')
    expect(order).toEqual(['b'])
  })

  test('N-55 with a reason of its own; a retry does not ask again', async () => {
    const { limiter } = setUp()
    limiter.pause()
    const why = new Error('switched off')
    const own = rejectionOf(limiter.acquire())
    limiter.clear(why)
    expect(await own).toBe(why)
    const retried = rejectionOf(new RetryPolicy().execute(() => limiter.acquire()))
    await Promise.resolve()
    limiter.clear()
    expect(await retried).toBeInstanceOf(ClearedError)
  })

  test('N-55 an AdaptiveLimiter has all of it but the priorities', async () => {
    const limiter = new AdaptiveLimiter()
    limiter.pause()
    const end = rejectionOf(limiter.execute(() => 1))
    limiter.clear()
    await Promise.all([end, limiter.onIdle()])
    limiter.resume()
    expect(await limiter.execute(() => 1)).toBe(1)
  })
})

describe('N-55 setPriority', () => {
  test('N-55 whoever waits under an id gets another priority', async () => {
    const { limiter, order, ask } = setUp()
    limiter.pause()
    const calls = [
      ask('a', { priority: 1 }),
      ask('b', { id: 'b' }),
      ask('c'),
      ask('d', { id: 4, priority: 9 }),
    ]
    expect(limiter.setPriority('b', 2)).toBe(true)
    expect(limiter.setPriority(4, -1)).toBe(true)
    expect(limiter.setPriority('e', 1)).toBe(false)
    limiter.resume()
    await Promise.all(calls)
    expect(order).toEqual(['b', 'a', 'c', 'd'])
    expect(limiter.setPriority('b', 2)).toBe(false)
  })

  test('N-55 among those of the same priority it stands where it came, and times out when it would have', async () => {
    const { clock, limiter, order, ask } = setUp({ acquireTimeoutMs: 100 })
    limiter.pause()
    const first = rejectionOf(ask('first', { id: 1 }))
    await clock.advance(10)
    const second = ask('second', { priority: 5 })
    await clock.advance(10)
    limiter.setPriority(1, 5)
    await clock.advance(79)
    expect(limiter.waiting).toBe(2)
    await clock.advance(1)
    expect(await first).toBeInstanceOf(AcquireTimeoutError)
    limiter.resume()
    await second
    expect(order).toEqual(['second'])
  })

  test('N-55 one that fits goes as soon as it stands first', async () => {
    const { clock, limiter, order, ask } = setUp({ maxConcurrent: 2 })
    const permit = await limiter.acquire()
    const heavy = ask('heavy', { weight: 2 })
    const light = ask('light', { id: 'light' })
    limiter.setPriority('light', 1)
    await light
    await clock.flush()
    expect(order).toEqual(['light'])
    permit.release()
    await heavy
  })

  test('N-55 what is no priority is refused', () => {
    expect(() => setUp().limiter.setPriority(1, Number.NaN)).toThrow('SemaphoreLimiter.priority is NaN')
  })
})
