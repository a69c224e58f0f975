import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from 'async-patterns'
import { expect, test } from 'vitest'
import { JsonlWriter, SqliteWriter } from '../../src/persistence/index.js'
import type { RecordWriter, StoredResult } from '../../src/persistence/index.js'
import { resultOf } from '../contracts/record-writer-contract.js'
import { readJsonl, readTable } from '../support/read-results.js'
import { run } from '../support/run.js'

const persistence = new URL('../../dist/persistence/index.js', import.meta.url)
const BATCH = 100

/** Writes for ever, and says after each record how many were accepted. */
const endlessly = (kind: string, file: string): string => `
import { writeSync } from 'node:fs'
import { ${kind} } from ${JSON.stringify(persistence.href)}
const writer = new ${kind}({ file: ${JSON.stringify(file)}, batchSize: ${BATCH} })
for (let at = 0; ; at += 1) {
  await writer.write({ url: 'http://127.0.0.1/' + at, statusCode: 200, latencyMs: at, timestamp: at, attempt: 1, error: null, bytes: 1 })
  writeSync(1, at + 1 + '\\n')
}
`

interface Kind {
  readonly kind: string
  readonly open: (file: string) => RecordWriter<StoredResult>
  readonly read: (file: string) => StoredResult[]
}

const KINDS: readonly Kind[] = [
  { kind: 'JsonlWriter', open: file => new JsonlWriter({ file }), read: readJsonl },
  { kind: 'SqliteWriter', open: file => new SqliteWriter({ file }), read: readTable },
]

/** Kills the writing process after some batches, and returns how many records it had accepted. */
async function killWhileWriting(script: string, countsFile: string, afterMs: number): Promise<number> {
  // To a file: a pipe could be full, and what is in a file outlives the process.
  const counts = openSync(countsFile, 'w')
  const accepted = (): number => Number(readFileSync(countsFile, 'utf8').split('\n').at(-2) ?? 0)
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', counts, 'inherit'],
  })
  const closed = once(child, 'close')
  try {
    await expect.poll(accepted, { timeout: 20_000, interval: 5 }).toBeGreaterThan(3 * BATCH)
    await sleep(afterMs)
    expect(child.exitCode).toBeNull()
  } finally {
    child.kill('SIGKILL')
    await closed
    closeSync(counts)
  }
  return accepted()
}

test.each(KINDS)(
  '$kind: kill -9 loses no more than one batch, and corrupts nothing',
  async ({ kind, open, read }) => {
    const folder = await mkdtemp(join(tmpdir(), 'kill-'))
    const random = seededRandom(kind.length)
    try {
      for (let kill = 0; kill < 4; kill += 1) {
        const file = join(folder, `results-${kill}`)
        const accepted = await killWhileWriting(endlessly(kind, file), `${file}.counts`, random() * 150)
        await using writer = open(file)
        await writer.write(resultOf(0))
        await writer.close()
        const stored = read(file).map(result => result.latencyMs)
        expect(stored.pop()).toBe(0.125)
        expect(stored).toEqual(stored.map((_, index) => index))
        expect(stored.length).toBeGreaterThanOrEqual(accepted - BATCH)
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  },
  60_000,
)

const fileLimit = process.platform === 'linux' && existsSync('/bin/bash')

test.runIf(fileLimit).each(KINDS)(
  'A-16 $kind: a file that may not grow any more is named, and what was written stays whole',
  async ({ kind, read }) => {
    const folder = await mkdtemp(join(tmpdir(), 'limit-'))
    try {
      const [file, script] = [join(folder, 'results'), join(folder, 'write.mjs')]
      await writeFile(script, endlessly(kind, file))
      // 256 KiB; the signal that comes with the limit would end the process.
      const limited = `trap '' XFSZ; ulimit -f 256; exec "$0" "$1" > /dev/null`
      const { code, stderr } = await run('/bin/bash', ['-c', limited, process.execPath, script])
      expect(code).toBe(1)
      expect(stderr).toMatch(
        /WriterError: .*results: (the file has reached the size that the system allows it|the disk is full|the disk reports an error) \(/,
      )
      const stored = read(file).map(result => result.latencyMs)
      expect(stored.length).toBeGreaterThanOrEqual(BATCH)
      expect(stored).toEqual(stored.map((_, index) => index))
    } finally {
      await rm(folder, { recursive: true })
    }
  },
)
