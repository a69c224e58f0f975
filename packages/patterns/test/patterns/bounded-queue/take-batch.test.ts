import { BoundedQueue } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { watch } from './watch.js'

const size = (item: number): number => item

describe('BoundedQueue: takeBatch', () => {
  test('takes all that waits when it is given no limits', async () => {
    const queue = new BoundedQueue<number>()
    for (const item of [1, 2, 3]) queue.tryPut(item)
    expect(await queue.takeBatch()).toEqual([1, 2, 3])
  })

  test('goes when it has maxItems', async () => {
    const queue = new BoundedQueue<number>({ clock: new ManualClock() })
    const batch = queue.takeBatch({ maxItems: 2, maxWaitMs: 1000 })
    for (const item of [1, 2, 3]) queue.tryPut(item)
    expect(await batch).toEqual([1, 2])
    expect(queue.size).toBe(1)
  })

  test('goes maxWaitMs after its first item, and leaves no timer', async () => {
    const clock = new ManualClock()
    const queue = new BoundedQueue<number>({ clock })
    const batch = watch(queue.takeBatch({ maxItems: 10, maxWaitMs: 100 }))
    await clock.advance(500)
    expect([batch.state, clock.pendingTimers]).toEqual(['pending', 0])
    queue.tryPut(1)
    await clock.advance(60)
    queue.tryPut(2)
    await clock.advance(39)
    expect(batch.state).toBe('pending')
    await clock.advance(1)
    expect(batch.value).toEqual([1, 2])
    expect(clock.pendingTimers).toBe(0)
  })

  test('asks maxWaitMs about the first item when it is a function', async () => {
    const clock = new ManualClock()
    const queue = new BoundedQueue<number>({ clock })
    queue.tryPut(clock.now())
    await clock.advance(70)
    const batch = watch(queue.takeBatch({ maxItems: 9, maxWaitMs: putAt => putAt + 100 - clock.now() }))
    await clock.advance(29)
    expect(batch.state).toBe('pending')
    await clock.advance(1)
    expect(batch.state).toBe('resolved')
  })

  test('keeps to maxBytes, but takes a first item that is larger', async () => {
    const queue = new BoundedQueue<number>({ sizeOf: size })
    for (const item of [60, 30, 20, 500, 1]) queue.tryPut(item)
    const limits = { maxItems: 10, maxBytes: 100, maxWaitMs: Infinity }
    expect(await queue.takeBatch(limits)).toEqual([60, 30])
    expect(await queue.takeBatch(limits)).toEqual([20])
    expect(await queue.takeBatch(limits)).toEqual([500])
    queue.close()
    expect(await queue.takeBatch(limits)).toEqual([1])
  })

  test('goes when the queue is full, however large a batch it wants', async () => {
    const queue = new BoundedQueue<number>({ maxItems: 2 })
    const batch = queue.takeBatch({ maxItems: 10, maxWaitMs: Infinity })
    queue.tryPut(1)
    queue.tryPut(2)
    expect(await batch).toEqual([1, 2])
  })

  test('goes to make room for an item that would not fit', async () => {
    const queue = new BoundedQueue<number>({ maxBytes: 100, sizeOf: size })
    const batch = queue.takeBatch({ maxWaitMs: Infinity })
    queue.tryPut(60)
    expect(queue.tryPut(60)).toBe(true)
    expect(await batch).toEqual([60])
  })

  test('goes when a producer waits for room already', async () => {
    const queue = new BoundedQueue<number>({ maxBytes: 100, sizeOf: size })
    await queue.put(60)
    const waiting = watch(queue.put(50))
    expect(await queue.takeBatch({ maxWaitMs: Infinity })).toEqual([60])
    expect(waiting.state).toBe('resolved')
  })

  test('fills one batch after the other, not all a little', async () => {
    const clock = new ManualClock()
    const queue = new BoundedQueue<number>({ clock })
    const limits = { maxItems: 3, maxWaitMs: 10 }
    const batches = [watch(queue.takeBatch(limits)), watch(queue.takeBatch(limits))]
    for (const item of [1, 2, 3, 4]) queue.tryPut(item)
    await clock.advance(10)
    expect(batches.map(batch => batch.value)).toEqual([[1, 2, 3], [4]])
  })

  test('does not hold what it filled with when it is aborted', async () => {
    const clock = new ManualClock()
    const queue = new BoundedQueue<number>({ clock })
    const controller = new AbortController()
    const limits = { maxItems: 5, maxWaitMs: 100 }
    const aborted = watch(queue.takeBatch(limits, controller))
    const next = watch(queue.takeBatch(limits))
    queue.tryPut(1)
    await clock.advance(50)
    controller.abort('enough')
    expect(clock.pendingTimers).toBe(1)
    await clock.advance(99)
    expect([aborted.value, next.state]).toEqual(['enough', 'pending'])
    await clock.advance(1)
    expect(next.value).toEqual([1])
  })

  test.each<[string, (queue: BoundedQueue<number>) => unknown]>([
    ['put', queue => queue.put(1)],
    ['tryPut', queue => expect(queue.tryPut(1)).toBe(true)],
  ])('what maxWaitMs throws is for the taker, not for %s', async (_name, bring) => {
    const clock = new ManualClock()
    const queue = new BoundedQueue<number>({ clock })
    const fault = new Error('fault')
    const maxWaitMs = (): number => {
      throw fault
    }
    const taker = watch(queue.takeBatch({ maxItems: 5, maxWaitMs }, { deadlineAt: 1_000 }))
    const next = watch(queue.takeBatch({ maxItems: 5 }))
    await bring(queue)
    await clock.flush()
    expect([taker.state, taker.value, next.value]).toEqual(['rejected', fault, [1]])
    expect([queue.waitingTakes, queue.size, clock.pendingTimers]).toEqual([0, 0, 0])
  })

  test('what maxWaitMs throws at once leaves nobody behind, and the item in', async () => {
    const queue = new BoundedQueue<number>({ clock: new ManualClock() })
    queue.tryPut(1)
    const maxWaitMs = (): number => {
      throw new Error('fault')
    }
    await expect(queue.takeBatch({ maxItems: 5, maxWaitMs })).rejects.toThrow('fault')
    expect([queue.waitingTakes, queue.size, queue.tryTake()]).toEqual([0, 1, 1])
  })

  test('is served once when its maxWaitMs closes the queue', async () => {
    const queue = new BoundedQueue<number>({ clock: new ManualClock() })
    const maxWaitMs = (): number => {
      queue.close()
      return 0
    }
    const batch = watch(queue.takeBatch({ maxItems: 1, maxBytes: 5, maxWaitMs }))
    const larger = watch(queue.takeBatch({ maxItems: 5, maxWaitMs }))
    queue.tryPut(1)
    queue.tryPut(2)
    await Promise.resolve()
    expect([batch.value, larger.value]).toEqual([[1], [2]])
  })
})
