import { BoundedQueue } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

interface Item {
  readonly id: number
  readonly bytes: number
}

type Step =
  | { readonly do: 'put'; readonly bytes: number; readonly abort: boolean; readonly timeoutMs: number }
  | { readonly do: 'take'; readonly abort: boolean }
  | {
      readonly do: 'batch'
      readonly items: number
      readonly bytes: number
      readonly waitMs: number
      readonly abort: boolean
    }
  | { readonly do: 'abort' | 'tryTake' | 'drain' | 'tick' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      bytes: fc.nat(60),
      abort: fc.boolean(),
      timeoutMs: fc.constantFrom(5, 1e6),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('take' as const), abort: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('batch' as const),
      items: fc.integer({ min: 1, max: 6 }),
      bytes: fc.integer({ min: 1, max: 80 }),
      waitMs: fc.nat(20),
      abort: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('abort' as const, 'tryTake' as const, 'drain' as const, 'tick' as const),
    }),
  },
)

/** Runs the steps against a queue and keeps the books. */
class Run {
  readonly clock = new ManualClock()
  readonly queue = new BoundedQueue<Item>({
    maxItems: 5,
    maxBytes: 100,
    sizeOf: item => item.bytes,
    putTimeoutMs: 20,
    clock: this.clock,
  })
  readonly entered = new Set<number>()
  readonly refused = new Set<number>()
  readonly out: number[] = []
  #controller = new AbortController()
  #ids = 0

  async step(todo: Step): Promise<void> {
    if (todo.do === 'put') this.#put(todo)
    else if (todo.do === 'take')
      this.queue.take(this.#within(todo.abort)).then(item => this.#took([item]), ignore)
    else if (todo.do === 'batch') this.#batch(todo)
    else if (todo.do === 'tryTake') this.#took([this.queue.tryTake()])
    else if (todo.do === 'drain') this.#took(this.queue.drain())
    else if (todo.do === 'tick') await this.clock.advance(7)
    else this.#abort()
    expect(this.queue.size).toBeLessThanOrEqual(5)
    expect(this.queue.bytes <= 100 || this.queue.size === 1).toBe(true)
    if (this.queue.size === 0) expect(this.queue.bytes).toBe(0)
  }

  #put({ bytes, abort, timeoutMs }: Step & { do: 'put' }): void {
    const id = this.#ids++
    this.queue.put({ id, bytes }, { ...this.#within(abort), deadlineAt: this.clock.now() + timeoutMs }).then(
      () => this.entered.add(id),
      () => this.refused.add(id),
    )
  }

  #batch({ items, bytes, waitMs, abort }: Step & { do: 'batch' }): void {
    const limits = { maxItems: items, maxBytes: bytes, maxWaitMs: waitMs }
    this.queue.takeBatch(limits, this.#within(abort)).then(batch => {
      expect(batch.length).toBeLessThanOrEqual(items)
      const total = batch.reduce((sum, item) => sum + item.bytes, 0)
      expect(total <= bytes || batch.length === 1).toBe(true)
      this.#took(batch)
    }, ignore)
  }

  #took(items: readonly (Item | undefined)[]): void {
    for (const item of items) if (item !== undefined) this.out.push(item.id)
  }

  #within(abort: boolean): { signal?: AbortSignal } {
    return abort ? { signal: this.#controller.signal } : {}
  }

  #abort(): void {
    this.#controller.abort('enough')
    this.#controller = new AbortController()
  }

  async finish(): Promise<void> {
    this.queue.close()
    await this.clock.advance(1e7)
    this.#took(this.queue.drain())
    await this.clock.flush()
  }
}

const ignore = (): void => undefined

describe('BoundedQueue, whatever happens', () => {
  test('loses nothing, duplicates nothing, keeps the order and its bounds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async steps => {
        const run = new Run()
        for (const todo of steps) await run.step(todo)
        await run.finish()
        expect(run.out).toEqual([...new Set(run.out)])
        expect(run.out.toSorted((a, b) => a - b)).toEqual([...run.entered].toSorted((a, b) => a - b))
        for (const id of run.out) expect(run.refused.has(id)).toBe(false)
        expect([run.clock.pendingTimers, run.queue.waitingPuts, run.queue.waitingTakes]).toEqual([0, 0, 0])
      }),
      { numRuns: 300 },
    )
  })

  test('gives items out in the order in which they were put', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 100 }), async puts => {
        const queue = new BoundedQueue<number>({ maxItems: 3 })
        const out: (number | undefined)[] = []
        let ids = 0
        for (const isPut of puts) {
          if (isPut) queue.put(ids++).catch(ignore)
          else void queue.take().then(item => out.push(item))
        }
        await new ManualClock().flush()
        expect(out).toEqual(Array.from(out, (_, i) => i))
      }),
      { numRuns: 300 },
    )
  })
})
