import { getEventListeners } from 'node:events'
import { BoundedQueue, batch, forEach, map, pipeline } from 'async-patterns'
import type { Context } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { counting, numbers } from './pipeline-rig.js'

const clock = new ManualClock()

describe('forEach', () => {
  test('ends everything at once on abort, with the reason, and leaves nothing running', async () => {
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

  test('ends a wait for a source that is a queue', async () => {
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

  test('leaves no listener on the signal', async () => {
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

  test('runs nothing when it was aborted before', async () => {
    const { seen, source } = counting(3)
    const run = pipeline(
      source,
      forEach(() => undefined, { signal: AbortSignal.abort('enough') }),
    )
    await expect(run).rejects.toBe('enough')
    expect(seen.read).toBe(0)
  })

  test('rejects with the first error', async () => {
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

  test('passes on an error of closing the source when nothing else went wrong', async () => {
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
