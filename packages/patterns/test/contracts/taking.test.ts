import {
  AcquireTimeoutError,
  allOf,
  BoundedQueue,
  DeadlineExceededError,
  ProducerConsumerPipeline,
  ResourcePool,
  SemaphoreLimiter,
  SlidingWindowLimiter,
  SpacedLimiter,
  TokenBucketLimiter,
} from 'async-patterns'
import type { RateLimiter, TimerHandle, Within } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../support/rejection-of.js'

/** One way to take something, of which there is one at the start and none after `exhaust`. */
interface Scene {
  /**
   * Takes it. A wait ends by itself after 100 ms where the thing has a limit of its own, else `maxWaitMs`.
   */
  take(within: Within, maxWaitMs?: number): Promise<unknown>
  exhaust(): Promise<unknown>
  /** How much is free, or how much was taken: it changes when something is taken. */
  state(): unknown
  /** Whether the operation, if there is one, has run. */
  readonly ran: boolean
}

/** Remembers whether it was called. */
class Operation {
  ran = false
  readonly run = (): void => void (this.ran = true)
}

function semaphore(clock: ManualClock, by: 'acquire' | 'execute' | 'requesting'): Scene {
  const limiter = new SemaphoreLimiter({ maxConcurrent: 1, acquireTimeoutMs: 100, clock })
  const operation = new Operation()
  const take = {
    acquire: (within: Within) => limiter.acquire({ weight: 1 }, within),
    execute: (within: Within) => limiter.execute(operation.run, within),
    requesting: (within: Within) => limiter.requesting({ weight: 1 }).execute(operation.run, within),
  }[by]
  return {
    take,
    exhaust: () => limiter.acquire(),
    state: () => [limiter.metrics().acquired, limiter.available, limiter.waiting],
    get ran() {
      return operation.ran
    },
  }
}

function rate(limiter: RateLimiter, by: 'acquire' | 'execute' | 'acquireDeparture'): Scene {
  const operation = new Operation()
  const take = {
    acquire: (within: Within, maxWaitMs = 100) => limiter.acquire({ cost: 1, maxWaitMs }, within),
    execute: (within: Within) => limiter.execute(operation.run, within),
    acquireDeparture: (within: Within, maxWaitMs = 100) =>
      (limiter as SpacedLimiter).acquireDeparture({ maxWaitMs }, within),
  }[by]
  return {
    take,
    exhaust: () => limiter.acquire(),
    state: () => [limiter.metrics().acquired, limiter.metrics().waiting],
    get ran() {
      return operation.ran
    },
  }
}

const windowMs = 1_000
const bucket = (clock: ManualClock) => new TokenBucketLimiter({ ratePerSecond: 1, burst: 1, clock })
const sliding = (clock: ManualClock) => new SlidingWindowLimiter({ maxRequests: 1, windowMs, clock })
const counted = (clock: ManualClock) =>
  new SlidingWindowLimiter({ maxRequests: 1, windowMs, kind: 'counter', clock })
const spaced = (clock: ManualClock) => new SpacedLimiter({ maxRequests: 1, windowMs, clock })
const joint = (clock: ManualClock) => allOf(bucket(clock), spaced(clock))

function pool(clock: ManualClock, by: 'acquire' | 'use'): Scene {
  const resources = new ResourcePool({ create: () => ({}), max: 1, acquireTimeoutMs: 100, clock })
  const operation = new Operation()
  return {
    take: within => (by === 'acquire' ? resources.acquire({}, within) : resources.use(operation.run, within)),
    exhaust: () => resources.acquire(),
    state: () => [resources.active, resources.waiting],
    get ran() {
      return operation.ran
    },
  }
}

function put(clock: ManualClock): Scene {
  const queue = new BoundedQueue<number>({ maxItems: 1, putTimeoutMs: 100, clock })
  return {
    take: within => queue.put(1, within),
    exhaust: () => queue.put(0),
    state: () => [queue.size, queue.waitingPuts],
    ran: false,
  }
}

function taken(clock: ManualClock, by: 'take' | 'takeBatch'): Scene {
  const queue = new BoundedQueue<number>({ clock })
  queue.tryPut(1)
  return {
    take: within => (by === 'take' ? queue.take(within) : queue.takeBatch({ maxItems: 1 }, within)),
    exhaust: () => queue.take(),
    state: () => [queue.size, queue.waitingTakes],
    ran: false,
  }
}

function pipelined(clock: ManualClock): Scene {
  const operation = new Operation()
  const options = { onItem: operation.run, maxQueueSize: 1, putTimeoutMs: 100, clock }
  const pipeline = new ProducerConsumerPipeline<number>(options)
  return {
    take: within => pipeline.put(1, within),
    exhaust: () => pipeline.put(0),
    state: () => pipeline.metrics().queued,
    get ran() {
      return operation.ran
    },
  }
}

const WITH_OWN_LIMIT: [string, (clock: ManualClock) => Scene][] = [
  ['SemaphoreLimiter.acquire', clock => semaphore(clock, 'acquire')],
  ['SemaphoreLimiter.execute', clock => semaphore(clock, 'execute')],
  ['SemaphoreLimiter.requesting', clock => semaphore(clock, 'requesting')],
  ['TokenBucketLimiter.acquire', clock => rate(bucket(clock), 'acquire')],
  ['SlidingWindowLimiter.acquire', clock => rate(sliding(clock), 'acquire')],
  ['SlidingWindowLimiter.acquire, counted', clock => rate(counted(clock), 'acquire')],
  ['SpacedLimiter.acquire', clock => rate(spaced(clock), 'acquire')],
  ['SpacedLimiter.acquireDeparture', clock => rate(spaced(clock), 'acquireDeparture')],
  ['allOf.acquire', clock => rate(joint(clock), 'acquire')],
  ['ResourcePool.acquire', clock => pool(clock, 'acquire')],
  ['ResourcePool.use', clock => pool(clock, 'use')],
  ['BoundedQueue.put', put],
  ['ProducerConsumerPipeline.put', pipelined],
]
const ALL: [string, (clock: ManualClock) => Scene][] = [
  ...WITH_OWN_LIMIT,
  ['TokenBucketLimiter.execute', clock => rate(bucket(clock), 'execute')],
  ['SpacedLimiter.execute', clock => rate(spaced(clock), 'execute')],
  ['allOf.execute', clock => rate(joint(clock), 'execute')],
  ['BoundedQueue.take', clock => taken(clock, 'take')],
  ['BoundedQueue.takeBatch', clock => taken(clock, 'takeBatch')],
]

const START_MS = 1_000

/** Its timers fire a fraction of a millisecond early, as those of Node do. */
class EarlyClock extends ManualClock {
  override setTimer(callback: () => void, delayMs: number): TimerHandle {
    return super.setTimer(callback, delayMs < 1 ? delayMs : delayMs - 0.5)
  }
}

describe.each(ALL)('%s', (_name, make) => {
  const setUp = (): { clock: ManualClock; scene: Scene } => {
    const clock = new ManualClock({ startMs: START_MS })
    return { clock, scene: make(clock) }
  }

  test.each([START_MS - 1, START_MS])('takes nothing for a deadline that passed: %d', async deadlineAt => {
    const { clock, scene } = setUp()
    const before = scene.state()
    const error = await rejectionOf(scene.take({ deadlineAt }))
    expect(error).toBeInstanceOf(DeadlineExceededError)
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED', deadlineAt })
    expect(scene.state()).toEqual(before)
    expect(scene.ran).toBe(false)
    expect(clock.pendingTimers).toBe(0)
  })

  test('takes what is free when the deadline lies ahead', async () => {
    const { clock, scene } = setUp()
    const before = scene.state()
    await clock.run(scene.take({ deadlineAt: START_MS + 1 }))
    expect(scene.state() !== before || scene.ran).toBe(true)
  })

  test('a deadline that passes during the wait is DeadlineExceededError', async () => {
    const { clock, scene } = setUp()
    await clock.run(scene.exhaust())
    const before = scene.state()
    const end = rejectionOf(scene.take({ deadlineAt: START_MS + 50 }))
    await clock.advance(50)
    const error = await end
    expect(error).toBeInstanceOf(DeadlineExceededError)
    expect(error).toMatchObject({ deadlineAt: START_MS + 50 })
    expect(scene.state()).toEqual(before)
    expect(scene.ran).toBe(false)
  })

  test('a deadline that is no number counts as none', async () => {
    const { clock, scene } = setUp()
    await clock.run(scene.take({ deadlineAt: Number.NaN }))
    const again = setUp()
    await again.clock.run(again.scene.exhaust())
    let error: unknown
    void again.scene.take({ deadlineAt: Number.NaN }, Infinity).catch((reason: unknown) => (error = reason))
    await again.clock.advance(50)
    expect(error).toBeUndefined()
  })

  test('a deadline whose timer fires a fraction early is told truly', async () => {
    const clock = new EarlyClock({ startMs: START_MS })
    const scene = make(clock)
    await clock.run(scene.exhaust())
    const end = rejectionOf(scene.take({ deadlineAt: START_MS + 50 }))
    await clock.advance(50)
    const error = (await end) as DeadlineExceededError
    const { leftMs, neededMs } = error.explain() as { leftMs: number; neededMs: number }
    expect(error.message).not.toContain('and 0 ms are needed')
    expect(leftMs <= 0 || leftMs <= neededMs).toBe(true)
  })

  test('an abort is the reason of the caller, before and during the wait', async () => {
    const { clock, scene } = setUp()
    const before = scene.state()
    const reason = new Error('mine')
    expect(await rejectionOf(scene.take({ signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(scene.state()).toEqual(before)
    await clock.run(scene.exhaust())
    const exhausted = scene.state()
    const controller = new AbortController()
    const within = { signal: controller.signal, deadlineAt: START_MS + 5_000 }
    const end = rejectionOf(scene.take(within, 5_000))
    await clock.flush()
    controller.abort(reason)
    expect(await end).toBe(reason)
    expect(scene.state()).toEqual(exhausted)
    expect(scene.ran).toBe(false)
  })
})

describe.each(WITH_OWN_LIMIT)('%s', (_name, make) => {
  test.each([5_000, Number.NaN])(
    'a wait limit of the thing itself is AcquireTimeoutError: %d',
    async deadlineAt => {
      const clock = new ManualClock()
      const scene = make(clock)
      await clock.run(scene.exhaust())
      const before = scene.state()
      const end = rejectionOf(scene.take({ deadlineAt }))
      await clock.advance(100)
      const error = await end
      expect(error).toBeInstanceOf(AcquireTimeoutError)
      expect(error).toMatchObject({ code: 'ACQUIRE_TIMEOUT', timeoutMs: 100 })
      expect(scene.state()).toEqual(before)
      expect(scene.ran).toBe(false)
    },
  )
})

describe('how much is taken', () => {
  test('weight of a semaphore', async () => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: 5 })
    await limiter.acquire({ weight: 3 }, { deadlineAt: Infinity })
    expect(limiter.available).toBe(2)
    expect(limiter.tryAcquire({ weight: 3 })).toBeUndefined()
    expect(limiter.tryAcquire({ weight: 2 })?.weight).toBe(2)
    await expect(limiter.acquire({ weight: 6 })).rejects.toThrow('SemaphoreLimiter.weight is 6')
  })

  test.each([bucket, sliding, counted, spaced, joint])('cost of a limiter: %o', async make => {
    const limiter = make(new ManualClock())
    expect(limiter.tryAcquire({ cost: 1 })).toBe(true)
    expect(limiter.tryAcquire()).toBe(false)
    await expect(limiter.acquire({ cost: 2 }, {})).rejects.toMatchObject({ code: 'COST_TOO_HIGH' })
    expect(() => limiter.tryAcquire({ cost: 0 })).toThrow(RangeError)
  })
})

describe('a timer that comes late', () => {
  test.each(ALL.slice(0, 9))('lets nothing run after the deadline: %s', async (_name, make) => {
    const clock = new ManualClock({ startMs: START_MS })
    const scene = make(clock)
    await clock.run(scene.exhaust())
    const end = rejectionOf(scene.take({ deadlineAt: START_MS + 90 }))
    await clock.flush()
    clock.stall(2_000)
    await clock.advance(0)
    expect(await end).toMatchObject({ deadlineAt: START_MS + 90 })
    expect(scene.ran).toBe(false)
  })
})

/** Something that counts rejections, and tells of them. */
interface Counting {
  use(run: () => void, within: Within): Promise<unknown>
  exhaust(): Promise<() => void>
  rejections(): number
  /** Which of them were told, by their reasons or by the code of their errors. */
  readonly told: unknown[]
}

const COUNTING: [string, (clock: ManualClock) => Counting][] = [
  [
    'SemaphoreLimiter',
    clock => {
      const limiter = new SemaphoreLimiter({ maxConcurrent: 1, clock })
      const told: unknown[] = []
      limiter.subscribe(event => event.type === 'rejected' && told.push(event.reason))
      return {
        use: (run, within) => limiter.execute(run, within),
        exhaust: async () => {
          const permit = await limiter.acquire()
          return () => permit.release()
        },
        rejections: () => limiter.metrics().rejected,
        told,
      }
    },
  ],
  [
    'RateLimiter',
    clock => {
      const limiter = new SpacedLimiter({ maxRequests: 1, clock })
      const told: unknown[] = []
      limiter.subscribe(event => {
        if (event.type === 'reject') told.push(event.error.code === 'DEADLINE_EXCEEDED' ? 'deadline' : event)
      })
      return {
        use: (run, within) => limiter.execute(run, within),
        exhaust: async () => {
          const departure = await limiter.acquireDeparture()
          return () => departure.cancel()
        },
        rejections: () => limiter.metrics().rejected,
        told,
      }
    },
  ],
  [
    'ResourcePool',
    clock => {
      const resources = new ResourcePool({ create: () => ({}), max: 1, clock })
      const told: unknown[] = []
      resources.subscribe(event => {
        if (event.type === 'reject') told.push(event.error.code === 'DEADLINE_EXCEEDED' ? 'deadline' : event)
      })
      return {
        use: (run, within) => resources.use(run, within),
        exhaust: async () => {
          const lease = await resources.acquire()
          return () => lease.release()
        },
        rejections: () => resources.metrics().acquireTimeouts,
        told,
      }
    },
  ],
]

describe.each(COUNTING)('a deadline that passes counts as one rejection, and is told: %s', (_name, make) => {
  const expectOne = async (thing: Counting, end: Promise<unknown>, hasRun: () => boolean): Promise<void> => {
    expect(await rejectionOf(end)).toBeInstanceOf(DeadlineExceededError)
    expect([thing.rejections(), thing.told, hasRun()]).toEqual([1, ['deadline'], false])
  }

  test('before the call', async () => {
    const thing = make(new ManualClock({ startMs: START_MS }))
    let ran = false
    await expectOne(
      thing,
      thing.use(() => void (ran = true), { deadlineAt: START_MS }),
      () => ran,
    )
  })

  test('during the wait', async () => {
    const clock = new ManualClock({ startMs: START_MS })
    const thing = make(clock)
    await clock.run(thing.exhaust())
    let ran = false
    const end = rejectionOf(thing.use(() => void (ran = true), { deadlineAt: START_MS + 50 }))
    await clock.advance(50)
    await expectOne(
      thing,
      end.then(error => Promise.reject(error as Error)),
      () => ran,
    )
  })

  test('between the grant and the call', async () => {
    const clock = new ManualClock({ startMs: START_MS })
    const thing = make(clock)
    const free = await clock.run(thing.exhaust())
    let ran = false
    const end = thing.use(() => void (ran = true), { deadlineAt: START_MS + 50 })
    await clock.flush()
    free()
    clock.stall(60)
    await expectOne(thing, end, () => ran)
  })
})
