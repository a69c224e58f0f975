import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManualClock } from 'async-patterns/testing'
import type BetterSqlite3 from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Claim } from '../../../src/acquisition/page.js'
import { LedgerError, LedgerLockedError } from '../../../src/acquisition/ledger-errors.js'
import { SqliteLedger } from '../../../src/acquisition/sqlite/sqlite-ledger.js'
import { commitOf, pageOf, planOf } from '../../contracts/ledger-contract.js'

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3

describe('SqliteLedger', () => {
  let folder: string
  let file: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ledger-'))
    file = join(folder, 'out', 'acquire.db')
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('A-16 another run on the same ledger is refused with pid and file, and let in once the first has closed', async () => {
    const first = new SqliteLedger({ file })
    const refused = () => new SqliteLedger({ file })
    expect(refused).toThrow(LedgerLockedError)
    expect(refused).toThrow(`${file} is in use by process ${process.pid}`)
    await first[Symbol.asyncDispose]()
    await new SqliteLedger({ file })[Symbol.asyncDispose]()
  })

  it('A-16 a process killed by SIGKILL leaves no lock behind', async () => {
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

  it('A-2 A-16 disk full: a clear error, nothing half-written, and no cursor moved', async () => {
    const clock = new ManualClock()
    // SQLite raises the same SQLITE_FULL when the file may not grow as when the disk cannot take more.
    const limited = new SqliteLedger({ file, clock, maxBytes: 256 * 1024 })
    const run = await limited.openRun(planOf('a'), { fresh: false })
    const [held] = await limited.claim(['a:page=1'], 'one', 1_000)
    const rows = Array.from({ length: 5_000 }, (_, id) => ({ id: String(id), title: 'x'.repeat(100) }))
    const commit = limited.commit([commitOf(held as Claim, rows, { next: [pageOf('a', 2)] })])
    await expect(commit).rejects.toThrow(LedgerError)
    await expect(commit).rejects.toThrow('the disk is full')
    expect((await limited.summary(run)).totals).toMatchObject({ products: 0, pages: 0 })
    expect((await limited.known(run)).map(page => page.id)).toEqual(['a:page=1'])
    await limited[Symbol.asyncDispose]()
  })

  it('A-16 an output that is a file, or a ledger that is none: a clear error', async () => {
    await writeFile(join(folder, 'out'), 'not a folder')
    expect(() => new SqliteLedger({ file })).toThrow(LedgerError)
    await rm(join(folder, 'out'))
    await mkdir(join(folder, 'out'))
    await writeFile(file, 'not a database at all, but long enough to be looked at as one'.repeat(20))
    expect(() => new SqliteLedger({ file })).toThrow('it is not a SQLite database')
  })

  it('A-16 database locked by another program: a clear error', async () => {
    const ledger = new SqliteLedger({ file, busyTimeoutMs: 10 })
    const other = new Sqlite(file)
    other.exec('begin immediate')
    await expect(ledger.openRun(planOf('a'), { fresh: false })).rejects.toThrow(
      'it is locked by another program',
    )
    other.close()
    await ledger[Symbol.asyncDispose]()
  })

  it('refuses a ledger of another version', async () => {
    await new SqliteLedger({ file })[Symbol.asyncDispose]()
    const other = new Sqlite(file)
    other.pragma('user_version = 99')
    other.close()
    expect(() => new SqliteLedger({ file })).toThrow('is a ledger of version 99')
  })

  it('says that no run is open', async () => {
    const ledger = new SqliteLedger({ file })
    await expect(ledger.claim([], 'one', 1)).rejects.toThrow('no run is open')
    await ledger[Symbol.asyncDispose]()
  })
})
