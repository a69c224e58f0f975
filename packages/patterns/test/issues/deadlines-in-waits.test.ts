import { BatchProcessor, BoundedQueue, Cache, forEach, pipeline, Timeout } from 'async-patterns'
import type { Context } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { expect, test } from 'vitest'

const exceeded = { code: 'DEADLINE_EXCEEDED', deadlineAt: 100 }

/** What waits is over at the deadline, and leaves no timer. */
async function endsAtDeadline(clock: ManualClock, wait: Promise<unknown>): Promise<void> {
  let isOver = false
  const over = (): void => void (isOver = true)
  wait.then(over, over)
  await clock.advance(99)
  expect(isOver).toBe(false)
  await clock.advance(1)
  await expect(wait).rejects.toMatchObject(exceeded)
  expect(clock.pendingTimers).toBe(0)
}

test('bounded queue: a deadline ends the wait for room, and the item is not in', async () => {
  const clock = new ManualClock()
  const queue = new BoundedQueue<number>({ maxItems: 1, clock })
  await queue.put(1)
  await endsAtDeadline(clock, queue.put(2, { deadlineAt: 100 }))
  expect(queue.drain()).toEqual([1])
})

test('bounded queue: a deadline ends the wait for items', async () => {
  const clock = new ManualClock()
  const queue = new BoundedQueue<number>({ clock })
  await endsAtDeadline(clock, queue.take({ deadlineAt: 100 }))
  await queue.put(1)
  expect(queue.size).toBe(1)
})

test('bounded queue: a wait that ends before its deadline leaves no timer', async () => {
  const clock = new ManualClock()
  const queue = new BoundedQueue<number>({ maxItems: 1, clock })
  const taken = queue.take({ deadlineAt: 100 })
  await queue.put(1)
  expect(await taken).toBe(1)
  expect(clock.pendingTimers).toBe(0)
})

test('batch processor: a deadline ends the wait for the result', async () => {
  const clock = new ManualClock()
  const process = (): Promise<never> => new Promise(() => undefined)
  const batches = new BatchProcessor({ process, maxBatchSize: 1, clock })
  await endsAtDeadline(clock, batches.add(1, { deadlineAt: 100 }))
})

test('cache: a deadline ends the wait for a load', async () => {
  const clock = new ManualClock()
  const cache = new Cache<string, number>({ clock })
  let signal: AbortSignal | undefined
  const load = (_key: string, context: Context): Promise<never> => {
    signal = context.signal
    return new Promise(() => undefined)
  }
  await endsAtDeadline(clock, cache.getOrLoad('a', load, { deadlineAt: 100 }))
  expect(signal?.aborted).toBe(true)
})

test('forEach: the calls know the deadline', async () => {
  const seen: number[] = []
  await pipeline(
    [1],
    forEach((_item, context) => void seen.push(context.deadlineAt), { deadlineAt: 12_345 }),
  )
  expect(seen).toEqual([12_345])
})

test('timeout: a deadline that is no number switches neither the limit off nor a spinning timer on', async () => {
  const clock = new ManualClock()
  const timeout = new Timeout({ timeoutMs: 100, clock })
  const call = timeout.execute(() => new Promise(() => undefined), { deadlineAt: Number.NaN })
  call.catch(() => undefined)
  expect(clock.pendingTimers).toBe(1)
  await clock.advance(100)
  await expect(call).rejects.toMatchObject({ code: 'TIMEOUT' })
  expect(clock.pendingTimers).toBe(0)
})
