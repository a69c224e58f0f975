import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { JsonlWriter, WriterError } from '../../src/persistence/index.js'
import { resultsOf } from '../contracts/record-writer-contract.js'
import { readJsonl } from '../support/read-results.js'

let folder = ''
let file = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jsonl-'))
  file = join(folder, 'results.jsonl')
})
afterEach(() => rm(folder, { recursive: true }))

async function append(records: readonly object[]): Promise<void> {
  await using writer = new JsonlWriter<object>({ file })
  for (const record of records) await writer.write(record)
}

test('heals a file that was cut off at any byte: whole lines stay, the torn one goes, new ones follow', async () => {
  const records = [{ at: 'ü😀' }, { at: '{"\n' }, { at: 3 }]
  const text = records.map(record => `${JSON.stringify(record)}\n`).join('')
  const length = Buffer.byteLength(text)
  const wholeIn = (end: number): number => {
    const bytes = Buffer.from(text).subarray(0, end)
    const lines = bytes.toString().split('\n')
    const last = lines.pop() ?? ''
    return lines.length + (records.some(record => JSON.stringify(record) === last) ? 1 : 0)
  }
  for (let end = 0; end <= length; end += 1) {
    await writeFile(file, text)
    await truncate(file, end)
    await append([{ at: 'new' }])
    expect(readJsonl(file), `cut off at ${end}`).toEqual([...records.slice(0, wholeIn(end)), { at: 'new' }])
  }
})

test('heals a torn line that is longer than one read', async () => {
  await append([{ first: true }])
  await writeFile(file, `${await readFile(file, 'utf8')}{"long":"${'x'.repeat(200_000)}`)
  await append([{ second: true }])
  expect(readJsonl(file)).toEqual([{ first: true }, { second: true }])
})

test('keeps any JSON that records may hold, one line each', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), async records => {
      await rm(file, { force: true })
      await append(records)
      const plain = JSON.parse(JSON.stringify(records)) as object[]
      expect(readJsonl(file)).toEqual(plain)
    }),
    { numRuns: 30 },
  )
})

test.runIf(existsSync('/dev/full'))(
  'A-16 says that the disk is full, when writing and when closing',
  async () => {
    const writer = new JsonlWriter({ file: '/dev/full', batchSize: 10, maxQueueSize: 10 })
    const writeAll = async (): Promise<void> => {
      for (const record of resultsOf(0, 100)) await writer.write(record)
    }
    await expect(writeAll()).rejects.toThrow('/dev/full: the disk is full (ENOSPC)')
    await expect(writer.close()).rejects.toThrow(WriterError)
    const { accepted, written, lost } = writer.metrics()
    expect([written, lost]).toEqual([0, accepted])
  },
)

test.runIf(existsSync('/dev/full'))(
  'tells a failure once: what leaves the block is the error itself',
  async () => {
    const writeAll = async (count: number): Promise<void> => {
      await using writer = new JsonlWriter({ file: '/dev/full', batchSize: 10 })
      for (const record of resultsOf(0, count)) await writer.write(record)
    }
    await expect(writeAll(100)).rejects.toBeInstanceOf(WriterError)
    await expect(writeAll(5)).rejects.toBeInstanceOf(WriterError)
  },
)
