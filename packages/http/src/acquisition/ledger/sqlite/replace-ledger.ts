import { existsSync, renameSync, rmSync } from 'node:fs'
import { sqliteDriver } from '../../../persistence/index.js'
import type { Courtesy } from './endpoint-cooldowns.js'
import { courtesiesIn, keepCourtesies } from './endpoint-cooldowns.js'
import type { Database, DatabaseOptions } from './open-database.js'
import { openDatabase } from './open-database.js'

/** Where a ledger lies that `fresh` has replaced: `out/acquire.db` becomes `out/acquire.previous.db`. */
export function previousFile(file: string): string {
  return file.replace(/(\.[^./\\]*)?$/, '.previous$1')
}

/** What SQLite keeps beside a database. A log must never meet another database, so it goes before it. */
const PARTS = ['-wal', '-shm', '']

/**
 * Begins an empty ledger that knows what endpoints are owed, in the place of the one that is there. That is put aside, in
 * the place of one that was put aside before; one without products is dropped instead, as it must not take the place of one
 * that has some. A damaged one is kept as it is; then `unknown` is what is owed.
 * The new one is whole before the old one is touched: where the disk is full, all stays as it was.
 */
export function beginAnew(options: DatabaseOptions, now: number, unknown: readonly Courtesy[]): void {
  const { file } = options
  const next = nextFile(file)
  remove(next)
  const { hasProducts, courtesies = unknown } = concluded(file, now)
  try {
    const database = openDatabase({ ...options, file: next })
    try {
      database.transaction(() => keepCourtesies(database, courtesies))()
    } finally {
      database.close()
    }
  } catch (error) {
    remove(next)
    throw error
  }
  setAside(file, hasProducts)
  renameSync(next, file)
}

/** Ends what a killed process has begun: it had put the old ledger aside already. */
export function endBegun(file: string): void {
  if (!existsSync(file) && existsSync(nextFile(file))) renameSync(nextFile(file), file)
}

function nextFile(file: string): string {
  return `${file}.next`
}

function setAside(file: string, hasProducts: boolean): void {
  const previous = previousFile(file)
  if (hasProducts) remove(previous)
  for (const part of PARTS.filter(each => existsSync(`${file}${each}`))) {
    if (hasProducts) renameSync(`${file}${part}`, `${previous}${part}`)
    else rmSync(`${file}${part}`)
  }
}

function remove(file: string): void {
  for (const part of PARTS) rmSync(`${file}${part}`, { force: true })
}

/** Brings the log into the database, so that it is whole in one file. */
function concluded(
  file: string,
  now: number,
): { hasProducts: boolean; courtesies: readonly Courtesy[] | undefined } {
  if (!existsSync(file)) return { hasProducts: false, courtesies: [] }
  let database: Database | undefined
  try {
    database = new (sqliteDriver('The embedded ledger'))(file)
    database.pragma('wal_checkpoint(truncate)')
    const hasProducts = database.prepare('select 1 from products limit 1').get() !== undefined
    return { hasProducts, courtesies: courtesiesIn(database, now) }
  } catch {
    return { hasProducts: true, courtesies: undefined }
  } finally {
    database?.close()
  }
}
