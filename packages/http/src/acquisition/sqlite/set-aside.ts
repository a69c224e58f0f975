import { existsSync, renameSync, rmSync } from 'node:fs'
import { sqliteDriver } from '../../persistence/index.js'
import type { Database } from './open-database.js'
import type { Courtesy } from './courtesies.js'
import { courtesiesIn } from './courtesies.js'

/** Where a ledger lies that `fresh` has replaced: `out/acquire.db` becomes `out/acquire.previous.db`. */
export function previousFile(file: string): string {
  return file.replace(/(\.[^./\\]*)?$/, '.previous$1')
}

/** What SQLite keeps beside a database. A log must never meet another database, so it goes before it. */
const PARTS = ['-wal', '-shm', '']

/**
 * Puts the ledger aside, in the place of one that was put aside before; one without products is dropped instead, as it
 * must not take the place of one that has some. A damaged one is kept as it is.
 * Returns what the endpoints that it knows are owed; undefined when that cannot be told any more.
 */
export function setAside(file: string, now: number): readonly Courtesy[] | undefined {
  if (!existsSync(file)) return []
  const { hasProducts, courtesies } = concluded(file, now)
  const previous = previousFile(file)
  if (hasProducts) for (const part of PARTS) rmSync(`${previous}${part}`, { force: true })
  for (const part of PARTS.filter(each => existsSync(`${file}${each}`))) {
    if (hasProducts) renameSync(`${file}${part}`, `${previous}${part}`)
    else rmSync(`${file}${part}`)
  }
  return courtesies
}

/** Brings the log into the database, so that it is whole in one file. */
function concluded(
  file: string,
  now: number,
): { hasProducts: boolean; courtesies: readonly Courtesy[] | undefined } {
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
