import { BatchProcessor, ClosedError, Deferred, systemClock, TimeoutError } from 'async-patterns'
import type { BatchProcessorOptions, Context } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../../support/rejection-of.js'

type Options = Partial<BatchProcessorOptions<number, string>>

function noting(options: Options = {}) {
  const clock = new ManualClock()
  const batches: number[][] = []
  const processor = new BatchProcessor<number, string>({
    clock,
    process: items => {
      batches.push([...items])
      return items.map(String)
    },
    ...options,
  })
  return { clock, batches, processor }
}

describe('N-54 maxWaitMs: 0 gathers what one turn of the event loop adds', () => {
  test.each([
    ['a ManualClock', {}],
    ['the system clock', { clock: systemClock }],
  ])('N-54 adds of one turn are one batch, those of the next another: %s', async (_, options) => {
    const { batches, processor } = noting({ maxWaitMs: 0, ...options })
    const first = [1, 2, 3].map(item => processor.add(item))
    expect(await Promise.all(first)).toEqual(['1', '2', '3'])
    await new Promise(resolve => setImmediate(resolve))
    await Promise.all([4, 5].map(item => processor.add(item)))
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5],
    ])
  })

  test('N-54 what promises add that settle in the same turn is in it', async () => {
    const { batches, processor } = noting({ maxWaitMs: 0 })
    const later = async (item: number) => {
      for (let step = 0; step < item; step += 1) await Promise.resolve()
      return processor.add(item)
    }
    await Promise.all([1, 2, 5, 10].map(later))
    expect(batches).toEqual([[1, 2, 5, 10]])
  })

  test('N-54 a full batch goes before the turn ends, and what is left goes with it', async () => {
    const { batches, processor } = noting({ maxWaitMs: 0, maxBatchSize: 2 })
    await Promise.all([1, 2, 3].map(item => processor.add(item)))
    expect(batches).toEqual([[1, 2], [3]])
  })

  test('N-54 what waited while all places were taken goes as soon as one is free', async () => {
    const holds: Deferred<string[]>[] = []
    const batches: number[][] = []
    const { processor, clock } = noting({
      maxWaitMs: 0,
      maxConcurrentBatches: 1,
      process: items => {
        batches.push([...items])
        const hold = new Deferred<string[]>()
        holds.push(hold)
        return hold.promise
      },
    })
    void processor.add(1)
    await clock.flush()
    void processor.add(2)
    await clock.flush()
    void processor.add(3)
    await clock.flush()
    holds[0]?.resolve(['1'])
    await clock.flush()
    expect(batches).toEqual([[1], [2, 3]])
  })
})

describe('N-54 flush', () => {
  test('N-54 sends what waits, and resolves when it is answered; what comes after waits as ever', async () => {
    const { clock, batches, processor } = noting({ maxWaitMs: 1_000 })
    const added = [processor.add(1), processor.add(2)]
    const flushed = processor.flush()
    void processor.add(3)
    await flushed
    expect([batches[0], await Promise.all(added), clock.now()]).toEqual([[1, 2], ['1', '2'], 0])
    await clock.advance(1_000)
    expect(batches).toEqual([[1, 2], [3]])
  })

  test('N-54 an empty one, and one whose items fail or give up, resolve too', async () => {
    const { processor } = noting({ process: () => Promise.reject(new Error('down')) })
    await processor.flush()
    const controller = new AbortController()
    const ends = [rejectionOf(processor.add(1)), rejectionOf(processor.add(2, controller))]
    const flushed = processor.flush()
    controller.abort('enough')
    await flushed
    expect(await Promise.all(ends)).toEqual([new Error('down'), 'enough'])
  })

  test('N-54 it waits for batches that were under way, and for what waits behind them', async () => {
    const { clock, processor, batches } = noting({
      maxBatchSize: 1,
      maxConcurrentBatches: 1,
      process: async items => {
        batches.push([...items])
        await clock.sleep(10)
        return items.map(String)
      },
    })
    for (const item of [1, 2, 3]) void processor.add(item)
    await clock.run(processor.flush())
    expect([batches, clock.now()]).toEqual([[[1], [2], [3]], 30])
  })
})

describe('N-54 a bound on close', () => {
  test.each(['close', 'stop'] as const)('N-54 %s gives up on a batch that never ends', async name => {
    const signals: AbortSignal[] = []
    const { clock, processor } = noting({
      maxBatchSize: 1,
      maxConcurrentBatches: 1,
      process: (_, { signal }: Context) => {
        signals.push(signal)
        return new Promise(() => undefined)
      },
    })
    const ends = [1, 2].map(item => rejectionOf(processor.add(item)))
    await clock.flush()
    const error = await clock.run(rejectionOf(processor[name]({ timeoutMs: 500 })))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(clock.now()).toBe(500)
    for (const end of await Promise.all(ends)) expect(end).toBeInstanceOf(ClosedError)
    expect(signals.map(signal => signal.aborted)).toEqual([true])
    expect(clock.pendingTimers).toBe(0)
  })

  test('N-54 one that ends in time leaves no timer; the bound is checked', async () => {
    const { clock, processor } = noting()
    void processor.add(1)
    await processor.close({ timeoutMs: 500 })
    expect(clock.pendingTimers).toBe(0)
    await expect(processor.close({ timeoutMs: -1 })).rejects.toThrow('BatchProcessor.close.timeoutMs is -1')
  })
})
