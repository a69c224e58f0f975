import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs'
import { NEW_FILE } from '../../../persistence/index.js'
import { sqliteDriver } from '../../../persistence/sqlite-driver.js'
import type { QuotaUse } from '../ledger.js'
import { LedgerError } from '../ledger-errors.js'
import type { Cooldown } from './endpoint-cooldowns.js'
import { cooldownsIn, keepCooldowns } from './endpoint-cooldowns.js'
import type { Database, DatabaseOptions } from './open-database.js'
import { isLedger, openDatabase } from './open-database.js'
import { keepQuotaUse, quotaUseIn } from './quota-use.js'

/** Where a ledger lies that `fresh` has replaced: `out/acquire.db` becomes `out/acquire.previous.db`. */
export function previousFile(file: string): string {
  return file.replace(/(\.[^./\\]*)?$/, '.previous$1')
}

/** What SQLite keeps beside a database. A log must never meet another database, so it goes before it. */
const PARTS = ['-wal', '-shm', '']

/**
 * Begins an empty ledger that knows the cooldowns of endpoints and what was used of quotas, in the place of the one that is there. That
 * is put aside, in the place of one that was put aside before; one without records is dropped instead, as it
 * must not take the place of one that has some. A damaged one is kept as it is; then `unknown` are the
 * cooldowns. The new one is whole before the old one is touched: where the disk is full, all stays as it was.
 * @throws LedgerError where another program's database is in the place.
 */
export function replaceLedger(options: DatabaseOptions, now: number, unknown: readonly Cooldown[]): void {
  const { file } = options
  const next = nextFile(file)
  remove(next)
  const { hasRecords, cooldowns = unknown, used } = concluded(file, now)
  try {
    closeSync(openSync(next, NEW_FILE.flags, NEW_FILE.mode))
    const database = openDatabase({ ...options, file: next })
    try {
      database.transaction(() => {
        keepCooldowns(database, cooldowns)
        keepQuotaUse(database, used)
      })()
    } finally {
      database.close()
    }
  } catch (error) {
    remove(next)
    throw error
  }
  setAside(file, hasRecords)
  renameSync(next, file)
}

/** Ends what a killed process has begun: it had put the old ledger aside already. */
export function finishReplacing(file: string): void {
  if (!existsSync(file) && existsSync(nextFile(file))) renameSync(nextFile(file), file)
}

function nextFile(file: string): string {
  return `${file}.next`
}

function setAside(file: string, hasRecords: boolean): void {
  const previous = previousFile(file)
  if (hasRecords) remove(previous)
  for (const part of PARTS.filter(each => existsSync(`${file}${each}`))) {
    if (hasRecords) renameSync(`${file}${part}`, `${previous}${part}`)
    else rmSync(`${file}${part}`)
  }
}

function remove(file: string): void {
  for (const part of PARTS) rmSync(`${file}${part}`, { force: true })
}

interface Concluded {
  readonly hasRecords: boolean
  readonly cooldowns: readonly Cooldown[] | undefined
  readonly used: readonly QuotaUse[]
}

/** Brings the log into the database, so that it is whole in one file. */
function concluded(file: string, now: number): Concluded {
  if (!existsSync(file)) return { hasRecords: false, cooldowns: [], used: [] }
  let database: Database | undefined
  try {
    database = new (sqliteDriver('The embedded ledger'))(file)
    if (!isLedger(database, file)) return { hasRecords: false, cooldowns: [], used: [] }
    database.pragma('wal_checkpoint(truncate)')
    const hasRecords = database.prepare('select 1 from records limit 1').get() !== undefined
    return { hasRecords, cooldowns: cooldownsIn(database, now), used: usedIn(database, now) }
  } catch (error) {
    if (error instanceof LedgerError) throw error
    return { hasRecords: true, cooldowns: undefined, used: [] }
  } finally {
    database?.close()
  }
}

/** Ledgers before version 7 kept no quotas. */
function usedIn(database: Database, now: number): QuotaUse[] {
  const isKept = database.prepare("select 1 from sqlite_master where name = 'quota_use'").get() !== undefined
  return isKept ? quotaUseIn(database, now) : []
}
