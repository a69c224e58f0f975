import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ManualClock } from 'async-patterns/testing'
import type BetterSqlite3 from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Claim, PageCommit } from '../../../../src/acquisition/ledger/page.js'
import {
  JoinRefusedError,
  LedgerError,
  LedgerLockedError,
} from '../../../../src/acquisition/ledger/ledger-errors.js'
import { previousFile } from '../../../../src/acquisition/ledger/sqlite/replace-ledger.js'
import { SqliteLedger } from '../../../../src/acquisition/ledger/sqlite/sqlite-ledger.js'
import { summarise } from '../../../../src/acquisition/summary/index.js'
import { commitOf, pageOf, planOf } from '../../../contracts/ledger-contract.js'

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3

function recordsIn(file: string): string[] {
  const database = new Sqlite(file, { readonly: true })
  try {
    return database.prepare<[], string>('select id from records').pluck().all()
  } finally {
    database.close()
  }
}

describe('SqliteLedger', () => {
  let folder: string
  let file: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ledger-'))
    file = join(folder, 'out', 'acquire.db')
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  /** A ledger that holds one product of a run, or none. */
  const filled = async (id: string | undefined, fresh = false): Promise<void> => {
    await using ledger = new SqliteLedger({ file })
    const run = await ledger.open(planOf('a'), { fresh })
    const [held] = await run.claim(['a:page=1'], 'one', 1_000)
    await run.commit([commitOf(held as Claim, id === undefined ? [] : [{ id }])])
    await run.end('finished')
  }

  test('A-16 another run on the same ledger is refused with pid and file, and let in once the first has closed', async () => {
    const first = new SqliteLedger({ file })
    await first.open(planOf('a'))
    const refused = () => new SqliteLedger({ file })
    expect(refused).toThrow(LedgerLockedError)
    expect(refused).toThrow(`${file} is in use by process ${process.pid}`)
    await first[Symbol.asyncDispose]()
    await new SqliteLedger({ file })[Symbol.asyncDispose]()
  })

  test('A-16 a process killed by SIGKILL leaves no lock behind', async () => {
    await new SqliteLedger({ file })[Symbol.asyncDispose]()
    const child = spawn(process.execPath, [
      '-e',
      `const lock = new (require(${JSON.stringify(createRequire(import.meta.url).resolve('better-sqlite3'))}))(process.argv[1])
       lock.exec('begin exclusive'); console.log('held'); setInterval(() => {}, 1e6)`,
      `${file}.lock`,
    ])
    await once(child.stdout, 'data')
    expect(() => new SqliteLedger({ file })).toThrow(LedgerLockedError)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await new SqliteLedger({ file })[Symbol.asyncDispose]()
  })

  test('A-2 A-16 disk full: a clear error, nothing half-written, and no cursor moved', async () => {
    const clock = new ManualClock()
    // SQLite raises the same SQLITE_FULL when the file may not grow as when the disk cannot take more.
    const limited = new SqliteLedger({ file, clock, maxBytes: 256 * 1024 })
    const run = await limited.open(planOf('a'))
    const [held] = await run.claim(['a:page=1'], 'one', 1_000)
    const rows = Array.from({ length: 5_000 }, (_, id) => ({ id: String(id), title: 'x'.repeat(100) }))
    const commit = run.commit([commitOf(held as Claim, rows, { next: [pageOf('a', 2)] })])
    await expect(commit).rejects.toThrow(LedgerError)
    await expect(commit).rejects.toThrow('the disk is full')
    expect(summarise(await run.data()).totals).toMatchObject({ records: 0, pages: 0 })
    expect([...(await run.known(['a:page=1', 'a:page=2']))]).toEqual(['a:page=1'])
    expect(await run.openPages()).toEqual({ openPages: 1 })
    await limited[Symbol.asyncDispose]()
  })

  test('A-16 an output that is a file, or a ledger that is none: a clear error', async () => {
    await writeFile(join(folder, 'out'), 'not a folder')
    expect(() => new SqliteLedger({ file })).toThrow(LedgerError)
    await rm(join(folder, 'out'))
    await mkdir(join(folder, 'out'))
    await writeFile(file, 'not a database at all, but long enough to be looked at as one'.repeat(20))
    await using ledger = new SqliteLedger({ file })
    const opening = ledger.open(planOf('a'))
    await expect(opening).rejects.toThrow(LedgerError)
    await expect(opening).rejects.toThrow('it is not a SQLite database')
  })

  test('A-16 database locked by another program: a clear error', async () => {
    await using ledger = new SqliteLedger({ file, busyTimeoutMs: 10 })
    await ledger.open(planOf('a'))
    const other = new Sqlite(file)
    other.exec('begin immediate')
    await expect(ledger.open(planOf('a'))).rejects.toThrow('it is locked by another program')
    other.close()
  })

  test('refuses a ledger of another version, unless it is to be put aside', async () => {
    await filled('kept')
    const other = new Sqlite(file)
    other.pragma('user_version = 99')
    other.close()
    await using ledger = new SqliteLedger({ file })
    await expect(ledger.open(planOf('a'))).rejects.toThrow('is a ledger of version 99')
    await ledger.open(planOf('a'), { fresh: true })
    expect(recordsIn(previousFile(file))).toEqual(['kept'])
  })

  test('fresh keeps what was taken beside the new ledger, until the next time that there is something to keep', async () => {
    await filled('first')
    await filled('second', true)
    expect([recordsIn(previousFile(file)), recordsIn(file)]).toEqual([['first'], ['second']])
    await filled(undefined, true)
    await filled(undefined, true)
    expect([recordsIn(previousFile(file)), recordsIn(file)]).toEqual([['second'], []])
  })

  test('fresh keeps what a killed process left in the log of its database', async () => {
    const open = new SqliteLedger({ file })
    const run = await open.open(planOf('a'))
    const [held] = await run.claim(['a:page=1'], 'one', 1_000)
    await run.commit([commitOf(held as Claim, [{ id: 'in the log' }])])
    const killed = join(folder, 'killed', 'acquire.db')
    await cp(dirname(file), dirname(killed), { recursive: true })
    await open[Symbol.asyncDispose]()
    await using ledger = new SqliteLedger({ file: killed })
    const { lastDepartureAt } = await ledger.open(planOf('a'), { fresh: true })
    expect(lastDepartureAt.get('a')).toBeGreaterThan(Date.now() - 5_000)
    expect(recordsIn(previousFile(killed))).toEqual(['in the log'])
  })

  test('fresh puts a damaged ledger aside as it is', async () => {
    await mkdir(dirname(file))
    await writeFile(file, 'not a database'.repeat(100))
    await using ledger = new SqliteLedger({ file })
    const { lastDepartureAt } = await ledger.open(planOf('a'), { fresh: true })
    expect(lastDepartureAt.get('a')).toBeGreaterThan(Date.now() - 5_000)
    expect(await readFile(previousFile(file), 'utf8')).toMatch(/^not a database/)
  })

  describe('what an endpoint is owed over fresh', () => {
    const clock = new ManualClock()
    const owed = (): unknown => new Map([['a', clock.wallNow()]])

    beforeEach(async () => {
      await using ledger = new SqliteLedger({ file, clock })
      const run = await ledger.open(planOf('a'))
      const departures = [{ stream: 'a', pageId: 'a:page=1', attempt: 1, at: clock.wallNow() }]
      const quiets = [{ stream: 'a', at: clock.wallNow(), quietMs: 60_000, askedBy: '429' }]
      await run.log({ departures, failures: [], transitions: [], quiets })
      await run.end('finished')
    })

    test('A-4 fresh still knows the last departure of the ledger that it replaces', async () => {
      const before = owed()
      await clock.advance(400)
      await using ledger = new SqliteLedger({ file, clock })
      expect((await ledger.open(planOf('a'), { fresh: true })).lastDepartureAt).toEqual(before)
    })

    test('A-4 A-16 fresh on a full disk leaves the ledger as it was', async () => {
      {
        await using limited = new SqliteLedger({ file, clock, maxBytes: 16 * 1024 })
        await expect(limited.open(planOf('a'), { fresh: true })).rejects.toThrow('the disk is full')
      }
      await using ledger = new SqliteLedger({ file, clock })
      const { resumed, lastDepartureAt } = await ledger.open(planOf('a'))
      expect([resumed, lastDepartureAt]).toEqual([true, owed()])
    })

    test('A-4 fresh is finished later when it was killed between the old ledger and the new one', async () => {
      {
        await using ledger = new SqliteLedger({ file, clock })
        await ledger.open(planOf('a'), { fresh: true })
      }
      await rename(file, `${file}.next`)
      await using ledger = new SqliteLedger({ file, clock })
      const { quiet } = await ledger.open(planOf('a'))
      expect(quiet).toEqual(new Map([['a', { leftMs: 60_000, askedBy: '429' }]]))
    })
  })

  test('says that no run is open, where its ledger was closed or has opened another one', async () => {
    const ledger = new SqliteLedger({ file })
    const first = await ledger.open(planOf('a'))
    const second = await ledger.open(planOf('a'))
    await expect(first.claim([], 'one', 1)).rejects.toThrow('no run is open')
    expect(await second.claim(['a:page=1'], 'one', 1)).toHaveLength(1)
    await ledger[Symbol.asyncDispose]()
    await expect(second.claim([], 'one', 1)).rejects.toThrow(LedgerError)
    await expect(second.commit([])).rejects.toThrow(LedgerError)
  })

  test('A-2 a commit that fails for another reason undoes all its pages, and leaves them with who holds them', async () => {
    await using ledger = new SqliteLedger({ file })
    const run = await ledger.open(planOf('a', 'b'))
    const claims = await run.claim(['a:page=1', 'b:page=1'], 'one', 1_000)
    const [good, bad] = claims.map(claim => commitOf(claim, [{ id: '1' }], { next: [pageOf('a', 2)] }))
    const broken = {
      ...(bad as PageCommit),
      records: [{ id: null as unknown as string, updatedMs: null, json: '{}' }],
    }
    await expect(run.commit([good as PageCommit, broken])).rejects.toThrow('NOT NULL')
    expect(await run.openPages()).toEqual({ openPages: 2 })
    expect((await run.commit([good as PageCommit, good as PageCommit])).results).toEqual(['done', 'stale'])
    expect(await run.fail(claims[1] as Claim, { code: 'X', message: 'x', at: 0 })).toEqual({ openPages: 1 })
  })

  test.each([true, false])('a claim of an earlier run is stale in a later one (fresh: %j)', async fresh => {
    await using ledger = new SqliteLedger({ file })
    const first = await ledger.open(planOf('a'))
    const [early] = await first.claim(['a:page=1'], 'one', 1_000)
    const [again] = await first.claim(['a:page=1'], 'one', 0)
    expect(again).toBeUndefined()
    await first.commit([commitOf(early as Claim, [])])
    await first.end('finished')
    await first.delivered()
    const second = await ledger.open(planOf('a'), { fresh })
    expect(second.id).not.toBe(first.id)
    const [held] = await second.claim(['a:page=1'], 'one', 1_000)
    expect(held?.fence).toBeGreaterThan((early as Claim).fence)
    expect((await second.commit([commitOf(early as Claim, [])])).results).toEqual(['stale'])
  })

  test('a claim of an earlier handle is stale for a later one', async () => {
    await using ledger = new SqliteLedger({ file })
    const [early] = await (await ledger.open(planOf('a'))).claim(['a:page=1'], 'one', 1_000)
    const run = await ledger.open(planOf('a'))
    await run.claim(['a:page=1'], 'one', 1_000)
    expect((await run.commit([commitOf(early as Claim, [])])).results).toEqual(['stale'])
  })

  test('refuses to let a second process join its run, by name', async () => {
    await using ledger = new SqliteLedger({ file })
    await expect(ledger.open(planOf('a'), { join: true })).rejects.toThrow(JoinRefusedError)
    await expect(ledger.open(planOf('a'), { join: true })).rejects.toThrow(
      `${file} is a ledger for one process`,
    )
  })
})
