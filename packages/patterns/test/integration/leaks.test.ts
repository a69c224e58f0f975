import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  CircuitBreaker,
  compose,
  Deadline,
  Hedge,
  RetryPolicy,
  SemaphoreLimiter,
  Timeout,
  TokenBucketLimiter,
} from 'async-patterns'
import { ManualClock, seededRandom } from 'async-patterns/testing'
import { expect, test } from 'vitest'

setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc') as () => void

/** What cannot be collected: finalizers and weak references take several turns of the event loop. */
async function heapUsed(): Promise<number> {
  let least = Infinity
  for (let round = 0; round < 8; round += 1) {
    collect()
    await new Promise(resolve => setImmediate(resolve))
    least = Math.min(least, process.memoryUsage().heapUsed)
  }
  return least
}

/**
 * The smallest object there is has two words; what compiler and coverage keep for themselves is less for each
 * call.
 */
const LEAST_LEAK_BYTES = 16

/** Everything that may hold on to a call: line, timer, listener, probe, late work. */
class LeakRig {
  readonly clock = new ManualClock({ between: 'promises' })
  readonly random = seededRandom(5)
  readonly permits = new SemaphoreLimiter({ maxConcurrent: 20, acquireTimeoutMs: 300, clock: this.clock })
  readonly rate = new TokenBucketLimiter({ ratePerSecond: 20_000, burst: 50, clock: this.clock })
  readonly breaker = new CircuitBreaker({
    openStateDurationMs: 50,
    halfOpenMaxWaitMs: 100,
    clock: this.clock,
  })
  readonly stack = compose(
    new Deadline({ budgetMs: 400, clock: this.clock }),
    new RetryPolicy({ maxAttempts: 3, baseDelayMs: 5, random: this.random, clock: this.clock }),
    new Hedge({ delayMs: 15, clock: this.clock }),
    this.permits,
    this.rate,
    this.breaker,
    new Timeout({ timeoutMs: 25, clock: this.clock }),
  )
  /** Outlives all calls: what they leave on it would stay. */
  readonly shared = new AbortController()
  ended = 0

  /**
   * A thousand calls: some fail, some hang, some are aborted at some moment, some hear the shared signal
   * alone.
   */
  async thousand(): Promise<void> {
    const calls = Array.from({ length: 1_000 }, () => this.#call())
    await this.clock.run(Promise.all(calls))
  }

  async #call(): Promise<void> {
    const own = new AbortController()
    const { signal } = this.random() < 0.5 ? own : this.shared
    const operation = this.#operation()
    const call = this.stack.execute(operation, { signal }).catch(() => undefined)
    if (this.random() < 0.3) this.clock.setTimer(() => own.abort(new Error('given up')), this.random() * 60)
    await call
    this.ended += 1
  }

  #operation() {
    const fate = this.random()
    return async (context: { signal: AbortSignal }) => {
      if (fate < 0.05) throw new Error('at once')
      await this.clock.sleep(fate < 0.1 ? 60 : fate * 10, fate < 0.5 ? context : undefined)
      if (fate > 0.9) throw new Error('later')
    }
  }
}

test('P-R3 after 100,000 calls with aborts: no listener, no timer, no permit out, heap flat', async () => {
  const rig = new LeakRig()
  for (let round = 0; round < 20; round += 1) await rig.thousand()
  const before = await heapUsed()
  const ended = rig.ended
  for (let round = 20; round < 100; round += 1) await rig.thousand()
  await rig.clock.advance(1_000) // the last late work ends
  expect(rig.ended).toBe(100_000)
  expect(rig.clock.pendingTimers).toBe(0)
  expect(getEventListeners(rig.shared.signal, 'abort')).toHaveLength(0)
  expect(rig.permits.metrics()).toMatchObject({ inUse: 0, waiting: 0, zombies: 0 })
  expect(rig.breaker.metrics().pending).toBe(0)
  expect(rig.rate.metrics().waiting).toBe(0)
  expect(((await heapUsed()) - before) / (rig.ended - ended)).toBeLessThan(LEAST_LEAK_BYTES)
}, 120_000)
