import { BatchProcessor, ClosedError } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('add' as const), aborts: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('abort' as const, 'tick' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('close' as const, 'stop' as const) }) },
)

describe('BatchProcessor, whatever happens', () => {
  test('handles every item once or not at all, and says which', async () => {
    const run = async (steps: readonly { do: string; aborts?: boolean }[], latencies: readonly number[]) => {
      const clock = new ManualClock()
      const handled: number[] = []
      let inFlight = 0
      let ended = false
      const processor = new BatchProcessor<number, number>({
        clock,
        maxBatchSize: 4,
        maxWaitMs: 10,
        maxConcurrentBatches: 2,
        process: async items => {
          expect(ended).toBe(false)
          expect(items.length).toBeLessThanOrEqual(4)
          expect(++inFlight).toBeLessThanOrEqual(2)
          handled.push(...items)
          await clock.sleep(latencies[handled.length % latencies.length] ?? 0)
          inFlight -= 1
          if (items[0] === 3) throw new Error('whole batch')
          return items.map(item => (item % 7 === 0 ? new Error('own') : item))
        },
      })
      let controller = new AbortController()
      let ids = 0
      const settled: Promise<void>[] = []
      const resolved: number[] = []
      const refused: number[] = []
      for (const todo of steps) {
        if (todo.do === 'add') {
          const id = ids++
          const within = todo.aborts === true ? controller : undefined
          settled.push(
            processor.add(id, within).then(
              result => {
                expect(result).toBe(id)
                resolved.push(id)
              },
              (error: unknown) => {
                if (error instanceof ClosedError) refused.push(id)
              },
            ),
          )
        } else if (todo.do === 'abort') {
          controller.abort('enough')
          controller = new AbortController()
        } else if (todo.do === 'tick') await clock.advance(4)
        else {
          void processor[todo.do === 'stop' ? 'stop' : 'close']().then(() => {
            ended = true
          })
        }
      }
      await clock.run(processor.close())
      await Promise.all(settled)
      expect(handled).toEqual([...new Set(handled)])
      expect(handled).toEqual(handled.toSorted((a, b) => a - b))
      for (const id of resolved) expect(handled).toContain(id)
      for (const id of refused) expect(handled).not.toContain(id)
      expect([inFlight, clock.pendingTimers, processor.idle]).toEqual([0, 0, true])
    }
    const latencies = fc.array(fc.nat(30), { minLength: 1, maxLength: 5 })
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), latencies, run), { numRuns: 200 })
  })
})
