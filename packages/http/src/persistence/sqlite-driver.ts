import { createRequire } from 'node:module'
import type BetterSqlite3 from 'better-sqlite3'
import { MissingPackageError } from './missing-package-error.js'

const require = createRequire(import.meta.url)
const DRIVER = 'better-sqlite3'
const REBUILD =
  `, which is installed but not built for Node ${process.version}: npm rebuild ${DRIVER} ` +
  `(where npm asks for consent, first: npm install-scripts approve ${DRIVER})`

let driver: typeof BetterSqlite3 | undefined

/**
 * The driver is optional and native: it is loaded when a database is opened and not before. It is not in the
 * index: nobody's program should need the driver's types to be compiled.
 * @throws MissingPackageError when it is not installed, or its native part is missing or for another Node.
 */
export function sqliteDriver(purpose: string): typeof BetterSqlite3 {
  driver ??= loaded(purpose)
  return driver
}

function loaded(purpose: string): typeof BetterSqlite3 {
  const Sqlite = installed(purpose)
  try {
    // The native part is loaded with the first database.
    new Sqlite(':memory:').close()
    return Sqlite
  } catch (error) {
    throw new MissingPackageError(DRIVER, purpose, error, REBUILD)
  }
}

function installed(purpose: string): typeof BetterSqlite3 {
  try {
    return require(DRIVER) as typeof BetterSqlite3
  } catch (error) {
    throw new MissingPackageError(DRIVER, purpose, error)
  }
}
