import type { TransitionRow } from '../../summary/index.js'
import type { AttemptFailure, DepartureRow, NoticeRow, QuietRow } from '../ledger.js'
import type { PageError, PageRef } from '../page.js'
import type { Database } from './open-database.js'

/** Departures, failed attempts, breaker transitions and notices of one run. */
export class JournalTables {
  readonly #run: number
  readonly #departure
  readonly #failure
  readonly #pageFailure
  readonly #transition
  readonly #notice
  readonly #quiet
  readonly #departures

  constructor(database: Database, run: number) {
    this.#run = run
    this.#departure = database.prepare(
      'insert into departures (run, stream, page, attempt, at) values (?, ?, ?, ?, ?)',
    )
    this.#failure = database.prepare(
      `insert into failures (run, stream, page, attempt, code, message, path, at)
        values (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#pageFailure = database.prepare(
      `insert into failures (run, stream, page, attempt, code, message, path, at)
        select @run, @stream, @page, @attempt, @code, @message, @path, @at
        where not exists (select 1 from failures where run = @run and page = @page and code = @code)`,
    )
    this.#transition = database.prepare(
      'insert into transitions (run, stream, from_state, to_state, at, cause) values (?, ?, ?, ?, ?, ?)',
    )
    this.#quiet = database.prepare(
      `insert into cooldowns (endpoint, asked_at, quiet_ms, asked_by)
        select endpoint, @at, @quietMs, @askedBy from streams where run = @run and name = @stream
        on conflict do update set asked_at = @at, quiet_ms = @quietMs, asked_by = @askedBy
          where asked_at + quiet_ms < @at + @quietMs`,
    )
    this.#notice = database.prepare(
      `insert into notices (run, stream, code, about, message, count, first_at, last_at)
        values (@run, @stream, @code, @about, @message, @count, @at, @at)
        on conflict do update set message = @message, count = count + @count, last_at = @at`,
    )
    this.#departures = database.prepare<[object], DepartureRow & { readonly row: number }>(
      `select stream, page as pageId, attempt, at, rowid as "row" from departures
        where run = @run and (at, rowid) > (@at, @row) order by at, rowid limit 1000`,
    )
  }

  departure({ stream, pageId, attempt, at }: DepartureRow): void {
    this.#departure.run(this.#run, stream, pageId, attempt, at)
  }

  failure({ stream, pageId, attempt, code, message, path, at }: AttemptFailure): void {
    this.#failure.run(this.#run, stream, pageId, attempt, code, message, path ?? null, at)
  }

  /** Nothing when an attempt at the page has failed for the same reason: it was counted then. */
  pageFailure({ id, stream, tries }: PageRef, { code, message, path, at }: PageError): void {
    this.#pageFailure.run({
      run: this.#run,
      stream,
      page: id,
      attempt: tries,
      code,
      message,
      path: path ?? null,
      at,
    })
  }

  transition({ stream, from, to, at, cause }: TransitionRow): void {
    this.#transition.run(this.#run, stream, from, to, at, cause)
  }

  quiet(row: QuietRow): void {
    this.#quiet.run({ run: this.#run, ...row })
  }

  notice({ stream, code, about = '', message, count = 1, at }: NoticeRow): void {
    this.#notice.run({ run: this.#run, stream, code, about, message, count, at })
  }

  /** In the order of their moments. */
  *departures(): Generator<DepartureRow> {
    for (let from = { at: -Infinity, row: 0 }; ; ) {
      const rows = this.#departures.all({ run: this.#run, ...from })
      for (const { row: _row, ...departure } of rows) yield departure
      const last = rows.at(-1)
      if (last === undefined) return
      from = last
    }
  }
}
