import { BatchProcessor, ClosedError, Deferred } from 'async-patterns'
import type { BatchProcessorOptions } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

type Options = Partial<BatchProcessorOptions<number, string>>

/** A processor that notes its batches and answers with each number as text. */
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

/** A processor whose batches stay in flight until they are let go. */
function holding(options: Options = {}) {
  const held: { items: readonly number[]; done: Deferred<string[]> }[] = []
  const process = (items: readonly number[]): Promise<string[]> => {
    const done = new Deferred<string[]>()
    held.push({ items, done })
    return done.promise
  }
  const letGo = (index: number): void => held[index]?.done.resolve(held[index].items.map(String))
  return { held, letGo, ...noting({ process, ...options }) }
}

const outcomes = async (promises: readonly Promise<unknown>[]): Promise<unknown[]> =>
  (await Promise.allSettled(promises)).map(one => (one.status === 'fulfilled' ? one.value : one.reason))

describe('P-A1 batch', () => {
  test('P-A1 by size: a batch goes as soon as it is full', async () => {
    const { clock, batches, processor } = noting({ maxBatchSize: 3 })
    const added = [1, 2, 3, 4].map(item => processor.add(item))
    await clock.flush()
    expect(batches).toEqual([[1, 2, 3]])
    await clock.advance(1000)
    expect(batches).toEqual([[1, 2, 3], [4]])
    expect(await Promise.all(added)).toEqual(['1', '2', '3', '4'])
  })

  test('P-A1 by time: a batch goes when its first item has waited maxWaitMs', async () => {
    const { clock, batches, processor } = noting({ maxWaitMs: 100 })
    void processor.add(1)
    await clock.advance(90)
    void processor.add(2)
    await clock.advance(9)
    expect(batches).toEqual([])
    await clock.advance(1)
    expect(batches).toEqual([[1, 2]])
    expect(clock.pendingTimers).toBe(0)
  })

  test('P-A1 by time: what waited while all places were taken does not wait again', async () => {
    const { clock, held, letGo, processor } = holding({ maxConcurrentBatches: 1, maxWaitMs: 100 })
    void processor.add(1)
    await clock.advance(100)
    void processor.add(2)
    await clock.advance(500)
    letGo(0)
    await clock.flush()
    expect(held.map(({ items }) => items)).toEqual([[1], [2]])
  })

  test('P-A1 by bytes: a batch goes before it exceeds maxBatchBytes; a larger item goes alone', async () => {
    const { clock, batches, processor } = noting({ maxBatchBytes: 100, sizeOf: item => item })
    for (const item of [60, 30, 20, 300, 100]) void processor.add(item)
    await clock.flush()
    expect(batches).toEqual([[60, 30], [20], [300], [100]])
  })

  test("P-A1 an item's error is its own", async () => {
    const own = new Error('item 2')
    const { clock, processor } = noting({
      process: items => items.map(item => (item === 2 ? own : `${item}`)),
    })
    const added = [1, 2, 3].map(item => processor.add(item))
    const settled = outcomes(added)
    await clock.advance(1000)
    expect(await settled).toEqual(['1', own, '3'])
  })

  test('P-A1 close flushes: what waits is handled at once, in batches of the usual size', async () => {
    const { clock, batches, processor } = noting({ maxBatchSize: 2, maxConcurrentBatches: 1 })
    const added = [1, 2, 3].map(item => processor.add(item))
    await processor.close()
    expect(batches).toEqual([[1, 2], [3]])
    expect(await Promise.all(added)).toEqual(['1', '2', '3'])
    await expect(processor.add(4)).rejects.toBeInstanceOf(ClosedError)
    expect(clock.now()).toBe(0)
  })

  test('P-A1 no more than maxConcurrentBatches are handled at a time', async () => {
    const { clock, held, letGo, processor } = holding({ maxBatchSize: 1, maxConcurrentBatches: 2 })
    for (const item of [1, 2, 3, 4]) void processor.add(item)
    await clock.flush()
    expect(held).toHaveLength(2)
    expect(processor.metrics()).toMatchObject({ waiting: 2, batchesInFlight: 2, batches: 2, items: 2 })
    letGo(1)
    await clock.flush()
    expect(held.map(({ items }) => items)).toEqual([[1], [2], [3]])
  })

  test('P-A1 nothing is processed after stop has resolved, and nothing is lost by it', async () => {
    const { clock, held, letGo, processor } = holding({ maxBatchSize: 2, maxConcurrentBatches: 1 })
    const added = [1, 2, 3, 4, 5].map(item => processor.add(item))
    const settled = outcomes(added)
    await clock.flush()
    let stopped = false
    const stop = processor.stop().then(() => {
      stopped = true
    })
    await clock.advance(10_000)
    expect(stopped).toBe(false)
    letGo(0)
    await stop
    await clock.advance(10_000)
    expect(held).toHaveLength(1)
    const [one, two, ...rest] = await settled
    expect([one, two]).toEqual(['1', '2'])
    for (const error of rest) expect(error).toBeInstanceOf(ClosedError)
    expect([clock.pendingTimers, processor.idle]).toEqual([0, true])
  })

  test('P-A1 stop does not handle a batch that was only filling', async () => {
    const { clock, batches, processor } = noting()
    const settled = outcomes([processor.add(1)])
    await clock.flush()
    await processor.stop()
    expect(batches).toEqual([])
    expect((await settled)[0]).toBeInstanceOf(ClosedError)
  })
})

describe('BatchProcessor', () => {
  test('rejects all items of a batch that failed as a whole, and goes on', async () => {
    const error = new Error('down')
    let fails = true
    const { clock, processor } = noting({
      maxBatchSize: 2,
      process: items => {
        if (fails) throw error
        return items.map(String)
      },
    })
    expect(await outcomes([processor.add(1), processor.add(2)])).toEqual([error, error])
    fails = false
    expect(await outcomes([processor.add(3), processor.add(4)])).toEqual(['3', '4'])
    expect(clock.now()).toBe(0)
  })

  test('rejects a batch whose results do not match its items', async () => {
    const { processor } = noting({ maxBatchSize: 2, process: () => ['only one'] })
    for (const error of await outcomes([processor.add(1), processor.add(2)])) {
      expect(String(error)).toMatch(/1 results; allowed is one result for each of 2 items/)
    }
  })

  test('does not handle an item whose caller has given up while it waited', async () => {
    const { clock, batches, processor } = noting()
    const controller = new AbortController()
    const settled = outcomes([processor.add(1, controller), processor.add(2)])
    controller.abort('enough')
    await clock.advance(1000)
    expect(batches).toEqual([[2]])
    expect(await settled).toEqual(['enough', '2'])
    await expect(processor.add(3, controller)).rejects.toBe('enough')
  })

  test('lets a caller go whose batch is under way, and the others get their results', async () => {
    const { clock, letGo, processor } = holding({ maxBatchSize: 2 })
    const controller = new AbortController()
    const settled = outcomes([processor.add(1, controller), processor.add(2)])
    await clock.flush()
    controller.abort('enough')
    letGo(0)
    expect(await settled).toEqual(['enough', '2'])
  })

  test('waits for room when maxQueueSize is reached', async () => {
    const { clock, held, letGo, processor } = holding({
      maxBatchSize: 1,
      maxConcurrentBatches: 1,
      maxQueueSize: 1,
    })
    const controller = new AbortController()
    const settled = outcomes([processor.add(1), processor.add(2), processor.add(3, controller)])
    await clock.flush()
    expect(processor.metrics().waiting).toBe(1)
    controller.abort('enough')
    letGo(0)
    await clock.flush()
    letGo(1)
    expect(await settled).toEqual(['1', '2', 'enough'])
    expect(held).toHaveLength(2)
  })

  test('can be closed by `await using`, and closed twice', async () => {
    const { batches, processor } = noting()
    const added = processor.add(1)
    await processor[Symbol.asyncDispose]()
    await processor.close()
    await processor.stop()
    expect([batches, await added]).toEqual([[[1]], '1'])
  })

  test('names what is wrong with its options', () => {
    const process = (items: readonly number[]) => items
    expect(() => new BatchProcessor({ process: undefined as never })).toThrow(/BatchProcessor.process/)
    expect(() => new BatchProcessor({ process, maxBatchSize: 0 })).toThrow(/BatchProcessor.maxBatchSize is 0/)
    expect(() => new BatchProcessor({ process, maxWaitMs: -1 })).toThrow(/BatchProcessor.maxWaitMs is -1/)
    expect(() => new BatchProcessor({ process, maxBatchBytes: 9 })).toThrow(/BatchProcessor.sizeOf/)
    expect(() => new BatchProcessor({ process, maxConcurrentBatches: 1.5 })).toThrow(/maxConcurrentBatches/)
    expect(() => new BatchProcessor({ process, maxQueueSize: 0 })).toThrow(/maxQueueSize/)
  })
})
