import type BetterSqlite3 from 'better-sqlite3'
import { makeFolderOf, makePrivate, storageAdvice } from '../../../persistence/index.js'
import { sqliteDriver } from '../../../persistence/sqlite-driver.js'
import { DamagedLedgerError, LedgerError, LedgerLockedError } from '../ledger-errors.js'
import { APPLICATION_ID, SCHEMA, SCHEMA_NAMES, SCHEMA_VERSION } from './schema.js'

export type Database = BetterSqlite3.Database
export type Statement<Values extends unknown[]> = BetterSqlite3.Statement<Values>

/** Where the database lies and how far it may go: see SqliteLedgerOptions. */
export interface DatabaseOptions {
  readonly file: string
  readonly maxBytes?: number
  readonly busyTimeoutMs?: number
}

/**
 * Takes the right to be the only writer of `file`, and makes its folder when it is not there. Close what it
 * returns to give the right back. It is a lock of the operating system on `lockFileOf(file)`: it goes with the
 * process, also on kill -9. (Such locks do not hold on some network file systems.)
 * @throws LedgerLockedError, LedgerError, MissingPackageError.
 */
export function ownFile(file: string): Database {
  const Sqlite = sqliteDriver('The embedded ledger')
  const lockFile = lockFileOf(file)
  try {
    makeFolderOf(file)
    makePrivate(lockFile)
    const lock = new Sqlite(lockFile, { timeout: 0 })
    try {
      takeLock(lock, file, Sqlite)
      return lock
    } catch (error) {
      lock.close()
      throw error
    }
  } catch (error) {
    const advice = storageAdvice(error)
    if (advice === undefined) throw error
    const remedy = /EISDIR|NOTADB|CORRUPT/.test(advice) ? '; it holds nothing of worth: remove it' : ''
    throw new LedgerError(`${lockFile}: ${advice}${remedy}`, lockFile, error)
  }
}

/** Where the lock lies that keeps other processes out. */
export function lockFileOf(file: string): string {
  return `${file}.lock`
}

/** The transaction is never ended: closing the file, or the end of the process, frees the lock. */
function takeLock(lock: Database, file: string, Sqlite: typeof BetterSqlite3): void {
  try {
    lock.exec('begin exclusive')
  } catch (error) {
    if (codeOf(error) !== 'SQLITE_BUSY') throw error
    throw new LedgerLockedError(file, readOwner(file, Sqlite), error)
  }
}

function readOwner(file: string, Sqlite: typeof BetterSqlite3): number | undefined {
  try {
    const database = new Sqlite(file, { readonly: true, timeout: 100 })
    try {
      return database.prepare<[], number>('select pid from owner').pluck().get()
    } finally {
      database.close()
    }
  } catch {
    return undefined
  }
}

/**
 * A checkpoint waits for the disk: one for each 16 MiB of log is enough, and small runs have none before
 * their end.
 */
const CHECKPOINT_PAGES = 4_000

/**
 * The database of a file that this process owns; made when it is not there, for its owner only. NORMAL with WAL survives a killed
 * process; a power cut may cost the last transactions, never the file.
 */
export function openDatabase({ file, maxBytes, busyTimeoutMs = 1_000 }: DatabaseOptions): Database {
  const Sqlite = sqliteDriver('The embedded ledger')
  makePrivate(file)
  const database = new Sqlite(file, { timeout: busyTimeoutMs })
  try {
    // Before anything is written to it.
    const isNew = !isLedger(database, file)
    if (!isNew) checkWhole(database, file)
    if (maxBytes !== undefined) limitSize(database, maxBytes)
    database.pragma('journal_mode = wal')
    database.pragma('synchronous = normal')
    database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    database.transaction(() => {
      if (isNew) begin(database)
      database.prepare('insert or replace into owner (only, pid) values (1, ?)').run(process.pid)
    })()
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function begin(database: Database): void {
  database.exec(SCHEMA)
  database.pragma(`application_id = ${APPLICATION_ID}`)
  database.pragma(`user_version = ${SCHEMA_VERSION}`)
}

/**
 * Whether the database is a ledger, of whichever version; false for an empty one. Before version 6 they were
 * not marked.
 * @throws LedgerError for another program's.
 */
export function isLedger(database: Database, file: string): boolean {
  const id = numberOf(database, 'application_id')
  if (id === APPLICATION_ID) return true
  const names = namesIn(database)
  if (id === 0 && names.has('runs') && names.has('owner') && names.has('pages')) return true
  if (id === 0 && names.size === 0 && numberOf(database, 'user_version') === 0) return false
  throw new LedgerError(
    `${file} is a SQLite database of another program, not a ledger, and is left as it is; use another output folder, or move it away`,
    file,
  )
}

/** A larger one would take longer to check than is waited for gladly. */
const CHECKED_BYTES = 64 * 1024 ** 2

/** @throws LedgerError when it is of another version, or something of it is missing or damaged. */
function checkWhole(database: Database, file: string): void {
  const version = numberOf(database, 'user_version')
  if (version !== SCHEMA_VERSION) {
    throw new LedgerError(
      `${file} is a ledger of version ${version}; this is for ${SCHEMA_VERSION}. Use another output folder, or --fresh`,
      file,
    )
  }
  const names = namesIn(database)
  const missing = SCHEMA_NAMES.filter(name => !names.has(name))
  if (missing.length > 0) throw new DamagedLedgerError(file, `it lacks ${missing.join(', ')}`)
  if (numberOf(database, 'page_count') * numberOf(database, 'page_size') > CHECKED_BYTES) return
  const found = database.pragma('quick_check(1)', { simple: true }) as string
  if (found !== 'ok') throw new DamagedLedgerError(file, found.split('\n').at(-1) ?? found)
}

function numberOf(database: Database, pragma: string): number {
  return database.pragma(pragma, { simple: true }) as number
}

function namesIn(database: Database): Set<string> {
  return new Set(database.prepare<[], string>('select name from sqlite_master').pluck().all())
}

function limitSize(database: Database, maxBytes: number): void {
  const pages = Math.floor(maxBytes / numberOf(database, 'page_size'))
  database.pragma(`max_page_count = ${Math.max(1, pages)}`)
}

/**
 * Runs `work` and turns what the database or the file system says into a LedgerError that says what to do.
 * What was stored and cannot be read any more is damage: broken JSON, tables and columns that are not there.
 */
export function translating<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (isDamage(error)) throw new DamagedLedgerError(file, damageOf(error), error)
    const advice = storageAdvice(error)
    if (advice === undefined) throw error
    throw new LedgerError(`${file}: ${advice}`, file, error)
  }
}

function isDamage(error: unknown): boolean {
  if (error instanceof SyntaxError) return true
  const code = codeOf(error) ?? ''
  if (/^SQLITE_(?:CORRUPT|NOTADB)/.test(code)) return true
  return code.startsWith('SQLITE_') && storageAdvice(error) === undefined
}

function damageOf(error: unknown): string {
  if (codeOf(error)?.startsWith('SQLITE_NOTADB') === true) return 'it is not a SQLite database'
  return error instanceof Error ? error.message : String(error)
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined
  return typeof code === 'string' ? code : undefined
}
