import { Deferred } from 'async-patterns'
import { expect, test } from 'vitest'
import { BufferedWriter } from '../../src/persistence/buffered-writer.js'
import type { BatchStore } from '../../src/persistence/buffered-writer.js'
import { WriterError } from '../../src/persistence/index.js'

/** Stores what it is given once it is let, and fails with what it is told. */
class ScriptedStore implements BatchStore<number> {
  readonly stored: number[] = []
  readonly gate = new Deferred<void>()
  failure: Error | undefined
  closed = 0

  async store(records: readonly number[]): Promise<void> {
    await this.gate.promise
    if (this.failure !== undefined) throw this.failure
    this.stored.push(...records)
  }

  close(): void {
    this.closed += 1
  }
}

class NumberWriter extends BufferedWriter<number> {
  constructor(store: BatchStore<number>) {
    super('NumberWriter', { file: 'numbers', batchSize: 2, maxQueueSize: 3 }, () => store)
  }
}

test('ends every write that waits when the storage fails, and counts what was lost', async () => {
  const store = new ScriptedStore()
  const writer = new NumberWriter(store)
  const writes = Array.from({ length: 12 }, (_, index) => writer.write(index))
  store.failure = new Error('the roof leaks')
  store.gate.resolve()
  const ends = await Promise.allSettled(writes)
  const rejected = ends.filter(end => end.status === 'rejected')
  expect(rejected.length).toBeGreaterThan(0)
  for (const { reason } of rejected) expect(reason).toBeInstanceOf(WriterError)
  await expect(writer.write(12)).rejects.toThrow('numbers: the roof leaks')
  await expect(writer.close()).rejects.toThrow('numbers: the roof leaks')
  const { accepted, written, lost, queued } = writer.metrics()
  expect(accepted).toBe(ends.length - rejected.length)
  expect({ written, queued, lost }).toEqual({ written: 0, queued: 0, lost: accepted })
  expect(store.closed).toBe(1)
})

test('stores nothing after a batch that failed: there is no gap in what is stored', async () => {
  const store = new ScriptedStore()
  const writer = new NumberWriter(store)
  store.gate.resolve()
  for (const number of [0, 1, 2, 3]) await writer.write(number)
  await expect.poll(() => store.stored.length).toBe(4)
  store.failure = new Error('once')
  await Promise.allSettled([4, 5].map(number => writer.write(number)))
  await expect.poll(() => writer.metrics().lost).toBeGreaterThan(0)
  store.failure = undefined
  await Promise.allSettled([6, 7].map(number => writer.write(number)))
  await expect(writer.close()).rejects.toThrow('once')
  expect(store.stored).toEqual([0, 1, 2, 3])
})

test('tells of a storage that cannot be closed', async () => {
  const store = new ScriptedStore()
  store.close = () => {
    throw Object.assign(new Error('write failed'), { code: 'EIO' })
  }
  await expect(new NumberWriter(store).close()).rejects.toThrow('numbers: the disk reports an error (EIO)')
})
