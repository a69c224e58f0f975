import type { InferredTypes } from '../../records/index.js'
import type { RecordChange, StoredRecords } from '../ledger.js'
import type { Database } from './open-database.js'
import { translating } from './open-database.js'
import { recordChanges } from './record-changes.js'
import { keptSchemas } from './schema-table.js'
import { sinkPositions } from './sink-positions.js'
import type { Transactions } from './transactions.js'

interface SqliteStoredParts {
  readonly database: Database
  readonly transactions: Transactions
  readonly file: string
  readonly ledgerId: string
}

/** What the database of a `SqliteLedger` holds, for sinks. */
export class SqliteStored implements StoredRecords {
  readonly ledgerId: string
  readonly #database: Database
  readonly #transactions: Transactions
  readonly #file: string
  readonly #changes: ReturnType<typeof recordChanges>
  readonly #positions: ReturnType<typeof sinkPositions>

  constructor({ database, transactions, file, ledgerId }: SqliteStoredParts) {
    this.ledgerId = ledgerId
    this.#database = database
    this.#transactions = transactions
    this.#file = file
    this.#changes = recordChanges(database)
    this.#positions = sinkPositions(database)
  }

  async schemas(): Promise<ReadonlyMap<string, InferredTypes>> {
    return this.#reading(() => keptSchemas(this.#database))
  }

  async *records(stream: string, after = 0): AsyncGenerator<RecordChange, void> {
    const rows = this.#changes(stream, after)
    for (;;) {
      const { done, value } = this.#reading(() => rows.next())
      if (done === true) return
      yield value
    }
  }

  async position(sink: string, stream: string): Promise<number> {
    return this.#reading(() => this.#positions.get(sink, stream))
  }

  async setPosition(sink: string, stream: string, position: number): Promise<void> {
    translating(this.#file, () =>
      this.#transactions.writing(() => this.#positions.set(sink, stream, position)),
    )
  }

  #reading<T>(work: () => T): T {
    return translating(this.#file, () => this.#transactions.reading(work))
  }
}
