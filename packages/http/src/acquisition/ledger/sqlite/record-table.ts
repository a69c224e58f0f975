import type { AcceptedRecord, RejectedRecord } from '../../records/normalised-page.js'
import type { PageRef } from '../page.js'
import type { Database } from './open-database.js'

/** Sorts a record without a readable `updatedAt` before all others. */
const OLDEST = -9e15

/** The comparable form of `updatedAt`: texts of different precision do not sort as texts. */
function updatedMs({ fields }: AcceptedRecord): number {
  const { updatedAt } = fields
  const ms = typeof updatedAt === 'string' ? Date.parse(updatedAt) : Number.NaN
  return Number.isNaN(ms) ? OLDEST : ms
}

/** What was taken and what was refused. Which of two records with one id stays does not depend on their order. */
export class ProductTable {
  readonly #run: number
  readonly #upsert
  readonly #reject

  constructor(database: Database, run: number) {
    this.#run = run
    this.#upsert = database.prepare(
      `insert into products (source, id, run, updated_ms, ordinal, ix, fields) values (?, ?, ?, ?, ?, ?, ?)
        on conflict (source, id) do update set run = excluded.run, updated_ms = excluded.updated_ms,
          ordinal = excluded.ordinal, ix = excluded.ix, fields = excluded.fields
        where (excluded.run, excluded.updated_ms, -excluded.ordinal, -excluded.ix)
          > (products.run, products.updated_ms, -products.ordinal, -products.ix)`,
    )
    this.#reject = database.prepare(
      `insert or replace into rejects (run, source, ordinal, ix, page, code, field, reason, raw)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
  }

  upsert({ source, ordinal }: PageRef, record: AcceptedRecord, index: number): void {
    const fields = JSON.stringify(record.fields)
    this.#upsert.run(source, record.id, this.#run, updatedMs(record), ordinal, index, fields)
  }

  reject({ source, ordinal, id }: PageRef, { index, code, field, reason, raw }: RejectedRecord): void {
    this.#reject.run(this.#run, source, ordinal, index, id, code, field ?? null, reason, raw)
  }
}
