import type { Database } from './open-database.js'

/**
 * The transactions of one connection. All that is read in one turn of the event loop is read in one, for each
 * statement by itself would lock the file and free it again, which takes longer than it does. What is written
 * has a transaction of its own, which is over when `writing` returns.
 */
export class Transactions {
  readonly #database: Database
  readonly #begin
  readonly #commit
  readonly #write: { immediate(work: () => unknown): unknown }
  #isReading = false

  constructor(database: Database) {
    this.#database = database
    this.#begin = database.prepare('begin')
    this.#commit = database.prepare('commit')
    this.#write = database.transaction((work: () => unknown) => work())
  }

  reading<T>(work: () => T): T {
    if (!this.#database.inTransaction) {
      this.#begin.run()
      this.#isReading = true
      setImmediate(this.#endReading)
    }
    return work()
  }

  writing<T>(work: () => T): T {
    this.#endReading()
    return this.#write.immediate(work) as T
  }

  /** SQLite has ended it where a statement failed badly, and closing the database does too. */
  readonly #endReading = (): void => {
    if (!this.#isReading) return
    this.#isReading = false
    if (this.#database.inTransaction) this.#commit.run()
  }
}
