import { Deferred, forEach, map, pipeline } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { counting, collect, numbers } from './pipeline-rig.js'

const clock = new ManualClock()

describe('map', () => {
  test('keeps the order of the items, however long each takes', async () => {
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

  test('gives results as they are done when order is not asked for', async () => {
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

  test.each([true, false])('holds no more items than its concurrency, ordered: %s', async ordered => {
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

  test.each([true, false])(
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

  test.each([true, false])(
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

  test('stops everything when the loop over it is left', async () => {
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

  test('is done, and stays done, after an error', async () => {
    const items = map(() => Promise.reject(new Error('no')))(counting(3).source)[Symbol.asyncIterator]()
    await expect(items.next()).rejects.toThrow('no')
    expect(await items.next()).toEqual({ done: true, value: undefined })
  })

  test('answers several `next` at once in their order', async () => {
    const items = map(async (item: number) => item, { concurrency: 2 })(counting(3).source)[
      Symbol.asyncIterator
    ]()
    const results = await Promise.all([items.next(), items.next(), items.next(), items.next()])
    expect(results.map(({ value }) => value)).toEqual([0, 1, 2, undefined])
  })

  test('throws one error only, however many ask', async () => {
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

  test('does not close a source that has ended by itself or by an error', async () => {
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

  test('waits for what was handed to waitUntil', async () => {
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
