import { createRequire } from 'node:module'
import { AsyncPatternsError } from 'async-patterns'
import type BetterSqlite3 from 'better-sqlite3'

/** A package that only some features need is not installed. */
export class MissingPackageError extends AsyncPatternsError {
  readonly code = 'MISSING_PACKAGE'
  readonly packageName: string

  constructor(packageName: string, purpose: string, cause?: unknown) {
    super(`${purpose} needs the package ${packageName}: npm install ${packageName}`, { cause })
    this.packageName = packageName
  }
}

const require = createRequire(import.meta.url)

/**
 * The driver is optional and native: it is loaded when a database is opened and not before. @throws
 * MissingPackageError.
 */
export function sqliteDriver(purpose: string): typeof BetterSqlite3 {
  try {
    return require('better-sqlite3') as typeof BetterSqlite3
  } catch (error) {
    throw new MissingPackageError('better-sqlite3', purpose, error)
  }
}
