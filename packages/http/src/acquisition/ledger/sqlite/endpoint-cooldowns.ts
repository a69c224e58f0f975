import type { PlannedSource, Run } from '../ledger.js'
import type { Database } from './open-database.js'

/** What an endpoint is owed from before, whichever run and plan that was. Times in epoch milliseconds. */
export interface Courtesy {
  readonly endpoint: string
  /** The latest moment at which a request may have departed; null when there was none. */
  readonly departedAt: number | null
  /** How long its server wants quiet, and from when on. */
  readonly askedAt: number
  readonly quietMs: number
}

/** No endpoint is waited for longer than it asked, nor for a departure that is still to come: the wall clock may have been set back. */
const OWED = `
with last as (select * from runs order by run desc limit 1),
  departed as (
    select endpoint, departed_at as at from courtesies
    union all select s.endpoint, d.at from departures d join sources s on s.run = d.run and s.name = d.source
    union all select s.endpoint, @now from sources s join last on last.run = s.run where last.finished_at is null),
  asked as (
    select endpoint, asked_at as at, quiet_ms from courtesies
    union all select s.endpoint, f.at, f.quiet_ms from failures f
      join sources s on s.run = f.run and s.name = f.source where f.quiet_ms is not null)
select endpoint, @now as askedAt,
  (select min(@now, max(at)) from departed d where d.endpoint = e.endpoint) as departedAt,
  coalesce((select max(0, max(min(quiet_ms, at + quiet_ms - @now))) from asked a where a.endpoint = e.endpoint), 0) as quietMs
from (select endpoint from departed union select endpoint from asked) e`

/**
 * All that is owed, to whichever endpoint. After a run that was cut off the last departures may not have been written:
 * anything up to now is possible.
 */
export function courtesiesIn(database: Database, now: number): Courtesy[] {
  return database.prepare<[object], Courtesy>(OWED).all({ now })
}

/** Written apart from the runs, so that it outlives them. */
export function keepCourtesies(database: Database, courtesies: readonly Courtesy[]): void {
  const keep = database.prepare(
    `insert or replace into courtesies (endpoint, departed_at, asked_at, quiet_ms)
      values (@endpoint, @departedAt, @askedAt, @quietMs)`,
  )
  for (const courtesy of courtesies) keep.run(courtesy)
}

/** The same for the sources of a plan, by their names. */
export function owedTo(
  sources: readonly PlannedSource[],
  courtesies: readonly Courtesy[],
): Pick<Run, 'lastDepartureAt' | 'quietMs'> {
  const known = new Map(courtesies.map(courtesy => [courtesy.endpoint, courtesy]))
  const lastDepartureAt = new Map<string, number>()
  const quietMs = new Map<string, number>()
  for (const { name, endpoint } of sources) {
    const owed = known.get(endpoint)
    if (owed === undefined) continue
    if (owed.departedAt !== null) lastDepartureAt.set(name, owed.departedAt)
    if (owed.quietMs > 0) quietMs.set(name, owed.quietMs)
  }
  return { lastDepartureAt, quietMs }
}
