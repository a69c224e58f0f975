import type BetterSqlite3 from 'better-sqlite3'
import type { RecordChange } from '../../ledger/index.js'
import type { Column, ColumnType } from '../../records/index.js'
import { DELETED_AT, RECORD_ID } from '../../records/index.js'
import type { TableMode } from '../sink.js'
import { DELETED, isGone } from '../sink.js'

type Database = BetterSqlite3.Database

/** What affinity would change stays a text. */
const TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'TEXT',
  integer: 'INTEGER',
  decimal: 'TEXT',
  number: 'REAL',
  boolean: 'BOOLEAN',
  date: 'TEXT',
  instant: 'TEXT',
  json: 'TEXT',
}

/** Where a row of a change stands among all. */
const POSITION = '_position'

/** One table of a sink; made, and given columns, as needed. */
export class SqliteTable {
  readonly #database: Database
  readonly #name: string
  readonly #columns: readonly Column[]
  readonly #isLog: boolean
  readonly #insert: BetterSqlite3.Statement
  readonly #remove: BetterSqlite3.Statement<[string]> | undefined

  /** @throws Error for a table that is not a sink's. */
  constructor(
    database: Database,
    name: string,
    { mode, columns }: { readonly mode: TableMode; readonly columns: readonly Column[] },
  ) {
    this.#database = database
    this.#name = quoted(name)
    this.#columns = columns
    this.#isLog = mode === 'append'
    this.#prepareColumns(name)
    this.#insert = database.prepare(this.#insertText())
    if (!this.#isLog) this.#remove = database.prepare(`delete from ${this.#name} where "${RECORD_ID}" = ?`)
  }

  empty(): void {
    this.#database.exec(`delete from ${this.#name}`)
  }

  /** To be called in a transaction. */
  write(changes: readonly RecordChange[]): { readonly records: number; readonly deleted: number } {
    let deleted = 0
    for (const change of changes) {
      const { id, fields } = change
      if (isGone(change)) deleted += 1
      if (fields === null && this.#remove !== undefined) this.#remove.run(id)
      else this.#insert.run(...this.#values(change))
    }
    return { records: changes.length - deleted, deleted }
  }

  #values(change: RecordChange): unknown[] {
    const { id, position, fields, deletedAt } = change
    const at = deletedAt === undefined ? null : new Date(deletedAt).toISOString()
    const own = this.#isLog ? [position, id, isGone(change) ? 1 : 0, at] : [id, at]
    return [...own, ...this.#columns.map(column => (fields === null ? null : cellOf(column, fields)))]
  }

  #own(): readonly (readonly [name: string, definition: string])[] {
    const gone = [DELETED_AT, 'TEXT'] as const
    return this.#isLog
      ? [[POSITION, 'INTEGER'], [RECORD_ID, 'TEXT NOT NULL'], [DELETED, 'BOOLEAN'], gone]
      : [[RECORD_ID, 'TEXT PRIMARY KEY'], gone]
  }

  #prepareColumns(name: string): void {
    const database = this.#database
    const definitions = this.#own().map(([column, type]) => `${quoted(column)} ${type}`)
    const ending = this.#isLog ? '' : ' without rowid'
    database.exec(`create table if not exists ${this.#name} (${definitions.join(', ')})${ending}`)
    const known = new Set(
      (database.pragma(`table_info(${this.#name})`) as { name: string }[]).map(row => row.name.toLowerCase()),
    )
    const missing = this.#own().find(([column]) => !known.has(column))
    if (missing !== undefined) {
      const remedy = 'it was not made by a sink of this mode; name another table, or rename that one'
      throw new Error(`the table ${name} has no column ${missing[0]}: ${remedy}`)
    }
    for (const { name: column, type } of this.#columns)
      if (!known.has(column.toLowerCase()))
        database.exec(`alter table ${this.#name} add column ${quoted(column)} ${TYPES[type]}`)
  }

  #insertText(): string {
    const names = [...this.#own(), ...this.#columns.map(({ name }) => [name] as const)].map(([name]) =>
      quoted(name),
    )
    const insert = `insert into ${this.#name} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`
    if (this.#isLog) return insert
    const updates = names.slice(1).map(name => `${name} = excluded.${name}`)
    return `${insert} on conflict ("${RECORD_ID}") do update set ${updates.join(', ')}`
  }
}

/** What is not what its column holds any more is stored as JSON. */
function cellOf({ type, read }: Column, fields: Readonly<Record<string, unknown>>): unknown {
  const value = read(fields)
  if (value === null) return null
  if (type === 'json') return JSON.stringify(value)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (type === 'integer' && typeof value === 'string') return integerOf(value)
  return typeof value === 'object' ? JSON.stringify(value) : value
}

/** Beyond 64 bits a column of integers would round it. */
function integerOf(digits: string): bigint | Buffer {
  const value = BigInt(digits)
  return BigInt.asIntN(64, value) === value ? value : Buffer.from(digits)
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
