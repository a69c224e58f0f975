import { ProducerConsumerPipeline } from 'async-patterns'
import type { WhenFull } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('put'), aborts: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tryPut') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('abort', 'tick', 'tick') }) },
)

const scenario = fc.record({
  steps: fc.array(step as fc.Arbitrary<{ do: string; aborts?: boolean }>, { maxLength: 60 }),
  isBatch: fc.boolean(),
  hasOnError: fc.boolean(),
  whenFull: fc.constantFrom<WhenFull>('wait', 'reject', 'dropNewest', 'dropOldest'),
  drain: fc.boolean(),
  timeoutMs: fc.constantFrom(undefined, 5, 1000),
  latencies: fc.array(fc.nat(9), { minLength: 1, maxLength: 5 }),
})

describe('ProducerConsumerPipeline, whatever happens', () => {
  test('accounts for every item once: handled, failed, dropped, or returned by stop', async () => {
    await fc.assert(
      fc.asyncProperty(
        scenario,
        async ({ steps, isBatch, hasOnError, whenFull, drain, timeoutMs, latencies }) => {
          const clock = new ManualClock()
          const entered: number[] = []
          const handled: number[] = []
          const seen: number[] = []
          const dropped: number[] = []
          let running = 0
          let ended = false
          const handle = async (items: readonly number[]): Promise<void> => {
            expect(ended).toBe(false)
            expect(++running).toBeLessThanOrEqual(2)
            await clock.sleep(latencies[(items[0] ?? 0) % latencies.length] ?? 0)
            running -= 1
            if (items.some(item => item % 5 === 0)) throw new Error('no')
            handled.push(...items)
          }
          const pipeline = new ProducerConsumerPipeline<number>({
            clock,
            workers: 2,
            batchSize: 3,
            batchWaitMs: 6,
            maxQueueSize: 4,
            whenFull,
            onDrop: item => dropped.push(item),
            ...(hasOnError && { onError: (_: unknown, items: readonly number[]) => seen.push(...items) }),
            ...(isBatch ? { onBatch: handle } : { onItem: (item: number) => handle([item]) }),
          })
          pipeline.start()
          let controller = new AbortController()
          let ids = 0
          for (const todo of steps) {
            if (todo.do === 'put') {
              const id = ids++
              const entry = pipeline.put(id, todo.aborts === true ? controller : undefined)
              entry.then(() => entered.push(id), ignore)
            } else if (todo.do === 'tryPut') {
              const id = ids++
              if (pipeline.tryPut(id)) entered.push(id)
            } else if (todo.do === 'tick') await clock.advance(5)
            else {
              controller.abort('enough')
              controller = new AbortController()
            }
          }
          const stop = pipeline.stop({ drain, ...(timeoutMs !== undefined && { timeoutMs }) })
          const unhandled = await clock.run(stop)
          ended = true
          await clock.advance(1000)
          const accounted = [...handled, ...seen, ...dropped, ...unhandled]
          expect(accounted.toSorted((a, b) => a - b)).toEqual(entered.toSorted((a, b) => a - b))
          expect([running, clock.pendingTimers, pipeline.idle]).toEqual([0, 0, true])
          if (drain && hasOnError && timeoutMs === undefined) expect(unhandled).toEqual([])
        },
      ),
      { numRuns: 300 },
    )
  })
})

const ignore = (): void => undefined
