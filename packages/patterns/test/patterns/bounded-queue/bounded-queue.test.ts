import { BoundedQueue } from 'async-patterns'
import { describe, expect, test } from 'vitest'
import { watch } from './watch.js'

const size = (item: number): number => item

describe('BoundedQueue: items', () => {
  test('gives items out in the order in which they were put', async () => {
    const queue = new BoundedQueue<number>()
    for (let i = 0; i < 100; i += 1) await queue.put(i)
    const taken: (number | undefined)[] = []
    for (let i = 0; i < 100; i += 1) taken.push(await queue.take())
    expect(taken).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect(queue.size).toBe(0)
  })

  test('gives back the memory of a long line, and goes on', () => {
    const queue = new BoundedQueue<number>({ maxItems: 10_000 })
    for (let round = 0; round < 3; round += 1) {
      for (let i = 0; i < 10_000; i += 1) expect(queue.tryPut(i)).toBe(true)
      for (let i = 0; i < 10_000; i += 1) if (queue.tryTake() !== i) throw new Error(`not ${i}`)
    }
    expect(queue.size).toBe(0)
  })

  test('lets a producer wait while it is full, and lets producers in in their order', async () => {
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

  test('serves waiting consumers in their order', async () => {
    const queue = new BoundedQueue<number>()
    const first = queue.take()
    const second = queue.take()
    expect(queue.waitingTakes).toBe(2)
    queue.tryPut(1)
    queue.tryPut(2)
    expect([await first, await second]).toEqual([1, 2])
  })

  test('lets nobody overtake: neither a tryPut nor a tryTake', async () => {
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

  test('tries without waiting', () => {
    const queue = new BoundedQueue<number>({ maxItems: 1 })
    expect(queue.tryTake()).toBeUndefined()
    expect([queue.tryPut(1), queue.tryPut(2)]).toEqual([true, false])
    expect(queue.tryTake()).toBe(1)
  })
})

describe('BoundedQueue: bytes', () => {
  test('bounds bytes as well as items', async () => {
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

  test('lets an item that is larger than the whole enter, but only alone', async () => {
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

  test('remembers the size that an item had when it was put', async () => {
    const queue = new BoundedQueue<{ bytes: number }>({ maxBytes: 100, sizeOf: item => item.bytes })
    const item = { bytes: 10 }
    await queue.put(item)
    item.bytes = 1000
    await queue.take()
    expect(queue.bytes).toBe(0)
  })

  test('refuses a size that is no size, and takes nothing in', async () => {
    const queue = new BoundedQueue<number>({ maxBytes: 100, sizeOf: size })
    await expect(queue.put(NaN)).rejects.toThrow(/sizeOf/)
    await expect(queue.put(-1)).rejects.toThrow(/sizeOf/)
    expect(() => queue.tryPut(Infinity)).toThrow(/sizeOf/)
    expect([queue.size, queue.bytes]).toEqual([0, 0])
  })
})

describe('BoundedQueue: options', () => {
  test('names what is wrong', async () => {
    expect(() => new BoundedQueue({ maxItems: 0 })).toThrow(/BoundedQueue.maxItems is 0/)
    expect(() => new BoundedQueue({ maxBytes: 0, sizeOf: () => 1 })).toThrow(/BoundedQueue.maxBytes is 0/)
    expect(() => new BoundedQueue({ maxBytes: 10 })).toThrow(/BoundedQueue.sizeOf is undefined/)
    const queue = new BoundedQueue<number>({ maxItems: 1 })
    await expect(queue.takeBatch({ maxItems: 0 })).rejects.toThrow(/maxItems/)
    await expect(queue.takeBatch({ maxBytes: -1 })).rejects.toThrow(/maxBytes/)
    await expect(queue.takeBatch({ maxWaitMs: NaN })).rejects.toThrow(/maxWaitMs/)
    expect(() => new BoundedQueue({ putTimeoutMs: -1 })).toThrow(/BoundedQueue.putTimeoutMs is -1/)
    expect([queue.waitingPuts, queue.waitingTakes]).toEqual([0, 0])
  })
})
