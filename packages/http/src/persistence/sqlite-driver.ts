import { createRequire } from 'node:module'
import { AsyncPatternsError } from 'async-patterns'
import type BetterSqlite3 from 'better-sqlite3'

/** A package that only some features need is not installed, or is there but not built for this Node. */
export class MissingPackageError extends AsyncPatternsError {
  readonly code = 'MISSING_PACKAGE'
  readonly packageName: string

  /** `remedy` is what the message ends with; without it, how the package is installed. */
  constructor(
    packageName: string,
    purpose: string,
    cause?: unknown,
    remedy = `: npm install ${packageName}`,
  ) {
    super(`${purpose} needs the package ${packageName}${remedy}`, { cause })
    this.packageName = packageName
  }
}

const require = createRequire(import.meta.url)
const DRIVER = 'better-sqlite3'
const REBUILD =
  `, which is installed but not built for Node ${process.version}: npm rebuild ${DRIVER} ` +
  `(where npm asks for consent, first: npm install-scripts approve ${DRIVER})`

let driver: typeof BetterSqlite3 | undefined

/**
 * The driver is optional and native: it is loaded when a database is opened and not before.
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
