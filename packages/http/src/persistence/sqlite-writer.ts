import type BetterSqlite3 from 'better-sqlite3'
import { BufferedWriter } from './buffered-writer.js'
import type { BatchStore } from './buffered-writer.js'
import { makeFolderOf } from './make-folder.js'
import { makePrivate } from './private-file.js'
import type { RecordWriterOptions, WriteMode } from './record-writer.js'
import { sameFile } from './same-file.js'
import { sqliteDriver } from './sqlite-driver.js'
import type { StoredResult } from './stored-result.js'
import { takenAway, WriterError } from './writer-error.js'

const SCHEMA = `
create table if not exists request_results (
  id integer primary key,
  engine text,
  url text not null,
  status_code integer not null,
  latency_ms real not null,
  timestamp real not null,
  attempt integer not null,
  error_code text,
  error_message text,
  bytes integer not null
);
create index if not exists request_results_url on request_results (url);
create index if not exists request_results_timestamp on request_results (timestamp);
`

const INSERT = `
insert into request_results (engine, url, status_code, latency_ms, timestamp, attempt, error_code, error_message, bytes)
values (?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** How long another program may hold the database. */
const BUSY_TIMEOUT_MS = 5_000
/** A checkpoint waits for the disk: one for each 16 MiB of log is enough. */
const CHECKPOINT_PAGES = 4_000

/**
 * The table `request_results` of a SQLite database (WAL, indexes on url and timestamp), one transaction a
 * batch. `overwrite` empties that table and leaves others alone. Needs the package better-sqlite3.
 */
export class SqliteWriter extends BufferedWriter<StoredResult> {
  /**
   * @throws TypeError, RangeError that name the option; WriterError when the database cannot be opened;
   * MissingPackageError.
   */
  constructor(options: RecordWriterOptions) {
    super('SqliteWriter', options, mode => new RequestTable(options.file, mode))
  }
}

/** The table `request_results`. A batch is a transaction. */
class RequestTable implements BatchStore<StoredResult> {
  readonly #file: string
  readonly #isThere: () => boolean
  readonly #database: BetterSqlite3.Database
  readonly #insertAll: (records: readonly StoredResult[]) => void

  constructor(file: string, mode: WriteMode) {
    const Sqlite = sqliteDriver('Writing results to SQLite')
    makeFolderOf(file)
    makePrivate(file)
    this.#file = file
    this.#isThere = sameFile(file)
    this.#database = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS })
    try {
      prepare(this.#database, mode)
      this.#insertAll = this.#inserter(file)
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  store(records: readonly StoredResult[]): void {
    this.#insertAll(records)
  }

  close(): void {
    this.#database.close()
    if (!this.#isThere()) throw takenAway(this.#file)
  }

  #inserter(file: string): (records: readonly StoredResult[]) => void {
    const insert = this.#insert(file)
    return this.#database.transaction((records: readonly StoredResult[]) => {
      for (const record of records) insert.run(...rowOf(record))
    })
  }

  #insert(file: string): BetterSqlite3.Statement {
    try {
      return this.#database.prepare(INSERT)
    } catch (error) {
      throw new WriterError(
        'its table request_results has other columns; overwrite it or choose another file',
        file,
        error,
      )
    }
  }
}

/** NORMAL with WAL survives a killed process; a power cut may cost the last transactions, never the file. */
function prepare(database: BetterSqlite3.Database, mode: WriteMode): void {
  database.pragma('journal_mode = wal')
  database.pragma('synchronous = normal')
  database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  database.transaction(() => {
    if (mode === 'overwrite') database.exec('drop table if exists request_results')
    database.exec(SCHEMA)
  })()
}

function rowOf({
  engine,
  url,
  statusCode,
  latencyMs,
  timestamp,
  attempt,
  error,
  bytes,
}: StoredResult): unknown[] {
  const [code, message] = error === null ? [null, null] : [error.code, error.message]
  return [engine ?? null, url, statusCode, latencyMs, timestamp, attempt, code, message, bytes]
}
