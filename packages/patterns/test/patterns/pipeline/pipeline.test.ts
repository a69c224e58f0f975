import { BoundedQueue, batch, forEach, map, pipeline } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { counting, collect, numbers } from './pipeline-rig.js'

const clock = new ManualClock()

describe('pipeline', () => {
  test('hands a source through its stages to the last function', async () => {
    const batches: string[][] = []
    await pipeline(
      numbers(5),
      map(async item => `n${item}`, { concurrency: 2 }),
      batch({ maxItems: 2 }),
      forEach(items => batches.push(items)),
    )
    expect(batches).toEqual([['n0', 'n1'], ['n2', 'n3'], ['n4']])
  })

  test('takes what can be iterated, in either way, and a queue too', async () => {
    const queue = new BoundedQueue<number>()
    for (const item of numbers(3)) queue.tryPut(item)
    queue.close()
    for (const source of [new Set(numbers(3)), counting(3).source, queue]) {
      expect(await pipeline(source, collect)).toEqual([0, 1, 2])
    }
  })

  test('runs nothing before the last function asks', async () => {
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

describe('options of the pipeline functions', () => {
  test('are checked where they are given', () => {
    expect(() => map(undefined as never)).toThrow(/map.mapper/)
    expect(() => map(item => item, { concurrency: 0 })).toThrow(/map.concurrency is 0/)
    expect(() => forEach(() => undefined, { concurrency: 0.5 })).toThrow(/forEach.concurrency is 0.5/)
    expect(() => batch({ maxItems: Infinity })).toThrow(/batch.maxItems is Infinity/)
    expect(() => batch({ maxBytes: 5 })).toThrow(/batch.sizeOf/)
    expect(() => batch({ maxWaitMs: -1 })).toThrow(/batch.maxWaitMs/)
  })
})
