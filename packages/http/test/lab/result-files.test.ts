import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ResultFiles } from '../../src/lab/result-files.js'
import { resultsOf } from '../contracts/record-writer-contract.js'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'result-files-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('writes to all files, and counts what is in them', async () => {
  await using files = new ResultFiles({ jsonlOut: join(folder, 'r.jsonl'), sqliteOut: join(folder, 'r.db') })
  for (const result of resultsOf(0, 250)) await files.write(result)
  const written = await files.close()
  expect(written.map(({ kind, records, writer }) => [kind, records, writer.written])).toEqual([
    ['jsonl', 250, 250],
    ['sqlite', 250, 250],
  ])
  expect((await readdir(folder)).sort()).toEqual(['r.db', 'r.jsonl'])
})

test.each(['jsonlOut', 'sqliteOut'] as const)(
  'N-10 counts nothing in a file that was taken away, and says so: %s',
  async kind => {
    const file = join(folder, 'results')
    await using files = new ResultFiles({ [kind]: file })
    for (const result of resultsOf(0, 3)) await files.write(result)
    await rm(file)
    const error = `${file}: it was removed, renamed or replaced while it was written`
    expect(await files.close()).toMatchObject([{ file, records: 0, error, writer: { accepted: 3 } }])
  },
)

test.runIf(existsSync('/dev/null'))(
  'takes what was written for what a device has got: it gives nothing back',
  async () => {
    await using files = new ResultFiles({ jsonlOut: '/dev/null' })
    for (const result of resultsOf(0, 3)) await files.write(result)
    expect(await files.close()).toMatchObject([{ records: 3 }])
  },
)
