import { existsSync } from 'node:fs'
import { sqliteDriver } from '../../../persistence/sqlite-driver.js'
import type { RecordChange } from '../ledger.js'
import { LedgerError } from '../ledger-errors.js'
import type { Database } from './open-database.js'
import { isLedger, translating } from './open-database.js'
import { recordChanges } from './record-changes.js'
import { checkOwner } from './runs.js'
import { SCHEMA_VERSION } from './schema.js'

/** Where a ledger lies, and whose it has to be. */
export interface SqliteReaderOptions {
  readonly file: string
  /** The pipeline that it belongs to. */
  readonly pipeline: string
}

/** Reads a ledger beside whoever writes it: it takes no lock that a run would wait for, and writes nothing. */
export class SqliteReader implements Disposable {
  readonly #file: string
  readonly #database: Database
  readonly #changes: ReturnType<typeof recordChanges>

  /**
   * The ledger of a pipeline; undefined where there is none yet.
   * @throws OtherPipelineError where it is another pipeline's, LedgerError where it is another program's or of
   *   another version, MissingPackageError.
   */
  static open({ file, pipeline }: SqliteReaderOptions): SqliteReader | undefined {
    if (!existsSync(file)) return undefined
    const Sqlite = sqliteDriver('The embedded ledger')
    return translating(file, () => {
      const database = new Sqlite(file, { readonly: true })
      try {
        if (isLedger(database, file)) {
          checkVersion(database, file)
          checkOwner(database, pipeline)
          return new SqliteReader(file, database)
        }
      } catch (error) {
        database.close()
        throw error
      }
      database.close()
      return undefined
    })
  }

  private constructor(file: string, database: Database) {
    this.#file = file
    this.#database = database
    this.#changes = recordChanges(database)
  }

  /** See `Run.records`. */
  *records(stream: string, after: number): Generator<RecordChange, void> {
    const rows = this.#changes(stream, after)
    for (;;) {
      const { done, value } = translating(this.#file, () => rows.next())
      if (done === true) return
      yield value
    }
  }

  [Symbol.dispose](): void {
    this.#database.close()
  }
}

function checkVersion(database: Database, file: string): void {
  const version = database.pragma('user_version', { simple: true }) as number
  if (version !== SCHEMA_VERSION)
    throw new LedgerError(`${file} is a ledger of version ${version}; this is for ${SCHEMA_VERSION}`, file)
}
