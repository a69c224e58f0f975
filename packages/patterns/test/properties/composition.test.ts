import { getEventListeners } from 'node:events'
import {
  AdaptiveLimiter,
  CircuitBreaker,
  Deadline,
  Fallback,
  Hedge,
  PolicyStack,
  ResourcePool,
  RetryPolicy,
  SemaphoreLimiter,
  Timeout,
  TokenBucketLimiter,
} from 'async-patterns'
import type { AnyPolicy, Context, Operation, Policy, Within } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

/** What an operation leaves open, unless its caller got it. */
class Connection implements Disposable {
  closings = 0;
  [Symbol.dispose](): void {
    this.closings += 1
  }
}

class PoolPolicy implements Policy {
  readonly pool: ResourcePool<string>

  constructor(clock: ManualClock) {
    this.pool = new ResourcePool({ create: () => 'resource', max: 5, idleTimeoutMs: Infinity, clock })
  }

  execute<T>(operation: Operation<T>, within?: Within): Promise<T> {
    return this.pool.use((_resource, context) => operation(context), within)
  }
}

/** All that hold something for a call, and all that leave work behind or throw values away. */
function parts(clock: ManualClock) {
  const semaphore = new SemaphoreLimiter({ clock })
  const breaker = new CircuitBreaker({ clock, failureThreshold: false, errorRateThreshold: false })
  const adaptive = new AdaptiveLimiter({ clock })
  const pooled = new PoolPolicy(clock)
  const isBad = (outcome: { ok: boolean; value?: unknown }): boolean => outcome.value instanceof Connection
  const policies: readonly AnyPolicy[] = [
    semaphore,
    breaker,
    adaptive,
    pooled,
    new Timeout({ timeoutMs: 25, clock }),
    new Timeout({ timeoutMs: 35, cooperative: true, clock }),
    new Deadline({ budgetMs: 60, clock }),
    new RetryPolicy({ baseDelayMs: 5, clock }),
    new RetryPolicy({ baseDelayMs: 5, clock, retryWhen: isBad }),
    new Hedge({ delayMs: 10, budgetRatio: false, clock }),
    new Hedge({ delayMs: 10, budgetRatio: false, clock, accept: outcome => !isBad(outcome) }),
    new Fallback({ fallback: 'instead' }),
    new Fallback({ fallback: 'instead', when: isBad }),
    new TokenBucketLimiter({ ratePerSecond: 100, burst: 1, clock }),
  ]
  /** Which of those that hold something are in the stack, and whether they hold it now. */
  const holders = [
    { policy: semaphore, isHeld: () => semaphore.metrics().inUse > 0 },
    { policy: breaker, isHeld: () => breaker.metrics().pending > 0 },
    { policy: adaptive, isHeld: () => adaptive.metrics().inFlight > 0 },
    { policy: pooled, isHeld: () => pooled.pool.active > 0 },
  ]
  return { policies, holders }
}

/** An operation that ignores its signal, and how each run of it ends. */
const behaviour = fc.record({
  takesMs: fc.integer({ min: 0, max: 80 }),
  lateMs: fc.constantFrom(0, 0, 15),
  fails: fc.boolean(),
})

const scenario = fc.record({
  order: fc.shuffledSubarray(
    Array.from({ length: 14 }, (_, index) => index),
    { minLength: 1, maxLength: 5 },
  ),
  runs: fc.array(behaviour, { minLength: 1, maxLength: 6 }),
  abortAtMs: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
})

test('in any order: what is held is held while its work runs, all is given back, each value is given or discarded once', async () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  await fc.assert(
    fc.asyncProperty(scenario, async ({ order, runs, abortAtMs }) => {
      const clock = new ManualClock()
      const { policies, holders } = parts(clock)
      const stack = new PolicyStack(order.map(index => policies[index] as AnyPolicy))
      const held = holders.filter(({ policy }) => stack.policies.includes(policy))
      const made: Connection[] = []
      let running = 0
      let begun = 0
      const operation = async (context: Context): Promise<Connection> => {
        const { takesMs, lateMs, fails } = runs[begun % runs.length] as (typeof runs)[number]
        begun += 1
        running += 1
        if (lateMs > 0) {
          running += 1
          context.waitUntil(clock.sleep(takesMs + lateMs).then(() => void (running -= 1)))
        }
        await clock.sleep(takesMs)
        running -= 1
        if (fails) throw new Error('failed')
        const connection = new Connection()
        made.push(connection)
        return connection
      }
      const caller = new AbortController()
      if (abortAtMs !== undefined) clock.setTimer(() => caller.abort(new Error('given up')), abortAtMs)
      let result: unknown
      stack.execute(operation, { signal: caller.signal }).then(
        value => (result = value),
        () => undefined,
      )
      for (let ms = 0; ms < 1_000; ms += 1) {
        await clock.advance(1)
        const forgotten = running > 0 && held.find(({ isHeld }) => !isHeld())
        expect(forgotten || undefined).toBeUndefined()
      }
      expect(running).toBe(0)
      expect(held.filter(({ isHeld }) => isHeld())).toEqual([])
      expect(clock.pendingTimers).toBe(0)
      expect(getEventListeners(caller.signal, 'abort')).toEqual([])
      for (const connection of made) expect(connection.closings).toBe(connection === result ? 0 : 1)
    }),
    { numRuns: 100 },
  )
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})
