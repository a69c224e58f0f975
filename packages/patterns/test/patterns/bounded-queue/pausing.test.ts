import { BoundedQueue } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { watch } from './watch.js'

describe('N-55 pause, resume and onIdle of a queue', () => {
  test('N-55 a paused queue gives nothing out; producers go on while there is room', async () => {
    const queue = new BoundedQueue<number>({ maxItems: 2 })
    const first = queue.take()
    const early = watch(first)
    queue.pause()
    await queue.put(1)
    expect([queue.tryPut(2), queue.tryPut(3), queue.tryTake(), queue.isPaused]).toEqual([
      true,
      false,
      undefined,
      true,
    ])
    const second = queue.takeBatch()
    const batch = watch(second)
    await Promise.resolve()
    expect([early.state, batch.state]).toEqual(['pending', 'pending'])
    queue.resume()
    expect([await first, await second, queue.isPaused]).toEqual([1, [2], false])
  })

  test('N-55 a batch that was filling waits on, and begins its wait anew', async () => {
    const clock = new ManualClock()
    const queue = new BoundedQueue<number>({ clock })
    const items = queue.takeBatch({ maxItems: 9, maxWaitMs: 100 })
    const batch = watch(items)
    await queue.put(1)
    await clock.advance(50)
    queue.pause()
    await clock.advance(1_000)
    expect(batch.state).toBe('pending')
    queue.resume()
    await clock.advance(100)
    expect(await items).toEqual([1])
  })

  test('N-55 flush sends a batch that is filling, and nothing while there is nothing', async () => {
    const queue = new BoundedQueue<number>()
    const batch = queue.takeBatch({ maxItems: 9, maxWaitMs: Infinity })
    queue.flush()
    await queue.put(1)
    queue.flush()
    expect(await batch).toEqual([1])
  })

  test('N-55 onIdle resolves when it is empty and no producer waits, however it came to that', async () => {
    const queue = new BoundedQueue<number>({ maxItems: 1 })
    await queue.onIdle()
    await queue.put(1)
    void queue.put(2)
    const whenIdle = queue.onIdle()
    const idle = watch(whenIdle)
    expect(await queue.take()).toBe(1)
    expect(idle.state).toBe('pending')
    expect(await queue.take()).toBe(2)
    await whenIdle
    await queue.put(3)
    const drained = queue.onIdle()
    expect(queue.drain()).toEqual([3])
    await drained
    await queue.put(4)
    const closed = queue.onIdle()
    expect(queue.closeAndDrain()).toEqual([4])
    await closed
  })
})
