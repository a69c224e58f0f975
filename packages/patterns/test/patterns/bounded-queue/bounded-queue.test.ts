import { AcquireTimeoutError, BoundedQueue, ClosedError } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, it } from 'vitest'

const size = (item: number): number => item

/** What a promise has come to, without waiting for it. */
function watch<T>(promise: Promise<T>): { state: 'pending' | 'resolved' | 'rejected'; value?: unknown } {
  const seen: { state: 'pending' | 'resolved' | 'rejected'; value?: unknown } = { state: 'pending' }
  promise.then(
    value => Object.assign(seen, { state: 'resolved', value }),
    (error: unknown) => Object.assign(seen, { state: 'rejected', value: error }),
  )
  return seen
}

describe('BoundedQueue: items', () => {
  it('gives items out in the order in which they were put', async () => {
    const queue = new BoundedQueue<number>()
    for (let i = 0; i < 100; i += 1) await queue.put(i)
    const taken: (number | undefined)[] = []
    for (let i = 0; i < 100; i += 1) taken.push(await queue.take())
    expect(taken).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect(queue.size).toBe(0)
  })

  it('gives back the memory of a long line, and goes on', () => {
    const queue = new BoundedQueue<number>({ maxItems: 10_000 })
    for (let round = 0; round < 3; round += 1) {
      for (let i = 0; i < 10_000; i += 1) expect(queue.tryPut(i)).toBe(true)
      for (let i = 0; i < 10_000; i += 1) if (queue.tryTake() !== i) throw new Error(`not ${i}`)
    }
    expect(queue.size).toBe(0)
  })

  it('lets a producer wait while it is full, and lets producers in in their order', async () => {
    const queue = new BoundedQueue<string>({ maxItems: 1 })
    await queue.put('a')
    const b = watch(queue.put('b'))
    const c = watch(queue.put('c'))
    await Promise.resolve()
    expect([b.state, c.state, queue.waitingPuts]).toEqual(['pending', 'pending', 2])
    expect(await queue.take()).toBe('a')
    expect([b.state, c.state, queue.size]).toEqual(['resolved', 'pending', 1])
    expect([await queue.take(), await queue.take()]).toEqual(['b', 'c'])
  })

  it('serves waiting consumers in their order', async () => {
    const queue = new BoundedQueue<number>()
    const first = queue.take()
    const second = queue.take()
    expect(queue.waitingTakes).toBe(2)
    queue.tryPut(1)
    queue.tryPut(2)
    expect([await first, await second]).toEqual([1, 2])
  })

  it('lets nobody overtake: neither a tryPut nor a tryTake', async () => {
    const queue = new BoundedQueue<number>({ maxItems: 3, maxBytes: 10, sizeOf: size })
    await queue.put(8)
    const large = watch(queue.put(9))
    expect(queue.tryPut(1)).toBe(false)
    await queue.take()
    await Promise.resolve()
    expect(large.state).toBe('resolved')
    queue.drain()
    const batch = queue.takeBatch({ maxItems: 2, maxWaitMs: Infinity })
    queue.tryPut(1)
    expect(queue.tryTake()).toBeUndefined()
    queue.tryPut(2)
    expect(await batch).toEqual([1, 2])
  })

  it('tries without waiting', () => {
    const queue = new BoundedQueue<number>({ maxItems: 1 })
    expect(queue.tryTake()).toBeUndefined()
    expect([queue.tryPut(1), queue.tryPut(2)]).toEqual([true, false])
    expect(queue.tryTake()).toBe(1)
  })
})

describe('BoundedQueue: bytes', () => {
  it('bounds bytes as well as items', async () => {
    const queue = new BoundedQueue<number>({ maxItems: 10, maxBytes: 100, sizeOf: size })
    await queue.put(60)
    await queue.put(40)
    const waiting = watch(queue.put(1))
    expect(queue.bytes).toBe(100)
    await queue.take()
    expect(queue.bytes).toBe(41)
    await Promise.resolve()
    expect(waiting.state).toBe('resolved')
  })

  it('lets an item that is larger than the whole enter, but only alone', async () => {
    const queue = new BoundedQueue<number>({ maxBytes: 100, sizeOf: size })
    await queue.put(1)
    const huge = watch(queue.put(500))
    await Promise.resolve()
    expect(huge.state).toBe('pending')
    await queue.take()
    expect(huge.state).toBe('resolved')
    expect(queue.tryPut(1)).toBe(false)
    expect(await queue.take()).toBe(500)
    expect(queue.bytes).toBe(0)
  })

  it('remembers the size that an item had when it was put', async () => {
    const queue = new BoundedQueue<{ bytes: number }>({ maxBytes: 100, sizeOf: item => item.bytes })
    const item = { bytes: 10 }
    await queue.put(item)
    item.bytes = 1000
    await queue.take()
    expect(queue.bytes).toBe(0)
  })

  it('refuses a size that is no size, and takes nothing in', async () => {
    const queue = new BoundedQueue<number>({ maxBytes: 100, sizeOf: size })
    await expect(queue.put(NaN)).rejects.toThrow(/sizeOf/)
    await expect(queue.put(-1)).rejects.toThrow(/sizeOf/)
    expect(() => queue.tryPut(Infinity)).toThrow(/sizeOf/)
    expect([queue.size, queue.bytes]).toEqual([0, 0])
  })
})

describe('BoundedQueue: takeBatch', () => {
  it('takes all that waits when it is given no limits', async () => {
    const queue = new BoundedQueue<number>()
    for (const item of [1, 2, 3]) queue.tryPut(item)
    expect(await queue.takeBatch()).toEqual([1, 2, 3])
  })

  it('goes when it has maxItems', async () => {
    const queue = new BoundedQueue<number>({ clock: new ManualClock() })
    const batch = queue.takeBatch({ maxItems: 2, maxWaitMs: 1000 })
    for (const item of [1, 2, 3]) queue.tryPut(item)
    expect(await batch).toEqual([1, 2])
    expect(queue.size).toBe(1)
  })

  it('goes maxWaitMs after its first item, and leaves no timer', async () => {
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

  it('asks maxWaitMs about the first item when it is a function', async () => {
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

  it('keeps to maxBytes, but takes a first item that is larger', async () => {
    const queue = new BoundedQueue<number>({ sizeOf: size })
    for (const item of [60, 30, 20, 500, 1]) queue.tryPut(item)
    const limits = { maxItems: 10, maxBytes: 100, maxWaitMs: Infinity }
    expect(await queue.takeBatch(limits)).toEqual([60, 30])
    expect(await queue.takeBatch(limits)).toEqual([20])
    expect(await queue.takeBatch(limits)).toEqual([500])
    queue.close()
    expect(await queue.takeBatch(limits)).toEqual([1])
  })

  it('goes when the queue is full, however large a batch it wants', async () => {
    const queue = new BoundedQueue<number>({ maxItems: 2 })
    const batch = queue.takeBatch({ maxItems: 10, maxWaitMs: Infinity })
    queue.tryPut(1)
    queue.tryPut(2)
    expect(await batch).toEqual([1, 2])
  })

  it('goes to make room for an item that would not fit', async () => {
    const queue = new BoundedQueue<number>({ maxBytes: 100, sizeOf: size })
    const batch = queue.takeBatch({ maxWaitMs: Infinity })
    queue.tryPut(60)
    expect(queue.tryPut(60)).toBe(true)
    expect(await batch).toEqual([60])
  })

  it('goes when a producer waits for room already', async () => {
    const queue = new BoundedQueue<number>({ maxBytes: 100, sizeOf: size })
    await queue.put(60)
    const waiting = watch(queue.put(50))
    expect(await queue.takeBatch({ maxWaitMs: Infinity })).toEqual([60])
    expect(waiting.state).toBe('resolved')
  })

  it('fills one batch after the other, not all a little', async () => {
    const clock = new ManualClock()
    const queue = new BoundedQueue<number>({ clock })
    const limits = { maxItems: 3, maxWaitMs: 10 }
    const batches = [watch(queue.takeBatch(limits)), watch(queue.takeBatch(limits))]
    for (const item of [1, 2, 3, 4]) queue.tryPut(item)
    await clock.advance(10)
    expect(batches.map(batch => batch.value)).toEqual([[1, 2, 3], [4]])
  })

  it('does not hold what it filled with when it is aborted', async () => {
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
})

describe('BoundedQueue: its end', () => {
  it('gives out what is in after close, then nothing more', async () => {
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

  it('ends the wait of all consumers', async () => {
    const queue = new BoundedQueue<number>()
    const takes = [queue.take(), queue.take()]
    const batch = queue.takeBatch({ maxWaitMs: 100 })
    queue.close()
    expect(await Promise.all(takes)).toEqual([undefined, undefined])
    expect(await batch).toEqual([])
  })

  it('gives out what is in after fail, then the error', async () => {
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

  it('keeps an error that is undefined', async () => {
    const queue = new BoundedQueue<number>()
    queue.fail(undefined)
    await expect(queue.take()).rejects.toBeUndefined()
  })

  it('drains all at once, and lets waiting producers in', async () => {
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

  it('starts the wait of a batch anew after a drain', async () => {
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

describe('BoundedQueue: who gives up', () => {
  it('takes an aborted producer out, itself and no other', async () => {
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

  it('lets the next producer in when the one ahead gives up', async () => {
    const queue = new BoundedQueue<number>({ maxBytes: 100, sizeOf: size })
    await queue.put(50)
    const controller = new AbortController()
    const large = watch(queue.put(90, controller))
    const small = watch(queue.put(10))
    controller.abort('enough')
    await Promise.resolve()
    expect([large.state, small.state]).toEqual(['rejected', 'resolved'])
  })

  it('lets a producer wait no longer than timeoutMs', async () => {
    const clock = new ManualClock()
    const queue = new BoundedQueue<number>({ maxItems: 1, clock })
    await queue.put(1)
    const late = watch(queue.put(2, { timeoutMs: 50 }))
    const inTime = watch(queue.put(3, { timeoutMs: 60 }))
    await clock.advance(50)
    expect(late.value).toBeInstanceOf(AcquireTimeoutError)
    await queue.take()
    await clock.advance(100)
    expect(inTime.state).toBe('resolved')
    expect(clock.pendingTimers).toBe(0)
  })

  it('does nothing for who has given up already', async () => {
    const queue = new BoundedQueue<number>()
    const aborted = { signal: AbortSignal.abort('enough') }
    await expect(queue.put(1, aborted)).rejects.toBe('enough')
    queue.tryPut(2)
    await expect(queue.take(aborted)).rejects.toBe('enough')
    await expect(queue.takeBatch({}, aborted)).rejects.toBe('enough')
    expect(queue.size).toBe(1)
  })
})

describe('BoundedQueue: for await', () => {
  it('gives each item to one of several loops, and ends with the queue', async () => {
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

  it('passes on the error of the queue', async () => {
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

  it('stays open when a loop is left', async () => {
    const queue = new BoundedQueue<number>()
    for (const item of [1, 2]) queue.tryPut(item)
    for await (const item of queue) if (item === 1) break
    expect([queue.closed, queue.size]).toEqual([false, 1])
  })

  it('ends a `next` that waits when the loop is left from outside', async () => {
    const queue = new BoundedQueue<number>()
    const items = queue[Symbol.asyncIterator]()
    const next = items.next()
    await items.return?.()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(await items.next()).toEqual({ done: true, value: undefined })
    expect(queue.waitingTakes).toBe(0)
  })
})

describe('BoundedQueue: options', () => {
  it('names what is wrong', async () => {
    expect(() => new BoundedQueue({ maxItems: 0 })).toThrow(/BoundedQueue.maxItems is 0/)
    expect(() => new BoundedQueue({ maxBytes: 0, sizeOf: () => 1 })).toThrow(/BoundedQueue.maxBytes is 0/)
    expect(() => new BoundedQueue({ maxBytes: 10 })).toThrow(/BoundedQueue.sizeOf is undefined/)
    const queue = new BoundedQueue<number>({ maxItems: 1 })
    await expect(queue.takeBatch({ maxItems: 0 })).rejects.toThrow(/maxItems/)
    await expect(queue.takeBatch({ maxBytes: -1 })).rejects.toThrow(/maxBytes/)
    await expect(queue.takeBatch({ maxWaitMs: NaN })).rejects.toThrow(/maxWaitMs/)
    await queue.put(1)
    await expect(queue.put(2, { timeoutMs: -1 })).rejects.toThrow(/timeoutMs/)
    expect([queue.waitingPuts, queue.waitingTakes]).toEqual([0, 0])
  })
})
