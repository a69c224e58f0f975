import { BoundedQueue, batch, forEach, pipeline } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { counting, collect } from './pipeline-rig.js'

const clock = new ManualClock()

describe('batch', () => {
  test('goes by time when items are slow', async () => {
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

  test('keeps to maxBytes', async () => {
    const items = pipeline([60, 30, 20, 300, 1], batch({ maxBytes: 100, sizeOf: item => item }))
    expect(await collect(items)).toEqual([[60, 30], [20], [300], [1]])
  })

  test('reads ahead one batch at most', async () => {
    const { seen, source } = counting(100)
    const items = batch<number>({ maxItems: 5 })(source)[Symbol.asyncIterator]()
    await items.next()
    for (let i = 0; i < 20; i += 1) await clock.flush()
    expect(seen.read).toBeLessThanOrEqual(11)
    await items.return?.()
    expect(seen.closed).toBe(1)
  })

  test('gives the items before an error, then the error', async () => {
    async function* source(): AsyncGenerator<number, void> {
      yield 1
      throw new Error('source')
    }
    const items = batch<number>()(source())[Symbol.asyncIterator]()
    expect(await items.next()).toEqual({ done: false, value: [1] })
    await expect(items.next()).rejects.toThrow('source')
  })
})
