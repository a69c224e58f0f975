import type { AttemptFailure, Departure, TransitionRow } from '../ledger.js'
import type { PageError, PageRef } from '../page.js'
import type { Database } from './open-database.js'

/** Departures, failed attempts and breaker transitions of one run. */
export class JournalTables {
  readonly #run: number
  readonly #departure
  readonly #failure
  readonly #pageFailure
  readonly #transition

  constructor(database: Database, run: number) {
    this.#run = run
    this.#departure = database.prepare(
      'insert into departures (run, source, page, attempt, at) values (?, ?, ?, ?, ?)',
    )
    this.#failure = database.prepare(
      'insert into failures (run, source, page, attempt, code, message, at, quiet_ms) values (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#pageFailure = database.prepare(
      `insert into failures (run, source, page, attempt, code, message, at)
        select @run, @source, @page, @attempt, @code, @message, @at
        where not exists (select 1 from failures where run = @run and page = @page and code = @code)`,
    )
    this.#transition = database.prepare(
      'insert into transitions (run, source, from_state, to_state, at, cause) values (?, ?, ?, ?, ?, ?)',
    )
  }

  departure({ source, pageId, attempt, at }: Departure): void {
    this.#departure.run(this.#run, source, pageId, attempt, at)
  }

  failure({ source, pageId, attempt, code, message, at, quietMs }: AttemptFailure): void {
    this.#failure.run(this.#run, source, pageId, attempt, code, message, at, quietMs ?? null)
  }

  /** Nothing when an attempt at the page has failed for the same reason: it was counted then. */
  pageFailure({ id, source, tries }: PageRef, { code, message, at }: PageError): void {
    this.#pageFailure.run({ run: this.#run, source, page: id, attempt: tries, code, message, at })
  }

  transition({ source, from, to, at, cause }: TransitionRow): void {
    this.#transition.run(this.#run, source, from, to, at, cause)
  }
}
