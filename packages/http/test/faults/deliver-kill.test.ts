import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { seededRandom } from 'async-patterns'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { outputFolder } from '../support/acquire-rig.js'
import { ledgerWith, onePage, pipelineWith } from '../support/delivering.js'
import { proofCount } from '../support/proof.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** For each sink. */
const KILLS = proofCount(2, 200)
const RECORDS = 12_000

const SINKS: readonly (readonly [name: string, yaml: string, read: (folder: string) => string[]])[] = [
  ['jsonl', '  - { type: jsonl, maxSize: 100KB, compress: gzip }', listed],
  ['csv', '  - { type: csv, mode: replace, maxSize: 100KB }', listed],
  ['sqlite', '  - { type: sqlite }', rows],
  ['sqlite, append', '  - { type: sqlite, mode: append }', rows],
  ['sqlite, replace', '  - { type: sqlite, mode: replace }', rows],
]

/** The files that there are, each with its sum: of those that the manifest names. */
function listed(output: string): string[] {
  const [folder = ''] = readdirSync(output).filter(name => name === 'jsonl' || name === 'csv')
  const base = join(output, folder)
  const { streams, pending } = JSON.parse(readFileSync(join(base, `${folder}.manifest.json`), 'utf8')) as {
    streams: Record<string, { files: { path: string; sha256: string }[] }>
    pending?: object
  }
  expect(pending).toBeUndefined()
  const files = streams['items']?.files ?? []
  const there = readdirSync(join(base, 'items')).toSorted()
  expect(there).toEqual(files.map(({ path }) => path.slice('items/'.length)).toSorted())
  return files.map(({ path, sha256 }) => `${path} ${sha256}`)
}

function rows(output: string): string[] {
  const database = new Database(join(output, 'records.db'))
  try {
    return database
      .prepare<[], { id: number; name: string }>('select * from items order by id')
      .all()
      .map(row => JSON.stringify(row))
  } finally {
    database.close()
  }
}

function delivering(folder: string) {
  return spawn(process.execPath, [main, 'acquire', 'deliver'], { cwd: folder, stdio: 'ignore' })
}

async function delivered(folder: string): Promise<void> {
  expect((await once(delivering(folder), 'close'))[0]).toBe(0)
}

/** What a sink leaves behind, so that it may begin anew. */
function removeResults(output: string): void {
  for (const name of readdirSync(output))
    if (/^(?:jsonl|csv|records\.db.*)$/.test(name)) rmSync(join(output, name), { recursive: true })
}

test.each(SINKS)(
  'what kill -9 leaves of a delivery to %s, the next one makes whole',
  async (name, sink, read) => {
    await using folder = await outputFolder()
    const output = join(folder.path, 'out')
    await ledgerWith(folder.path, pipelineWith(sink), onePage(RECORDS))
    const from = performance.now()
    await delivered(folder.path)
    const longMs = performance.now() - from
    const clean = read(output)
    const random = seededRandom(name.length)
    for (let kills = 0; kills < KILLS; kills++) {
      // Some are killed several times before one gets through.
      if (random() < 0.5) removeResults(output)
      const child = delivering(folder.path)
      const closed = once(child, 'close')
      await Promise.race([sleep(random() * longMs * 1.2), closed])
      child.kill('SIGKILL')
      await closed
      if (random() < 0.5) continue
      await delivered(folder.path)
      expect(read(output)).toEqual(clean)
    }
    await delivered(folder.path)
    expect(read(output)).toEqual(clean)
  },
)
