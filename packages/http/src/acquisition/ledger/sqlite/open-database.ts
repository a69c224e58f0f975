import type BetterSqlite3 from 'better-sqlite3'
import { makeFolderOf, storageAdvice } from '../../../persistence/index.js'
import { sqliteDriver } from '../../../persistence/sqlite-driver.js'
import { LedgerError, LedgerLockedError } from '../ledger-errors.js'
import { SCHEMA, SCHEMA_VERSION } from './schema.js'

export type Database = BetterSqlite3.Database

/** Where the database lies and how far it may go: see SqliteLedgerOptions. */
export interface DatabaseOptions {
  readonly file: string
  readonly maxBytes?: number
  readonly busyTimeoutMs?: number
}

/**
 * Takes the right to be the only writer of `file`, and makes its folder when it is not there. Close what it
 * returns to give the right back. It is a lock of the operating system on `<file>.lock`: it goes with the
 * process, also on kill -9. (Such locks do not hold on some network file systems.)
 * @throws LedgerLockedError, LedgerError, MissingPackageError.
 */
export function ownFile(file: string): Database {
  const Sqlite = sqliteDriver('The embedded ledger')
  return translating(file, () => {
    makeFolderOf(file)
    const lock = new Sqlite(`${file}.lock`, { timeout: 0 })
    try {
      takeLock(lock, file, Sqlite)
      return lock
    } catch (error) {
      lock.close()
      throw error
    }
  })
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
 * The database of a file that this process owns; made when it is not there. NORMAL with WAL survives a killed
 * process; a power cut may cost the last transactions, never the file.
 */
export function openDatabase({ file, maxBytes, busyTimeoutMs = 1_000 }: DatabaseOptions): Database {
  const Sqlite = sqliteDriver('The embedded ledger')
  const database = new Sqlite(file, { timeout: busyTimeoutMs })
  try {
    if (maxBytes !== undefined) limitSize(database, maxBytes)
    database.pragma('journal_mode = wal')
    database.pragma('synchronous = normal')
    database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    const version = database.pragma('user_version', { simple: true }) as number
    if (version !== 0 && version !== SCHEMA_VERSION) throw otherVersion(file, version)
    database.transaction(() => {
      database.exec(SCHEMA)
      database.pragma(`user_version = ${SCHEMA_VERSION}`)
      database.prepare('insert or replace into owner (only, pid) values (1, ?)').run(process.pid)
    })()
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function otherVersion(file: string, version: number): LedgerError {
  const message = `${file} is a ledger of version ${version}; this is for ${SCHEMA_VERSION}. Use another output folder, or --fresh`
  return new LedgerError(message, file)
}

function limitSize(database: Database, maxBytes: number): void {
  const pageSize = database.pragma('page_size', { simple: true }) as number
  database.pragma(`max_page_count = ${Math.max(1, Math.floor(maxBytes / pageSize))}`)
}

/**
 * Runs `work` and turns what the database or the file system says into a LedgerError that says what to do.
 */
export function translating<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const advice = storageAdvice(error)
    if (advice === undefined) throw error
    throw new LedgerError(`${file}: ${advice}`, file, error)
  }
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined
  return typeof code === 'string' ? code : undefined
}
