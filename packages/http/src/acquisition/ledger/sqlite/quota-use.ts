import type { DepartureRow, QuotaUse } from '../ledger.js'
import type { Database } from './open-database.js'

/** No quota reaches back further. */
const KEPT_MS = 86_400_000

/** Departures are counted by the second; whatever falls into one counts at its end. */
const SLICE_MS = 1_000

/**
 * What earlier processes have used, of all endpoints. The wall clock may have been set back since: nothing
 * departed later than now.
 */
export function quotaUseIn(database: Database, now: number): QuotaUse[] {
  return database
    .prepare<[number, number], QuotaUse>(
      'select endpoint, stream, min(at, ?) as at, sum(count) as count from quota_use where at > ? group by 1, 2, 3',
    )
    .all(now, now - KEPT_MS)
}

/** Written apart from the runs, so that it outlives them. What no quota asks for any more is forgotten. */
export function keepQuotaUse(database: Database, used: readonly QuotaUse[]): void {
  database.exec('delete from quota_use')
  const keep = database.prepare(
    'insert into quota_use (endpoint, stream, at, count) values (@endpoint, @stream, @at, @count)',
  )
  for (const one of used) keep.run(one)
}

/** Counts the departures of the streams that have a quota; those of the others cost nothing. */
export class QuotaCount {
  readonly #endpoints: ReadonlyMap<string, string>
  readonly #count

  constructor(database: Database, run: number) {
    const rows = database
      .prepare<[number], { readonly name: string; readonly endpoint: string }>(
        'select name, endpoint from streams where run = ? and quota_ms > 0',
      )
      .all(run)
    this.#endpoints = new Map(rows.map(({ name, endpoint }) => [name, endpoint]))
    this.#count = database.prepare(
      `insert into quota_use (endpoint, stream, at, count) values (?, ?, ?, 1)
        on conflict do update set count = count + 1`,
    )
  }

  add({ stream, at }: DepartureRow): void {
    const endpoint = this.#endpoints.get(stream)
    if (endpoint !== undefined) this.#count.run(endpoint, stream, Math.ceil(at / SLICE_MS) * SLICE_MS)
  }
}
