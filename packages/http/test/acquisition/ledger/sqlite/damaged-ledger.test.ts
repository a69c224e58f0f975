import { existsSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type BetterSqlite3 from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Claim } from '../../../../src/acquisition/ledger/page.js'
import type { Run } from '../../../../src/acquisition/ledger/ledger.js'
import { DamagedLedgerError, LedgerError } from '../../../../src/acquisition/ledger/ledger-errors.js'
import { previousFile } from '../../../../src/acquisition/ledger/sqlite/replace-ledger.js'
import { SqliteLedger } from '../../../../src/acquisition/ledger/sqlite/sqlite-ledger.js'
import { commitOf, planOf } from '../../../contracts/ledger-contract.js'

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'damaged-'))
  file = join(folder, 'out', 'acquire.db')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function changed(sql: string): void {
  const database = new Sqlite(file)
  database.exec(sql)
  database.close()
}

/** Opens the ledger, lets `work` use its run, and closes it. */
async function withRun<T>(work: (run: Run) => Promise<T>, fresh = false): Promise<T> {
  await using ledger = new SqliteLedger({ file })
  return await work(await ledger.open(planOf('a'), { fresh }))
}

async function commitFirst(run: Run): Promise<void> {
  const [held] = await run.claim(['a:page=1'], 'one', 1_000)
  await run.commit([commitOf(held as Claim, [{ id: '1' }])])
}

async function everything(run: Run): Promise<void> {
  await run.pending('a')
  await run.data()
  for await (const _ of run.records('a'));
}

test.each([
  ['a page that is no JSON', "update pages set ref = 'x'"],
  ['a page that is another kind of JSON', "update pages set ref = '[]'"],
  ['a page that is not the one of its row', "update pages set ref = replace(ref, 'a:page=1', 'a:page=2')"],
  ['fields that are no JSON', "update records set fields = '{'"],
  ['fields that are no object', "update records set fields = '7'"],
  ['a table that was dropped', 'drop table departures'],
  ['an index that was dropped', 'drop index pages_pending'],
  ['a column that was renamed', 'alter table rejects rename column raw to cooked'],
])('N-29 a damaged ledger is told with its file and the remedy: %s', async (_, damage) => {
  await withRun(async run => run.pending('a'))
  if (damage.includes('records')) await withRun(commitFirst)
  changed(damage)
  const told = withRun(everything)
  await expect(told).rejects.toThrow(DamagedLedgerError)
  await expect(told).rejects.toThrow(
    new RegExp(
      `^${file} is damaged \\(.+\\); move it away, or start over with --fresh, which puts it aside$`,
      's',
    ),
  )
  await withRun(everything, true)
})

test('N-29 another program is left its database, by --fresh too', async () => {
  await mkdir(dirname(file))
  changed('create table records (a); create table pages (b)')
  const before = await readFile(file)
  for (const fresh of [false, true])
    await expect(withRun(everything, fresh)).rejects.toThrow('is a SQLite database of another program')
  expect(await readFile(file)).toEqual(before)
  expect(existsSync(previousFile(file))).toBe(false)
})

test('N-29 a ledger is marked as one; an empty file becomes one; one of another version is refused', async () => {
  await mkdir(dirname(file))
  await writeFile(file, '')
  await withRun(everything)
  const database = new Sqlite(file, { readonly: true })
  expect(database.pragma('application_id', { simple: true })).toBe(0x41_50_4c_47)
  database.close()
  changed('pragma user_version = 99')
  await expect(withRun(everything)).rejects.toThrow(`${file} is a ledger of version 99; this is for `)
})

test('N-29 a lock that is none is told by its own name', async () => {
  await mkdir(dirname(file))
  await writeFile(`${file}.lock`, 'no database '.repeat(500))
  expect(() => new SqliteLedger({ file })).toThrow(`${file}.lock: it is not a SQLite database`)
})

test('N-28 the ledger and what SQLite keeps beside it are for their owner only', async () => {
  await withRun(async run => {
    await commitFirst(run)
    for (const path of [file, `${file}-wal`, `${file}-shm`, `${file}.lock`])
      expect(statSync(path).mode & 0o777).toBe(0o600)
  })
})

test.each([
  ['removed', () => rm(file)],
  ['removed with its folder', () => rm(dirname(file), { recursive: true })],
  ['renamed with its folder', () => rename(dirname(file), `${dirname(file)}-old`)],
  [
    'replaced by another one',
    async () => {
      await rm(file)
      await writeFile(file, '')
    },
  ],
  ['left without its lock', () => rm(`${file}.lock`)],
])('N-10 a ledger that is %s while a run goes on: the run is never complete', async (_, take) => {
  await withRun(async run => {
    await take()
    await expect(commitFirst(run)).rejects.toThrow(LedgerError)
    for (const told of [run.end('finished'), run.delivered()])
      await expect(told).rejects.toThrow('was removed, renamed or replaced while the run was going on')
  })
})
