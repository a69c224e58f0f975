import { join } from 'node:path'
import type BetterSqlite3 from 'better-sqlite3'
import { makeFolderOf, makePrivate, storageAdvice } from '../../../persistence/index.js'
import { sqliteDriver } from '../../../persistence/sqlite-driver.js'
import type { RecordChange } from '../../ledger/index.js'
import { changesInPortions, hasMore } from '../changes-in-portions.js'
import type { PlaceTemplate } from '../place-template.js'
import { placeProblems, placeTemplate } from '../place-template.js'
import type { DeliveredStream, Delivery, Sink, SinkKind, StreamDelivered, TableMode } from '../sink.js'
import { SqliteTable } from './sqlite-table.js'

/** The options of a sink that writes tables of SQLite. */
export interface SqliteSinkOptions {
  readonly type: 'sqlite'
  /** The database. Default `records.db` in the output folder. */
  readonly file?: string | undefined
  /** A name for each table, with `{stream}` and `{source}`; dots become `_`. Default `{stream}`. */
  readonly table: string
  /**
   * `upsert`: a row for each record, as it stands. `append`: a row for each change. `replace`: all rows are made anew
   * by each delivery. Default `upsert`.
   */
  readonly mode: TableMode
}

/** Typed tables in a SQLite database. */
export const sqliteSink: SinkKind<SqliteSinkOptions> = {
  type: 'sqlite',
  summary: 'a typed table for each stream in a SQLite database',
  schema: ({ oneOf, text }) => ({
    file: text('the file of a database').optional(),
    table: text('the name of a table such as {stream}').prefault('{stream}'),
    mode: oneOf(['upsert', 'append', 'replace']).prefault('upsert'),
  }),
  problems: ({ table }, streams) => placeProblems('table', table, { streams }),
  create: ({ name, file, table, mode }, output) =>
    new SqliteSink({ name, file: file ?? join(output, 'records.db'), table, mode }),
}

interface SqliteSinkParts {
  readonly name: string
  readonly file: string
  readonly table: string
  readonly mode: TableMode
}

type Database = BetterSqlite3.Database

/** Writes records and the sink's position in one transaction. */
class SqliteSink implements Sink {
  readonly name: string
  readonly #parts: SqliteSinkParts
  readonly #tableOf: PlaceTemplate
  #database: Database | undefined

  constructor(parts: SqliteSinkParts) {
    this.name = parts.name
    this.#parts = parts
    this.#tableOf = placeTemplate(parts.table)
  }

  async deliver(delivery: Delivery): Promise<readonly StreamDelivered[]> {
    const { file } = this.#parts
    try {
      const database = (this.#database ??= opened(file))
      const delivered = []
      for (const stream of delivery.streams)
        delivered.push(await this.#deliverStream(stream, { delivery, database }))
      return delivered
    } catch (error) {
      const advice = storageAdvice(error)
      throw advice === undefined ? error : new Error(`${file}: ${advice}`, { cause: error })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#database?.close()
  }

  async #deliverStream(stream: DeliveredStream, parts: Parts): Promise<StreamDelivered> {
    const { mode } = this.#parts
    const { delivery, database } = parts
    const positions = positionsIn(database, this.name, delivery.ledgerId)
    const known = positions.get(stream.name)
    const isWhole = mode === 'replace'
    if (isWhole && known !== undefined && !(await hasMore(delivery, stream.name, known)))
      return { stream: stream.name, records: 0, deleted: 0, position: known }
    const table = new SqliteTable(database, this.#tableOf.of(stream).replaceAll('.', '_'), {
      mode,
      columns: stream.columns,
    })
    const portions = changesInPortions(delivery, stream.name, isWhole ? 0 : (known ?? 0))
    const tally = { stream: stream.name, records: 0, deleted: 0, position: known ?? 0 }
    const write = (portion: readonly RecordChange[]): void => {
      const { records, deleted } = table.write(portion)
      tally.records += records
      tally.deleted += deleted
      tally.position = portion.at(-1)?.position ?? tally.position
      positions.set(stream.name, tally.position)
    }
    if (isWhole)
      await inOne(database, async () => {
        table.empty()
        for await (const portion of portions) write(portion)
        positions.set(stream.name, tally.position)
      })
    else for await (const portion of portions) database.transaction(write).immediate(portion)
    return tally
  }
}

interface Parts {
  readonly delivery: Delivery
  readonly database: Database
}

/** A transaction that waits on the way; the connection is nobody else's. */
async function inOne(database: Database, work: () => Promise<void>): Promise<void> {
  database.exec('begin immediate')
  try {
    await work()
    database.exec('commit')
  } finally {
    if (database.inTransaction) database.exec('rollback')
  }
}

function opened(file: string): Database {
  const Sqlite = sqliteDriver('The sink sqlite')
  makeFolderOf(file)
  makePrivate(file)
  const database = new Sqlite(file)
  database.pragma('journal_mode = wal')
  database.exec(POSITIONS)
  return database
}

const POSITIONS = `create table if not exists "_deliveries" (
  sink text not null, stream text not null, ledger text not null, position integer not null,
  primary key (sink, stream)
)`

/** Up to where a sink has delivered streams of a ledger; those of another one are replaced. */
function positionsIn(database: Database, sink: string, ledger: string) {
  const select = database
    .prepare<[string, string, string], number>(
      'select position from "_deliveries" where sink = ? and stream = ? and ledger = ?',
    )
    .pluck()
  const write = database.prepare(
    'insert or replace into "_deliveries" (sink, stream, ledger, position) values (?, ?, ?, ?)',
  )
  return {
    get: (stream: string): number | undefined => select.get(sink, stream, ledger),
    set: (stream: string, position: number): void => void write.run(sink, stream, ledger, position),
  }
}
