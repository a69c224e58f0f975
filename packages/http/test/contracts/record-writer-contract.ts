import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClosedError } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WriterError } from '../../src/persistence/index.js'
import type { RecordWriter, RecordWriterOptions, StoredResult } from '../../src/persistence/index.js'

/** A kind of writer, and how what it wrote is read back without it. */
export interface WriterKind {
  readonly name: string
  readonly open: (options: RecordWriterOptions) => RecordWriter<StoredResult>
  readonly read: (file: string) => StoredResult[]
}

export function resultOf(index: number, more: Partial<StoredResult> = {}): StoredResult {
  return {
    url: `http://127.0.0.1/${index}`,
    statusCode: 200,
    latencyMs: index + 0.125,
    timestamp: 1_700_000_000_000 + index,
    attempt: 1,
    error: null,
    bytes: 71,
    ...more,
  }
}

export const resultsOf = (from: number, count: number): StoredResult[] =>
  Array.from({ length: count }, (_, index) => resultOf(from + index))

export function describeRecordWriter({ name, open, read }: WriterKind): void {
  describe(name, () => {
    let folder = ''
    let file = ''
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'writer-'))
      file = join(folder, 'results')
    })
    afterEach(() => rm(folder, { recursive: true }))

    async function writeAll(records: readonly StoredResult[], options: Partial<RecordWriterOptions> = {}) {
      await using writer = open({ file, ...options })
      for (const record of records) await writer.write(record)
      await writer.close()
      return writer.metrics()
    }

    test('stores everything in the order of the writes, whatever the batches', async () => {
      const records = resultsOf(0, 1_234)
      const metrics = await writeAll(records, { batchSize: 100, maxQueueSize: 150 })
      expect(read(file)).toEqual(records)
      expect(metrics).toMatchObject({ accepted: 1_234, written: 1_234, queued: 0, lost: 0 })
      expect(metrics.batches).toBeGreaterThanOrEqual(13)
    })

    test('gives every field back as it was', async () => {
      const records = [
        resultOf(0, {
          engine: 'threaded',
          url: 'http://h/ü\n"\u2028😀',
          latencyMs: 0.1 + 0.2,
          timestamp: 1.5,
        }),
        resultOf(1, {
          statusCode: 0,
          attempt: 0,
          bytes: 0,
          error: { code: 'ECONNRESET', message: 'a\nb\0c' },
        }),
        resultOf(2, { statusCode: 503, error: { code: 'HTTP_503', message: '' } }),
      ]
      await writeAll(records)
      expect(read(file)).toEqual(records)
    })

    test('writes a batch when it is full, and not before', async () => {
      await using writer = open({ file, batchSize: 3, clock: new ManualClock() })
      for (const record of resultsOf(0, 5)) await writer.write(record)
      await settled(() => writer.metrics().written === 3)
      expect(read(file)).toEqual(resultsOf(0, 3))
      expect(writer.metrics()).toMatchObject({ accepted: 5, queued: 2, batches: 1 })
    })

    test('writes what waits when the flush interval is over', async () => {
      const clock = new ManualClock()
      await using writer = open({ file, clock, flushIntervalMs: 5_000 })
      await writer.write(resultOf(0))
      await clock.advance(4_999)
      expect(writer.metrics().written).toBe(0)
      await clock.advance(1)
      await settled(() => writer.metrics().written === 1)
      expect(read(file)).toEqual([resultOf(0)])
    })

    test('holds no more than maxQueueSize and a batch: write waits, and goes on when there is room', async () => {
      await using writer = open({ file, batchSize: 2, maxQueueSize: 4, clock: new ManualClock() })
      const writes = resultsOf(0, 20).map(record => writer.write(record))
      const { accepted, written, queued } = writer.metrics()
      expect(accepted - written - queued).toBeLessThanOrEqual(2)
      expect(queued).toBeLessThanOrEqual(4)
      await Promise.all(writes)
      await writer.close()
      expect(read(file)).toEqual(resultsOf(0, 20))
      expect(writer.metrics().waits).toBeGreaterThan(0)
    })

    test('does not store a record whose wait for room was aborted', async () => {
      await using writer = open({ file, batchSize: 1, maxQueueSize: 1 })
      const abort = new AbortController()
      const writes = resultsOf(0, 10).map(record => writer.write(record))
      const aborted = writer.write(resultOf(99), { signal: abort.signal })
      abort.abort(new Error('enough'))
      await expect(aborted).rejects.toThrow('enough')
      await Promise.all(writes)
      await writer.close()
      expect(read(file)).toEqual(resultsOf(0, 10))
    })

    test('appends by default, and overwrites when told', async () => {
      await writeAll(resultsOf(0, 3))
      await writeAll(resultsOf(3, 2))
      expect(read(file)).toEqual(resultsOf(0, 5))
      await writeAll(resultsOf(7, 2), { mode: 'overwrite' })
      expect(read(file)).toEqual(resultsOf(7, 2))
    })

    test('reads back as written after any sessions', async () => {
      const session = fc.record({
        mode: fc.constantFrom('append' as const, 'overwrite' as const),
        count: fc.nat({ max: 30 }),
        batchSize: fc.integer({ min: 1, max: 12 }),
        maxQueueSize: fc.integer({ min: 1, max: 12 }),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(session, { minLength: 1, maxLength: 4 }), async sessions => {
          let expected: StoredResult[] = []
          for (const [at, { count, ...options }] of [
            { mode: 'overwrite' as const, count: 0 },
            ...sessions,
          ].entries()) {
            const records = resultsOf(at * 100, count)
            expected = options.mode === 'append' ? [...expected, ...records] : records
            await writeAll(records, options)
          }
          expect(read(file)).toEqual(expected)
        }),
        { numRuns: 20 },
      )
    })

    test('leaves a readable, empty store when nothing was written', async () => {
      await writeAll([])
      expect(read(file)).toEqual([])
    })

    test('takes nothing after close, and may be closed again', async () => {
      const writer = open({ file })
      await writer.write(resultOf(0))
      await Promise.all([writer.close(), writer.close()])
      await expect(writer.write(resultOf(1))).rejects.toThrow(ClosedError)
      await writer.close()
      expect(read(file)).toEqual([resultOf(0)])
    })

    test('makes the folders that are missing', async () => {
      file = join(folder, 'a', 'b', 'results')
      await writeAll(resultsOf(0, 1))
      expect(read(file)).toHaveLength(1)
    })

    test('touches no file when an option is wrong', async () => {
      await writeAll(resultsOf(0, 2))
      const wrong: [object, RegExp][] = [
        [{ mode: 'overwrite', batchSize: 0 }, /batchSize is 0; allowed is an integer of at least 1/],
        [{ mode: 'overwrite', flushIntervalMs: -1 }, /flushIntervalMs is -1/],
        [{ mode: 'overwrite', maxQueueSize: 1.5 }, /maxQueueSize is 1.5/],
        [{ mode: 'truncate' }, /mode is "truncate"; allowed is one of "append", "overwrite"/],
      ]
      for (const [options, message] of wrong) expect(() => open({ file, ...options })).toThrow(message)
      expect(() => open({ file: '' })).toThrow(/file/)
      expect(read(file)).toEqual(resultsOf(0, 2))
    })

    test('A-16 says at opening what is wrong with the place', async () => {
      await mkdir(file)
      expect(() => open({ file })).toThrow(WriterError)
      await writeFile(join(folder, 'plain'), '')
      expect(() => open({ file: join(folder, 'plain', 'results') })).toThrow(/its folder is not a folder/)
    })

    // The system's own recursive mkdir would try for ever there.
    test.runIf(existsSync('/proc/self'))('A-16 says at once that no folder can be made in a place', () => {
      expect(() => open({ file: '/proc/nowhere/deeper/results' })).toThrow(
        /results: its folder is missing and cannot be made/,
      )
    })

    test('refuses to append to a file that is something else, and leaves it as it was', async () => {
      const text = 'not what it says it is. '.repeat(100)
      await writeFile(file, text)
      expect(() => open({ file })).toThrow(WriterError)
      expect(await readFile(file, 'utf8')).toBe(text)
    })
  })
}

/** The storage is real: it answers in its own time. */
async function settled(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { interval: 1 }).toBe(true)
}
