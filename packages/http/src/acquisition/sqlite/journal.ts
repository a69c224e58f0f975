import type { AttemptFailure, Departure, TransitionRow } from '../ledger.js'
import type { Database } from './open-database.js'

/** Departures, failed attempts and breaker transitions of one run. */
export class JournalTables {
  readonly #run: number
  readonly #departure
  readonly #failure
  readonly #transition

  constructor(database: Database, run: number) {
    this.#run = run
    this.#departure = database.prepare(
      'insert into departures (run, source, page, attempt, at) values (?, ?, ?, ?, ?)',
    )
    this.#failure = database.prepare(
      'insert into failures (run, source, page, attempt, code, message, at) values (?, ?, ?, ?, ?, ?, ?)',
    )
    this.#transition = database.prepare(
      'insert into transitions (run, source, from_state, to_state, at, cause) values (?, ?, ?, ?, ?, ?)',
    )
  }

  departure({ source, pageId, attempt, at }: Departure): void {
    this.#departure.run(this.#run, source, pageId, attempt, at)
  }

  failure({ source, pageId, attempt, code, message, at }: AttemptFailure): void {
    this.#failure.run(this.#run, source, pageId, attempt, code, message, at)
  }

  transition({ source, from, to, at, cause }: TransitionRow): void {
    this.#transition.run(this.#run, source, from, to, at, cause)
  }
}
