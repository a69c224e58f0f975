import { batch, forEach, map, pipeline } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const scenario = fc.record({
  count: fc.nat(40),
  latencies: fc.array(fc.nat(9), { minLength: 1, maxLength: 6 }),
  concurrency: fc.integer({ min: 1, max: 5 }),
  ordered: fc.boolean(),
  batchSize: fc.integer({ min: 1, max: 5 }),
  workers: fc.integer({ min: 1, max: 3 }),
  failsAt: fc.option(fc.record({ place: fc.constantFrom('source', 'mapper', 'end'), item: fc.nat(40) })),
  abortsAfterMs: fc.option(fc.nat(60)),
})

describe('pipeline, whatever happens', () => {
  test('loses nothing and duplicates nothing, or ends with the error and leaves nothing running', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ count, latencies, failsAt, abortsAfterMs, ...options }) => {
        const clock = new ManualClock()
        const controller = new AbortController()
        const done: number[] = []
        let opened = 0
        const fails = (place: string, item: number): void => {
          if (failsAt?.place === place && failsAt.item === item) throw new Error(place)
        }
        const work = async (item: number): Promise<void> => {
          opened += 1
          await clock.sleep(latencies[item % latencies.length] ?? 0)
          opened -= 1
        }
        async function* source(): AsyncGenerator<number, void> {
          opened += 1
          try {
            for (let item = 0; item < count; item += 1) {
              if (item % 3 === 0) await clock.sleep(1)
              fails('source', item)
              yield item
            }
          } finally {
            opened -= 1
          }
        }
        const run = pipeline(
          source(),
          map(
            async item => {
              await work(item)
              fails('mapper', item)
              return item
            },
            { concurrency: options.concurrency, ordered: options.ordered },
          ),
          batch({ maxItems: options.batchSize, maxWaitMs: 5, clock }),
          forEach(
            async items => {
              expect(items.length).toBeLessThanOrEqual(options.batchSize)
              await work(items[0] ?? 0)
              for (const item of items) fails('end', item)
              done.push(...items)
            },
            { concurrency: options.workers, signal: controller.signal },
          ),
        )
        const outcome = run.then(
          () => undefined,
          (error: unknown) => error,
        )
        if (abortsAfterMs !== null) void clock.sleep(abortsAfterMs).then(() => controller.abort('enough'))
        const error = await clock.run(outcome)
        expect(opened).toBe(0)
        const inOrder = done.toSorted((a, b) => a - b)
        expect(inOrder).toEqual([...new Set(inOrder)])
        if (error === undefined) expect(inOrder).toEqual(Array.from({ length: count }, (_, i) => i))
        else if (error !== 'enough') expect((error as Error).message).toBe(failsAt?.place)
        if (options.ordered && options.workers === 1) expect(done).toEqual(inOrder)
        await clock.advance(1000)
        expect(clock.pendingTimers).toBe(0)
        expect(done).toHaveLength(inOrder.length)
      }),
      { numRuns: 300 },
    )
  })
})
