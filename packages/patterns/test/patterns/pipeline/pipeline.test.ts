import { getEventListeners } from 'node:events'
import { BoundedQueue, batch, type Context, Deferred, forEach, map, pipeline } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, it } from 'vitest'

const clock = new ManualClock()

/** A source that notes how far it was read and whether it was closed. */
function counting(count: number) {
  const seen = { read: 0, closed: 0 }
  async function* source(): AsyncGenerator<number, void> {
    try {
      for (let i = 0; i < count; i += 1) {
        seen.read += 1
        yield i
      }
    } finally {
      seen.closed += 1
    }
  }
  return { seen, source: source() }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

describe('pipeline', () => {
  it('hands a source through its stages to the last function', async () => {
    const batches: string[][] = []
    await pipeline(
      numbers(5),
      map(async item => `n${item}`, { concurrency: 2 }),
      batch({ maxItems: 2 }),
      forEach(items => batches.push(items)),
    )
    expect(batches).toEqual([['n0', 'n1'], ['n2', 'n3'], ['n4']])
  })

  it('takes what can be iterated, in either way, and a queue too', async () => {
    const queue = new BoundedQueue<number>()
    for (const item of numbers(3)) queue.tryPut(item)
    queue.close()
    for (const source of [new Set(numbers(3)), counting(3).source, queue]) {
      expect(await pipeline(source, collect)).toEqual([0, 1, 2])
    }
  })

  it('runs nothing before the last function asks', async () => {
    const { seen, source } = counting(3)
    const items = pipeline(
      source,
      map(item => item),
      batch(),
    )
    await clock.flush()
    expect(seen.read).toBe(0)
    expect(await collect(items)).toEqual([[0, 1, 2]])
  })
})

describe('map', () => {
  it('keeps the order of the items, however long each takes', async () => {
    const gates = numbers(3).map(() => new Deferred<void>())
    const result = pipeline(
      numbers(3),
      map(item => gates[item]?.promise.then(() => item), { concurrency: 3 }),
      collect,
    )
    for (const index of [2, 0, 1]) {
      gates[index]?.resolve()
      await clock.flush()
    }
    expect(await result).toEqual([0, 1, 2])
  })

  it('gives results as they are done when order is not asked for', async () => {
    const gates = numbers(3).map(() => new Deferred<void>())
    const result = pipeline(
      numbers(3),
      map(item => gates[item]?.promise.then(() => item), { concurrency: 3, ordered: false }),
      collect,
    )
    for (const index of [2, 0, 1]) {
      await clock.flush()
      gates[index]?.resolve()
    }
    expect(await result).toEqual([2, 0, 1])
  })

  it.each([true, false])('holds no more items than its concurrency, ordered: %s', async ordered => {
    const { seen, source } = counting(20)
    let running = 0
    let most = 0
    const stage = map(
      async (item: number) => {
        most = Math.max(most, ++running)
        await clock.flush()
        running -= 1
        return item
      },
      { concurrency: 3, ordered },
    )
    const items = stage(source)[Symbol.asyncIterator]()
    await items.next()
    for (let i = 0; i < 10; i += 1) await clock.flush()
    expect(seen.read).toBe(4)
    let taken = 1
    while ((await items.next()).done !== true) taken += 1
    expect([taken, most, seen.closed]).toEqual([20, 3, 1])
  })

  it.each([true, false])(
    'gives what came before an error of the source, then the error, ordered: %s',
    async ordered => {
      async function* source(): AsyncGenerator<number, void> {
        yield* numbers(3)
        throw new Error('source')
      }
      const seen: number[] = []
      const run = pipeline(
        source(),
        map(async item => item, { concurrency: 5, ordered }),
        async items => {
          for await (const item of items) seen.push(item)
        },
      )
      await expect(run).rejects.toThrow('source')
      expect(seen).toEqual([0, 1, 2])
    },
  )

  it.each([true, false])(
    'stops everything on an error, waits for it, and closes the source, ordered: %s',
    async ordered => {
      const { seen, source } = counting(100)
      let running = 0
      let sawAbort = 0
      const result = pipeline(
        source,
        map(
          async (item, context) => {
            running += 1
            try {
              if (item === 0) return item
              if (item === 1) {
                await clock.flush()
                throw new Error('mapper')
              }
              await new Promise<void>(resolve => context.signal.addEventListener('abort', () => resolve()))
              sawAbort += 1
              await clock.flush()
              return item
            } finally {
              running -= 1
            }
          },
          { concurrency: 4, ordered },
        ),
        collect,
      )
      await expect(result).rejects.toThrow('mapper')
      expect(running).toBe(0)
      expect(sawAbort).toBeGreaterThan(0)
      expect(seen.closed).toBe(1)
      expect(seen.read).toBeLessThan(10)
    },
  )

  it('stops everything when the loop over it is left', async () => {
    const { seen, source } = counting(100)
    let running = 0
    const items = pipeline(
      source,
      map(
        async item => {
          running += 1
          await clock.flush()
          running -= 1
          return item
        },
        { concurrency: 4 },
      ),
    )
    for await (const item of items) if (item === 2) break
    expect([running, seen.closed]).toEqual([0, 1])
  })

  it('is done, and stays done, after an error', async () => {
    const items = map(() => Promise.reject(new Error('no')))(counting(3).source)[Symbol.asyncIterator]()
    await expect(items.next()).rejects.toThrow('no')
    expect(await items.next()).toEqual({ done: true, value: undefined })
  })

  it('answers several `next` at once in their order', async () => {
    const items = map(async (item: number) => item, { concurrency: 2 })(counting(3).source)[
      Symbol.asyncIterator
    ]()
    const results = await Promise.all([items.next(), items.next(), items.next(), items.next()])
    expect(results.map(({ value }) => value)).toEqual([0, 1, 2, undefined])
  })

  it('throws one error only, however many ask', async () => {
    const items = map(
      async (item: number, context) => {
        if (item === 0) {
          await clock.flush()
          throw new Error('first')
        }
        await new Promise((_, reject) =>
          context.signal.addEventListener('abort', () => reject(new Error('second'))),
        )
      },
      { concurrency: 3 },
    )(counting(3).source)[Symbol.asyncIterator]()
    const results = await Promise.allSettled([items.next(), items.next(), items.next()])
    expect(results.map(result => result.status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  })

  it('does not close a source that has ended by itself or by an error', async () => {
    for (const last of [
      () => ({ done: true as const, value: undefined }),
      () => Promise.reject(new Error('no')),
    ]) {
      let closed = 0
      const source: AsyncIterable<number> = {
        [Symbol.asyncIterator]: () => ({
          next: async () => last(),
          return: async () => {
            closed += 1
            return { done: true, value: undefined }
          },
        }),
      }
      const items = map((item: number) => item)(source)[Symbol.asyncIterator]()
      await Promise.allSettled([items.next()])
      await items.return?.()
      expect(closed).toBe(0)
    }
  })

  it('waits for what was handed to waitUntil', async () => {
    const late = new Deferred<void>()
    let isDone = false
    const run = pipeline(
      numbers(1),
      forEach((_, context) => context.waitUntil(late.promise)),
    )
    void run.then(() => {
      isDone = true
    })
    await clock.flush()
    expect(isDone).toBe(false)
    late.resolve()
    await run
  })
})

describe('batch', () => {
  it('goes by time when items are slow', async () => {
    const time = new ManualClock()
    const queue = new BoundedQueue<number>()
    const batches: number[][] = []
    const run = pipeline(
      queue,
      batch({ maxItems: 10, maxWaitMs: 50, clock: time }),
      forEach(items => batches.push(items)),
    )
    queue.tryPut(1)
    await time.advance(30)
    queue.tryPut(2)
    await time.advance(20)
    expect(batches).toEqual([[1, 2]])
    queue.tryPut(3)
    await time.flush()
    queue.close()
    await run
    expect(batches).toEqual([[1, 2], [3]])
    expect(time.pendingTimers).toBe(0)
  })

  it('keeps to maxBytes', async () => {
    const items = pipeline([60, 30, 20, 300, 1], batch({ maxBytes: 100, sizeOf: item => item }))
    expect(await collect(items)).toEqual([[60, 30], [20], [300], [1]])
  })

  it('reads ahead one batch at most', async () => {
    const { seen, source } = counting(100)
    const items = batch<number>({ maxItems: 5 })(source)[Symbol.asyncIterator]()
    await items.next()
    for (let i = 0; i < 20; i += 1) await clock.flush()
    expect(seen.read).toBeLessThanOrEqual(11)
    await items.return?.()
    expect(seen.closed).toBe(1)
  })

  it('gives the items before an error, then the error', async () => {
    async function* source(): AsyncGenerator<number, void> {
      yield 1
      throw new Error('source')
    }
    const items = batch<number>()(source())[Symbol.asyncIterator]()
    expect(await items.next()).toEqual({ done: false, value: [1] })
    await expect(items.next()).rejects.toThrow('source')
  })
})

describe('forEach', () => {
  it('ends everything at once on abort, with the reason, and leaves nothing running', async () => {
    const { seen, source } = counting(100)
    const controller = new AbortController()
    let running = 0
    const run = pipeline(
      source,
      map(async item => item, { concurrency: 2 }),
      batch({ maxItems: 2 }),
      forEach(
        async (_, context) => {
          running += 1
          await new Promise<void>(resolve => context.signal.addEventListener('abort', () => resolve()))
          running -= 1
        },
        { concurrency: 3, signal: controller.signal },
      ),
    )
    const outcome = run.then(
      () => 'done',
      (error: unknown) => error,
    )
    await clock.flush()
    expect(running).toBe(3)
    controller.abort('enough')
    expect(await outcome).toBe('enough')
    expect([running, seen.closed]).toEqual([0, 1])
  })

  it('ends a wait for a source that is a queue', async () => {
    const queue = new BoundedQueue<number>()
    const controller = new AbortController()
    const run = pipeline(
      queue,
      batch(),
      forEach(() => undefined, { signal: controller.signal }),
    )
    await clock.flush()
    expect(queue.waitingTakes).toBe(1)
    controller.abort('enough')
    await expect(run).rejects.toBe('enough')
    expect([queue.waitingTakes, queue.closed]).toEqual([0, false])
  })

  it('leaves no listener on the signal', async () => {
    const { signal } = new AbortController()
    const loads = (context: Context): boolean => context.signal.aborted
    await pipeline(
      numbers(3),
      forEach((_, context) => loads(context), { signal, concurrency: 2 }),
    )
    await expect(
      pipeline(
        numbers(3),
        forEach(() => Promise.reject(new Error('no')), { signal }),
      ),
    ).rejects.toThrow('no')
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('runs nothing when it was aborted before', async () => {
    const { seen, source } = counting(3)
    const run = pipeline(
      source,
      forEach(() => undefined, { signal: AbortSignal.abort('enough') }),
    )
    await expect(run).rejects.toBe('enough')
    expect(seen.read).toBe(0)
  })

  it('rejects with the first error', async () => {
    const { seen, source } = counting(10)
    const run = pipeline(
      source,
      forEach(item => {
        if (item === 3) throw new Error('three')
      }),
    )
    await expect(run).rejects.toThrow('three')
    expect(seen.closed).toBe(1)
  })

  it('passes on an error of closing the source when nothing else went wrong', async () => {
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: 1 }),
        return: () => Promise.reject(new Error('closing')),
      }),
    }
    const leave = async (): Promise<void> => {
      for await (const _ of map((item: number) => item)(source)) break
    }
    await expect(leave()).rejects.toThrow('closing')
    await expect(
      pipeline(
        source,
        forEach(() => Promise.reject(new Error('first'))),
      ),
    ).rejects.toThrow('first')
  })
})

describe('options of the pipeline functions', () => {
  it('are checked where they are given', () => {
    expect(() => map(undefined as never)).toThrow(/map.mapper/)
    expect(() => map(item => item, { concurrency: 0 })).toThrow(/map.concurrency is 0/)
    expect(() => forEach(() => undefined, { concurrency: 0.5 })).toThrow(/forEach.concurrency is 0.5/)
    expect(() => batch({ maxItems: Infinity })).toThrow(/batch.maxItems is Infinity/)
    expect(() => batch({ maxBytes: 5 })).toThrow(/batch.sizeOf/)
    expect(() => batch({ maxWaitMs: -1 })).toThrow(/batch.maxWaitMs/)
  })
})
