import { AcquireTimeoutError, BoundedQueue } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { watch } from './watch.js'

const size = (item: number): number => item

describe('BoundedQueue: who gives up', () => {
  test('takes an aborted producer out, itself and no other', async () => {
    const queue = new BoundedQueue<number>({ maxItems: 1 })
    await queue.put(0)
    const controller = new AbortController()
    const first = watch(queue.put(1))
    const second = watch(queue.put(2, controller))
    const third = watch(queue.put(3))
    controller.abort('enough')
    await Promise.resolve()
    expect([first.state, second.value, third.state]).toEqual(['pending', 'enough', 'pending'])
    expect([await queue.take(), await queue.take(), await queue.take()]).toEqual([0, 1, 3])
  })

  test('lets the next producer in when the one ahead gives up', async () => {
    const queue = new BoundedQueue<number>({ maxBytes: 100, sizeOf: size })
    await queue.put(50)
    const controller = new AbortController()
    const large = watch(queue.put(90, controller))
    const small = watch(queue.put(10))
    controller.abort('enough')
    await Promise.resolve()
    expect([large.state, small.state]).toEqual(['rejected', 'resolved'])
  })

  test('lets a producer wait no longer than putTimeoutMs', async () => {
    const clock = new ManualClock()
    const queue = new BoundedQueue<number>({ maxItems: 1, putTimeoutMs: 50, clock })
    await queue.put(1)
    const late = watch(queue.put(2))
    await clock.advance(10)
    const inTime = watch(queue.put(3))
    await clock.advance(40)
    expect(late.value).toBeInstanceOf(AcquireTimeoutError)
    await queue.take()
    await clock.advance(100)
    expect(inTime.state).toBe('resolved')
    expect(clock.pendingTimers).toBe(0)
  })

  test('does nothing for a caller that has given up already', async () => {
    const queue = new BoundedQueue<number>()
    const aborted = { signal: AbortSignal.abort('enough') }
    await expect(queue.put(1, aborted)).rejects.toBe('enough')
    queue.tryPut(2)
    await expect(queue.take(aborted)).rejects.toBe('enough')
    await expect(queue.takeBatch({}, aborted)).rejects.toBe('enough')
    expect(queue.size).toBe(1)
  })

  test('does not wait at all when putTimeoutMs is 0', async () => {
    const clock = new ManualClock()
    const queue = new BoundedQueue<number>({ maxItems: 1, putTimeoutMs: 0, clock })
    await queue.put(0)
    const put = watch(queue.put(1))
    expect([queue.waitingPuts, clock.pendingTimers]).toEqual([0, 0])
    await clock.flush()
    expect(put.value).toBeInstanceOf(AcquireTimeoutError)
    expect(queue.drain()).toEqual([0])
  })
})
