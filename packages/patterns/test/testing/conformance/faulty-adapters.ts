import type {
  BreakerWish,
  ConformanceAdapter,
  Runner,
  SemaphoreUnderTest,
  Task,
} from 'async-patterns/testing'

const later = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/**
 * Wrong in all that it does: a freed permit is up for grabs, a throw keeps one, an abort is heard by all or
 * nobody.
 */
class BargingSemaphore implements SemaphoreUnderTest {
  readonly abortable = true
  private free: number
  private readonly waiting: (() => void)[] = []

  constructor(maxConcurrent: number) {
    this.free = maxConcurrent
  }

  readonly acquire = async () => {
    while (this.free <= 0) await new Promise<void>(resolve => this.waiting.push(resolve))
    this.free -= 1
    return () => {
      this.free += 1
      setImmediate(() => this.waiting.shift()?.())
    }
  }

  readonly resize = () => undefined
  readonly runWeighted = async (task: Task) => {
    await later(1)
    return task()
  }

  async run(task: Task, signal?: AbortSignal): Promise<unknown> {
    const release = await this.acquire()
    signal?.throwIfAborted() // and keeps the permit
    const result = task() // a throw keeps it too
    await result
    release()
    return result
  }
}

/** Runs who waited in the continuation of whoever went before. */
class CallbackSemaphore implements SemaphoreUnderTest {
  private isBusy = false
  private readonly jobs: (() => void)[] = []

  run(task: Task): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.jobs.push(() => {
        Promise.resolve()
          .then(() => task())
          .then(resolve, reject)
          .finally(() => {
            this.isBusy = false
            this.next()
          })
      })
      this.next()
    })
  }

  private next(): void {
    if (this.isBusy) return
    const job = this.jobs.shift()
    this.isBusy = job !== undefined
    job?.()
  }
}

/** Counts forever, probes all at once, and takes every result for one of now. */
class NaiveBreaker implements Runner {
  private readonly wish: BreakerWish
  private failed = 0
  private openUntil = -Infinity
  opened = 0

  constructor(wish: BreakerWish) {
    this.wish = wish
  }

  async run(task: Task): Promise<unknown> {
    if (performance.now() < this.openUntil) throw new Error('open')
    try {
      const result = await task()
      this.failed = 0
      this.openUntil = -Infinity
      return result
    } catch (error) {
      this.failed += 1
      if (this.failed >= (this.wish.failures ?? 1)) {
        this.openUntil = performance.now() + this.wish.openMs
        this.opened += 1
      }
      throw error
    }
  }
}

/** A probe that does not come back holds the door forever. */
class StickyBreaker extends NaiveBreaker {
  readonly abortable = true
  private probing = false
  private failing = 0
  private until = 0

  override async run(task: Task, signal?: AbortSignal): Promise<unknown> {
    if (this.failing < 3) {
      try {
        return await task()
      } catch (error) {
        this.failing += 1
        this.until = performance.now() + 60
        throw error
      }
    }
    if (this.probing || performance.now() < this.until) throw new Error('open')
    this.probing = true
    const result = await task()
    if (signal === undefined) this.probing = false
    this.failing = 0
    return result
  }
}

const listening = (task: Task, signal: AbortSignal | undefined) => {
  signal?.addEventListener('abort', () => undefined)
  return task(signal)
}

/** Sleeps with plain timers, hears no abort, and leaves its listeners. */
const naiveRetry = (attempts: number, delayMs: number): Runner => ({
  abortable: true,
  run: (task, signal) => {
    const first = listening(task, signal) // throws where the task does
    return (async () => {
      let result = first
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await result
        } catch (error) {
          if (attempt >= attempts) throw error
          await later(delayMs > 2 ** 31 - 1 ? 1 : delayMs)
          result = listening(task, signal)
        }
      }
    })()
  },
})

const naiveTimeout = (timeoutMs: number): Runner => ({
  abortable: true,
  run: async (task, signal) => {
    const work = (async () => listening(task, signal))()
    const timer = later(timeoutMs).then(() => {
      void work.then(value => value) // whose rejection nobody handles
      throw new Error('timeout')
    })
    return Promise.race([work, timer])
  },
})

/** A counter that is reset at the edges of the wall clock's windows. */
const fixedWindow = (maxRequests: number, windowMs: number): Runner => {
  let startedAt = Date.now()
  let count = 0
  return {
    run: async task => {
      for (;;) {
        if (Date.now() - startedAt >= windowMs) {
          startedAt = Date.now()
          count = 0
        }
        if (count < maxRequests) break
        await later(5)
      }
      count += 1
      return task()
    },
  }
}

/** Each of the faults that the cases name is in one of them. */
export const faultyAdapters: readonly ConformanceAdapter[] = [
  {
    name: 'naive',
    semaphore: ({ maxConcurrent }) => new BargingSemaphore(maxConcurrent),
    timedSemaphore: ({ maxConcurrent, timeoutMs }) => {
      const semaphore = new BargingSemaphore(maxConcurrent)
      return { run: task => semaphore.run(() => naiveTimeout(timeoutMs).run(task)) }
    },
    breakerIgnores: true,
    breaker: wish => {
      const breaker = new NaiveBreaker(wish)
      return { run: task => breaker.run(task), openings: () => breaker.opened }
    },
    retry: ({ attempts, delayMs }) => naiveRetry(attempts, delayMs),
    timeout: ({ timeoutMs }) => naiveTimeout(timeoutMs),
    rateLimiter: ({ maxRequests, windowMs }) => fixedWindow(maxRequests, windowMs),
  },
  {
    name: 'sticky',
    breaker: wish => new StickyBreaker(wish),
    semaphore: () => new CallbackSemaphore(),
    timedSemaphore: ({ timeoutMs }) => {
      const semaphore = new CallbackSemaphore()
      return { run: task => semaphore.run(() => naiveTimeout(timeoutMs).run(task)) }
    },
  },
]
