import type { AcceptedRecord, RejectedRecord } from '../../records/index.js'
import type { RecordChange, RejectedRow } from '../ledger.js'
import type { PageRef } from '../page.js'
import { BITS_IN_PARTITION, orderOf } from '../page.js'
import type { Database, Statement } from './open-database.js'
import { recordChanges } from './record-changes.js'

/** Sorts a record without a readable `updatedAt` before all others. */
const OLDEST = -9e15
/** A deletion wins over what the same page says of the record. */
const DELETED = Number.MAX_SAFE_INTEGER

const PORTION = 1_000

/**
 * What was taken and what was refused. Which of two records with one id stays does not depend on their order.
 * Each row that is written or changed gets the next position.
 */
export class RecordTable {
  readonly #run: number
  readonly #statements: ReturnType<typeof prepare>
  readonly #changes: ReturnType<typeof recordChanges>
  #position: number

  constructor(database: Database, run: number) {
    this.#run = run
    this.#statements = prepare(database)
    this.#changes = recordChanges(database)
    this.#position = this.#statements.lastPosition.get() as number
  }

  /** The page's records, in its order. */
  upsert(page: PageRef, records: readonly AcceptedRecord[]): void {
    for (const { index, rows, statement, values } of portions(this.#statements.upserts, records))
      this.#write(page, index, rows, statement, values)
  }

  /**
   * Of the page's records those whose ids other parts of its stream have brought in this run, with other content.
   * To be asked before they are written.
   */
  clashes({ stream, partition, ...order }: PageRef, records: readonly AcceptedRecord[]): Clashes {
    const found = { count: 0, id: '' }
    if (partition === undefined) return found
    const about = { stream, run: this.#run, partition: Math.floor(orderOf(order) / 2 ** BITS_IN_PARTITION) }
    for (const { statement, values } of portions(this.#statements.clashes, records)) {
      const { count, id } = statement.get(values, about) as ClashRow
      found.count += count
      found.id ||= id ?? ''
    }
    return found
  }

  delete(page: PageRef, id: string): void {
    const { rows, statement } = this.#statements.upserts.at(-1) as Many
    this.#write(page, 0, rows, statement, [id, DELETED, null])
  }

  reject(page: PageRef, { index, id: recordId, code, field, reason, raw }: RejectedRecord): void {
    const position = this.#nextPosition()
    this.#statements.reject.run(
      position,
      this.#run,
      page.stream,
      orderOf(page),
      index,
      page.id,
      recordId ?? null,
      code,
      field ?? null,
      reason,
      raw,
    )
  }

  /**
   * Marks what no page of the run has brought: of a stream that was taken whole. What was rejected is there all the
   * same. Returns how many.
   */
  markGone(stream: string, at: number): number {
    const gone = { stream, run: this.#run, at, position: this.#position }
    const { changes } = this.#statements.markGone.run(gone)
    this.#position += changes
    this.savePosition()
    return changes
  }

  /** To be called at the end of a transaction that has written. */
  savePosition(): void {
    this.#statements.savePosition.run(this.#position)
  }

  changes(stream: string, after: number): Generator<RecordChange, void> {
    return this.#changes(stream, after)
  }

  *rejectsAfter(after: number): Generator<RejectedRow> {
    for (let from = after; ; ) {
      const rows = this.#statements.rejects.all(this.#run, from)
      yield* rows
      const last = rows.at(-1)
      if (last === undefined) return
      from = last.position
    }
  }

  *rejectsByPage(): Generator<RejectedRow> {
    for (let from = { stream: '', ordinal: -1, page: '', index: -1 }; ; ) {
      const rows = this.#statements.rejectsByPage.all({ run: this.#run, ...from })
      for (const { ordinal: _ordinal, ...row } of rows) yield row
      const last = rows.at(-1)
      if (last === undefined) return
      from = last
    }
  }

  #write(
    page: PageRef,
    index: number,
    rows: number,
    statement: Many['statement'],
    values: readonly (string | number | null)[],
  ): void {
    const { stream } = page
    statement.run(values, { stream, run: this.#run, position: this.#position, ordinal: orderOf(page), index })
    this.#position += rows
  }

  #nextPosition(): number {
    this.#position += 1
    return this.#position
  }
}

/** How many records of one id have other content, and the id of one; empty where there is none. */
export interface Clashes {
  count: number
  id: string
}

interface ClashRow {
  readonly count: number
  readonly id: string | null
}

/** A statement for so many records. */
interface Many {
  readonly rows: number
  readonly statement: Statement<[readonly (string | number | null)[], object]>
}

/** A page's records go into as few statements as these row counts allow: each row costs less in a long one. */
const ROWS = [64, 16, 4, 1]

/** Some records of a page, and the statement for so many. */
interface Portion extends Many {
  readonly index: number
  readonly values: readonly (string | number | null)[]
}

function* portions(statements: readonly Many[], records: readonly AcceptedRecord[]): Generator<Portion> {
  let index = 0
  for (const { rows, statement } of statements)
    for (; index + rows <= records.length; index += rows) {
      const values: (string | number | null)[] = []
      for (const { id, updatedMs, json } of records.slice(index, index + rows))
        values.push(id, updatedMs ?? OLDEST, json)
      yield { index, rows, statement, values }
    }
}

/**
 * Writes so many records that follow each other in a page, row by row: so two of one id are settled as they
 * are in statements of their own.
 */
function upsert(database: Database, rows: number): Many {
  const values = Array.from(
    { length: rows },
    (_, row) => `(@stream, ?, @run, @position + ${row + 1}, ?, @ordinal, @index + ${row}, ?)`,
  )
  const statement = database.prepare<[readonly (string | number | null)[], object]>(
    `insert into records (stream, id, run, position, updated_ms, ordinal, ix, fields) values ${values.join()}
      on conflict (stream, id) do update set run = excluded.run, updated_ms = excluded.updated_ms,
        position = case when records.fields is excluded.fields and records.deleted_at is null
          then records.position else excluded.position end,
        ordinal = excluded.ordinal, ix = excluded.ix, fields = excluded.fields, deleted_at = null
      where (excluded.run, excluded.updated_ms, -excluded.ordinal, -excluded.ix)
        > (records.run, records.updated_ms, -records.ordinal, -records.ix)`,
  )
  return { rows, statement }
}

function clashes(database: Database, rows: number): Many {
  const given = Array.from({ length: rows }, () => '(?, ?, ?)')
  const statement = database.prepare<[readonly (string | number | null)[], object]>(
    `with given (id, updated_ms, fields) as (values ${given.join()})
      select count(*) as count, min(given.id) as id
      from given cross join records on records.stream = @stream and records.id = given.id
      where run = @run and ordinal >> ${BITS_IN_PARTITION} <> @partition and records.fields <> given.fields`,
  )
  return { rows, statement }
}

const REJECT = `position, stream, page, ix as "index", code, field, reason, raw`

function prepare(database: Database) {
  return {
    lastPosition: database.prepare<[], number>('select position from last_position').pluck(),
    savePosition: database.prepare('update last_position set position = ?'),
    upserts: ROWS.map(rows => upsert(database, rows)),
    clashes: ROWS.map(rows => clashes(database, rows)),
    markGone: database.prepare(
      `update records set deleted_at = @at, position = @position + gone.place from (
          select id, row_number() over (order by position) as place from records
          where stream = @stream and run < @run and fields is not null and deleted_at is null and id not in
            (select record_id from rejects where run = @run and stream = @stream and record_id is not null)
        ) as gone where records.stream = @stream and records.id = gone.id`,
    ),
    reject: database.prepare(
      `insert into rejects (position, run, stream, ordinal, ix, page, record_id, code, field, reason, raw)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    rejects: database.prepare<[number, number], RejectedRow>(
      `select ${REJECT} from rejects where run = ? and position > ? order by position limit ${PORTION}`,
    ),
    rejectsByPage: database.prepare<[object], RejectedRow & { readonly ordinal: number }>(
      `select ordinal, ${REJECT} from rejects
        where run = @run and (stream, ordinal, page, ix) > (@stream, @ordinal, @page, @index)
        order by stream, ordinal, page, ix limit ${PORTION}`,
    ),
  }
}
