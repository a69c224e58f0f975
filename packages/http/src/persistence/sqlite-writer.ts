import { BufferedWriter } from './buffered-writer.js'
import type { RecordWriterOptions } from './record-writer.js'
import { RequestTable } from './request-table.js'
import type { StoredResult } from './stored-result.js'

/**
 * The table `request_results` of a SQLite database (WAL, indexes on url and timestamp), one transaction a batch.
 * `overwrite` empties that table and leaves others alone. Needs the package better-sqlite3.
 */
export class SqliteWriter extends BufferedWriter<StoredResult> {
  /** @throws TypeError, RangeError that name the option; WriterError when the database cannot be opened; MissingPackageError. */
  constructor(options: RecordWriterOptions) {
    super('SqliteWriter', options, mode => new RequestTable(options.file, mode))
  }
}
