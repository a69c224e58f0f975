import * as fc from 'fast-check'
import { Deferred, SemaphoreLimiter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { expect, test } from 'vitest'

const MAX = 4

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('call' as const), weight: fc.integer({ min: 1, max: MAX }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end' as const), pick: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('abort' as const), pick: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 40 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('ticks' as const), count: fc.integer({ min: 1, max: 4 }) }),
  },
)

/** A limiter under a random history of calls, ends, aborts and time; what runs is counted independently. */
class Rig {
  readonly clock = new ManualClock()
  readonly limiter = new SemaphoreLimiter({ maxConcurrent: MAX, acquireTimeoutMs: 30, clock: this.clock })
  readonly calls: { readonly gate: Deferred<void>; readonly controller: AbortController }[] = []
  readonly startOrder: number[] = []
  /** Indices of calls that run, and of those that have not settled. */
  readonly active = new Set<number>()
  readonly open = new Set<number>()
  readonly settled: Promise<unknown>[] = []
  running = 0
  worst = 0

  call(weight: number): void {
    const index = this.calls.length
    const call = { gate: new Deferred<void>(), controller: new AbortController() }
    this.calls.push(call)
    const operation = async (): Promise<void> => {
      this.startOrder.push(index)
      this.active.add(index)
      this.running += weight
      this.worst = Math.max(this.worst, this.running)
      try {
        await call.gate.promise
      } finally {
        this.active.delete(index)
        this.running -= weight
      }
    }
    const done = this.limiter.requesting({ weight }).execute(operation, call.controller)
    this.open.add(index)
    const closed = (): boolean => this.open.delete(index)
    this.settled.push(done.then(closed, closed))
  }

  pick(from: ReadonlySet<number>, choice: number) {
    const index = [...from][choice % Math.max(1, from.size)]
    return index === undefined ? undefined : this.calls[index]
  }

  async finish(): Promise<void> {
    for (const call of this.calls) call.gate.resolve()
    await this.clock.run(Promise.all(this.settled))
    await this.clock.flush()
  }
}

async function take(rig: Rig, action: typeof step extends fc.Arbitrary<infer S> ? S : never): Promise<void> {
  if (action.do === 'call') rig.call(action.weight)
  if (action.do === 'end') rig.pick(rig.active, action.pick)?.gate.resolve()
  if (action.do === 'abort') rig.pick(rig.open, action.pick)?.controller.abort()
  if (action.do === 'advance') await rig.clock.advance(action.ms)
  // Single microtasks, so that aborts fall between any two awaits.
  if (action.do === 'ticks') for (let tick = 0; tick < action.count; tick += 1) await Promise.resolve()
}

test('P-S3 abort at every await: never above the maximum, and all permits are back at the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      const rig = new Rig()
      for (const action of steps) {
        await take(rig, action)
        expect(rig.worst).toBeLessThanOrEqual(MAX)
      }
      await rig.finish()
      expect(rig.limiter.metrics()).toMatchObject({ available: MAX, inUse: 0, waiting: 0, zombies: 0 })
      expect(rig.clock.pendingTimers).toBe(0)
    }),
    { numRuns: 400 },
  )
})

// One at a time: who has been handed a permit starts in his own continuation, and one who finds another permit
// free meanwhile may start a microtask earlier.
test('what starts, starts in the order of asking, whatever leaves the line in between', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      const rig = new Rig()
      for (const action of steps) await take(rig, action.do === 'call' ? { ...action, weight: MAX } : action)
      await rig.finish()
      expect(rig.startOrder).toEqual([...rig.startOrder].sort((a, b) => a - b))
    }),
    { numRuns: 100 },
  )
})
