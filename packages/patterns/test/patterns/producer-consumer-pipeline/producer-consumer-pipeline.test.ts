import {
  AcquireTimeoutError,
  ClosedError,
  Deferred,
  ProducerConsumerPipeline,
  QueueFullError,
} from 'async-patterns'
import type { Context, ProducerConsumerPipelineOptions } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

type Options = Partial<ProducerConsumerPipelineOptions<number>>

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** A pipeline of one worker whose handler waits to be let go, item by item. */
function holding(options: Options = {}) {
  const clock = new ManualClock()
  const begun: number[] = []
  const gates: Deferred<void>[] = []
  const contexts: Context[] = []
  const pipeline = new ProducerConsumerPipeline<number>({
    clock,
    workers: 1,
    onItem: (item, context) => {
      begun.push(item)
      contexts.push(context)
      const gate = new Deferred<void>()
      gates.push(gate)
      return gate.promise
    },
    ...options,
  })
  pipeline.start()
  return { clock, begun, gates, contexts, pipeline }
}

describe('P-Q1 producer-consumer', () => {
  test('P-Q1 a consumer that throws loses no item unseen: onError takes it, the others are handled', async () => {
    const failed: [string, readonly number[]][] = []
    const handled: number[] = []
    const pipeline = new ProducerConsumerPipeline<number>({
      workers: 2,
      onItem: item => {
        if (item % 3 === 0) throw new Error(`item ${item}`)
        handled.push(item)
      },
      onError: (error, items) => failed.push([String(error), items]),
    })
    pipeline.start()
    await pipeline.putMany(numbers(7))
    expect(await pipeline.stop()).toEqual([])
    expect(handled).toEqual([1, 2, 4, 5])
    expect(failed).toEqual([0, 3, 6].map(item => [`Error: item ${item}`, [item]]))
    expect(pipeline.metrics()).toMatchObject({ handled: 4, failed: 3, inFlight: 0, queued: 0 })
  })

  test('P-Q1 a consumer that throws loses no item unseen: without onError stop returns it', async () => {
    const pipeline = new ProducerConsumerPipeline<number>({
      onItem: async item => {
        await Promise.resolve()
        if (item === 2) throw new Error('two')
      },
    })
    pipeline.start()
    await pipeline.putMany(numbers(5))
    expect(await pipeline.stop()).toEqual([2])
  })

  test('P-Q1 what fails without onError does not grow without bound: producers are told', async () => {
    const pipeline = new ProducerConsumerPipeline<number>({
      workers: 1,
      maxQueueSize: 3,
      onItem: item => Promise.reject(new Error(`item ${item}`)),
    })
    pipeline.start()
    const error: unknown = await pipeline.putMany(numbers(100)).catch((refused: unknown) => refused)
    expect(error).toBeInstanceOf(ClosedError)
    expect(error).toHaveProperty('cause.message', 'item 2')
    const unhandled = await pipeline.stop()
    expect(unhandled).toEqual(numbers(unhandled.length))
    expect(unhandled.length).toBeLessThan(10)
  })

  test('P-Q1 stop({drain: true}) handles all', async () => {
    const handled: number[] = []
    const pipeline = new ProducerConsumerPipeline<number>({
      onItem: async item => {
        await Promise.resolve()
        handled.push(item)
      },
    })
    pipeline.start()
    await pipeline.putMany(numbers(500))
    expect(await pipeline.stop({ drain: true })).toEqual([])
    expect(handled).toEqual(numbers(500))
    await expect(pipeline.put(1)).rejects.toBeInstanceOf(ClosedError)
  })

  test('P-Q1 stop({drain: false}) returns what was not handled, and nothing is handled after it', async () => {
    const { clock, begun, gates, pipeline } = holding()
    await pipeline.putMany(numbers(4))
    await clock.flush()
    const stop = pipeline.stop({ drain: false })
    gates[0]?.resolve()
    expect(await stop).toEqual([1, 2, 3])
    await clock.advance(10_000)
    expect(begun).toEqual([0])
    expect(pipeline.metrics()).toMatchObject({ handled: 1, queued: 0, inFlight: 0 })
  })

  test('P-Q1 put waits under backpressure and ends on abort', async () => {
    const { clock, begun, gates, pipeline } = holding({ maxQueueSize: 1, putTimeoutMs: 50 })
    const controller = new AbortController()
    await pipeline.put(0)
    await clock.flush()
    await pipeline.put(1)
    const aborted = pipeline.put(2, controller)
    const late = pipeline.put(3)
    const refused = Promise.allSettled([aborted, late])
    controller.abort('enough')
    await clock.advance(10)
    const waiting = pipeline.put(4)
    await clock.advance(40)
    const [first, second] = await refused
    expect(first).toEqual({ status: 'rejected', reason: 'enough' })
    expect(second).toHaveProperty('reason', expect.any(AcquireTimeoutError))
    for (let i = 0; i < 3; i += 1) {
      gates[i]?.resolve()
      await clock.flush()
    }
    await waiting
    expect(begun).toEqual([0, 1, 4])
    await pipeline.stop()
  })
})

describe('ProducerConsumerPipeline: stop', () => {
  test('gives back what waits after timeoutMs and aborts the signal of the running handlers', async () => {
    const seen: unknown[] = []
    const { clock, begun, contexts, gates, pipeline } = holding({ onError: error => seen.push(error) })
    await pipeline.putMany(numbers(3))
    await clock.flush()
    contexts[0]?.signal.addEventListener('abort', () => gates[0]?.reject(contexts[0]?.signal.reason))
    const stop = pipeline.stop({ timeoutMs: 100 })
    await clock.advance(99)
    expect(contexts[0]?.aborted).toBe(false)
    await clock.advance(1)
    expect((await stop).toSorted((a, b) => a - b)).toEqual([0, 1, 2])
    expect([begun, seen, clock.pendingTimers]).toEqual([[0], [], 0])
  })

  test('leaves no timer behind when it ends before timeoutMs', async () => {
    const { clock, gates, pipeline } = holding()
    await pipeline.put(0)
    await clock.flush()
    const stop = pipeline.stop({ timeoutMs: 1000 })
    gates[0]?.resolve()
    expect([await stop, clock.pendingTimers]).toEqual([[], 0])
  })

  test('can be called again to be less patient', async () => {
    const { clock, gates, pipeline } = holding()
    await pipeline.putMany(numbers(3))
    await clock.flush()
    const patient = pipeline.stop()
    const hasty = pipeline.stop({ drain: false })
    gates[0]?.resolve()
    expect([await patient, await hasty]).toEqual([
      [1, 2],
      [1, 2],
    ])
  })

  test('waits for what a handler handed to waitUntil', async () => {
    const late = new Deferred<void>()
    const pipeline = new ProducerConsumerPipeline<number>({
      onItem: (_, context) => context.waitUntil(late.promise),
    })
    pipeline.start()
    await pipeline.put(1)
    let stopped = false
    const stop = pipeline.stop().then(() => {
      stopped = true
    })
    await new ManualClock().flush()
    expect(stopped).toBe(false)
    late.resolve()
    await stop
  })

  test('returns everything when the pipeline was never started', async () => {
    const pipeline = new ProducerConsumerPipeline<number>({ onItem: () => undefined })
    await pipeline.putMany(numbers(3))
    expect(await pipeline.stop()).toEqual([0, 1, 2])
  })

  test('is what `await using` does', async () => {
    const handled: number[] = []
    const pipeline = new ProducerConsumerPipeline<number>({ onItem: item => handled.push(item) })
    pipeline.start()
    pipeline.start()
    await pipeline.put(1)
    await pipeline[Symbol.asyncDispose]()
    expect([handled, pipeline.idle]).toEqual([[1], true])
  })
})

describe('ProducerConsumerPipeline: workers and batches', () => {
  test('runs no more handlers at a time than it has workers', async () => {
    const { clock, begun, gates, pipeline } = holding({ workers: 3 })
    await pipeline.putMany(numbers(5))
    await clock.flush()
    expect([begun.length, pipeline.metrics().inFlight]).toEqual([3, 3])
    gates[1]?.resolve()
    await clock.flush()
    expect(begun).toEqual([0, 1, 2, 3])
    for (const gate of gates) gate.resolve()
    await pipeline.stop({ drain: false })
  })

  test('hands out batches by size and by time', async () => {
    const clock = new ManualClock()
    const batches: (readonly number[])[] = []
    const pipeline = new ProducerConsumerPipeline<number>({
      clock,
      batchSize: 3,
      batchWaitMs: 100,
      onBatch: items => batches.push(items),
    })
    pipeline.start()
    await pipeline.putMany(numbers(4))
    await clock.advance(99)
    expect(batches).toEqual([[0, 1, 2]])
    await clock.advance(1)
    expect(batches).toEqual([[0, 1, 2], [3]])
    await pipeline.put(9)
    await pipeline.stop()
    expect(batches.at(-1)).toEqual([9])
    expect(clock.pendingTimers).toBe(0)
  })

  test('gives a failed batch to onError as a whole, and waits for onError', async () => {
    const seen: (readonly number[])[] = []
    const pipeline = new ProducerConsumerPipeline<number>({
      workers: 1,
      batchSize: 2,
      onBatch: items => {
        if (items.includes(1)) throw new Error('no')
      },
      onError: async (_, items) => {
        await Promise.resolve()
        seen.push(items)
      },
    })
    pipeline.start()
    await pipeline.putMany(numbers(4))
    expect(await pipeline.stop()).toEqual([])
    expect(seen).toEqual([[0, 1]])
    expect(pipeline.metrics()).toMatchObject({ handled: 2, failed: 2 })
  })
})

describe('ProducerConsumerPipeline: whenFull', () => {
  const filled = async (options: Options) => {
    const dropped: number[] = []
    const pipeline = new ProducerConsumerPipeline<number>({
      maxQueueSize: 2,
      onItem: () => undefined,
      onDrop: item => dropped.push(item),
      ...options,
    })
    await pipeline.put(1)
    await pipeline.put(2)
    return { pipeline, dropped }
  }

  test('reject: refuses with QueueFullError', async () => {
    const { pipeline } = await filled({ whenFull: 'reject' })
    await expect(pipeline.put(3)).rejects.toBeInstanceOf(QueueFullError)
    expect(pipeline.tryPut(3)).toBe(false)
    expect(await pipeline.stop()).toEqual([1, 2])
  })

  test('dropNewest: drops the item itself, counts it and hands it over', async () => {
    const { pipeline, dropped } = await filled({ whenFull: 'dropNewest' })
    await pipeline.put(3)
    expect([dropped, pipeline.metrics().dropped]).toEqual([[3], 1])
    expect(await pipeline.stop()).toEqual([1, 2])
  })

  test('dropOldest: drops those that wait longest, as many as it takes', async () => {
    const { pipeline, dropped } = await filled({
      whenFull: 'dropOldest',
      maxQueueSize: 10,
      maxQueueBytes: 4,
      sizeOf: item => item,
    })
    expect(pipeline.metrics().queuedBytes).toBe(3)
    await pipeline.put(3)
    expect(pipeline.tryPut(4)).toBe(true)
    expect(dropped).toEqual([1, 2, 3])
    expect(await pipeline.stop()).toEqual([4])
    expect(pipeline.tryPut(5)).toBe(false)
    await expect(pipeline.put(5)).rejects.toBeInstanceOf(ClosedError)
  })

  test('does nothing for who has given up already', async () => {
    for (const whenFull of ['wait', 'dropOldest'] as const) {
      const { pipeline } = await filled({ whenFull })
      await expect(pipeline.put(3, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
      expect(await pipeline.stop()).toEqual([1, 2])
    }
  })
})

describe('ProducerConsumerPipeline: options', () => {
  test('names what is wrong', async () => {
    const onItem = (): void => undefined
    const make = (options: object) => () => new ProducerConsumerPipeline(options)
    expect(make({})).toThrow(/exactly one of onItem and onBatch/)
    expect(make({ onItem, onBatch: onItem })).toThrow(/exactly one of onItem and onBatch/)
    expect(make({ onItem, onError: 1 })).toThrow(/ProducerConsumerPipeline.onError is 1/)
    expect(make({ onItem, workers: 0 })).toThrow(/ProducerConsumerPipeline.workers is 0/)
    expect(make({ onItem, batchSize: -1 })).toThrow(/batchSize/)
    expect(make({ onItem, batchWaitMs: -1 })).toThrow(/batchWaitMs/)
    expect(make({ onItem, maxQueueSize: 0 })).toThrow(/maxQueueSize/)
    expect(make({ onItem, maxQueueBytes: 5 })).toThrow(/sizeOf/)
    expect(make({ onItem, whenFull: 'panic' })).toThrow(/whenFull is "panic"/)
    await expect(new ProducerConsumerPipeline({ onItem }).stop({ timeoutMs: -1 })).rejects.toThrow(
      /timeoutMs/,
    )
  })
})
