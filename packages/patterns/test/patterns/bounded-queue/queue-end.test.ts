import { BoundedQueue, ClosedError } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { watch } from './watch.js'

describe('BoundedQueue: its end', () => {
  test('gives out what is in after close, then nothing more', async () => {
    const queue = new BoundedQueue<number>({ maxItems: 1 })
    await queue.put(1)
    const waiting = watch(queue.put(2))
    queue.close()
    await expect(queue.put(3)).rejects.toBeInstanceOf(ClosedError)
    expect(waiting.value).toBeInstanceOf(ClosedError)
    expect(queue.tryPut(4)).toBe(false)
    expect(queue.closed).toBe(true)
    expect([await queue.take(), await queue.take()]).toEqual([1, undefined])
    expect(await queue.takeBatch()).toEqual([])
  })

  test('ends the wait of all consumers', async () => {
    const queue = new BoundedQueue<number>()
    const takes = [queue.take(), queue.take()]
    const batch = queue.takeBatch({ maxWaitMs: 100 })
    queue.close()
    expect(await Promise.all(takes)).toEqual([undefined, undefined])
    expect(await batch).toEqual([])
  })

  test('gives out what is in after fail, then the error', async () => {
    const queue = new BoundedQueue<number>({ maxItems: 1 })
    await queue.put(1)
    const waiting = watch(queue.put(2))
    const error = new Error('broken')
    queue.fail(error)
    queue.close()
    await expect(queue.put(3)).rejects.toBe(error)
    expect(waiting.value).toBe(error)
    expect(await queue.take()).toBe(1)
    await expect(queue.take()).rejects.toBe(error)
    await expect(queue.takeBatch()).rejects.toBe(error)
  })

  test('keeps an error that is undefined', async () => {
    const queue = new BoundedQueue<number>()
    queue.fail(undefined)
    await expect(queue.take()).rejects.toBeUndefined()
  })

  test('drains all at once, and lets waiting producers in', async () => {
    const clock = new ManualClock()
    const queue = new BoundedQueue<number>({ maxItems: 2, clock })
    queue.tryPut(1)
    queue.tryPut(2)
    const waiting = watch(queue.put(3))
    expect(queue.drain()).toEqual([1, 2])
    await Promise.resolve()
    expect([waiting.state, queue.size]).toEqual(['resolved', 1])
    expect(queue.drain()).toEqual([3])
  })

  test('starts the wait of a batch over after a drain', async () => {
    const clock = new ManualClock()
    const queue = new BoundedQueue<number>({ clock })
    const batch = watch(queue.takeBatch({ maxItems: 5, maxWaitMs: 100 }))
    queue.tryPut(1)
    await clock.advance(90)
    queue.drain()
    expect(clock.pendingTimers).toBe(0)
    queue.tryPut(2)
    await clock.advance(99)
    expect(batch.state).toBe('pending')
    await clock.advance(1)
    expect(batch.value).toEqual([2])
  })
})

describe('BoundedQueue: for await', () => {
  test('gives each item to one of several loops, and ends with the queue', async () => {
    const queue = new BoundedQueue<number>({ maxItems: 4 })
    const seen: number[] = []
    const loop = async (): Promise<void> => {
      for await (const item of queue) seen.push(item)
    }
    const loops = [loop(), loop(), loop()]
    for (let i = 0; i < 50; i += 1) await queue.put(i)
    queue.close()
    await Promise.all(loops)
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i))
  })

  test('passes on the error of the queue', async () => {
    const queue = new BoundedQueue<number>()
    queue.tryPut(1)
    queue.fail(new Error('broken'))
    const seen: number[] = []
    const loop = async (): Promise<void> => {
      for await (const item of queue) seen.push(item)
    }
    await expect(loop()).rejects.toThrow('broken')
    expect(seen).toEqual([1])
  })

  test('stays open when a loop is left', async () => {
    const queue = new BoundedQueue<number>()
    for (const item of [1, 2]) queue.tryPut(item)
    for await (const item of queue) if (item === 1) break
    expect([queue.closed, queue.size]).toEqual([false, 1])
  })

  test('ends a `next` that waits when the loop is left from outside', async () => {
    const queue = new BoundedQueue<number>()
    const items = queue[Symbol.asyncIterator]()
    const next = items.next()
    await items.return?.()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(await items.next()).toEqual({ done: true, value: undefined })
    expect(queue.waitingTakes).toBe(0)
  })
})
