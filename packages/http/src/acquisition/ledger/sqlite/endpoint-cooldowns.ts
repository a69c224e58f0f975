import type { PlannedStream, Run } from '../ledger.js'
import type { Database } from './open-database.js'

/**
 * How long an endpoint is to be left alone because of what was before, whichever run and plan that was. Times
 * in epoch milliseconds.
 */
export interface Cooldown {
  readonly endpoint: string
  /** The latest moment at which a request may have departed; null when there was none. */
  readonly departedAt: number | null
  /** How long its server wants quiet, and from when on. */
  readonly askedAt: number
  readonly quietMs: number
}

/**
 * No endpoint is waited for longer than it asked, nor for a departure that is still to come: the wall clock
 * may have been set back.
 */
const COOLDOWNS = `
with last as (select * from runs order by run desc limit 1),
  departed as (
    select endpoint, departed_at as at from cooldowns
    union all select s.endpoint, d.at from departures d join streams s on s.run = d.run and s.name = d.stream
    union all select s.endpoint, @now from streams s join last on last.run = s.run where last.finished_at is null),
  asked as (
    select endpoint, asked_at as at, quiet_ms from cooldowns
    union all select s.endpoint, f.at, f.quiet_ms from failures f
      join streams s on s.run = f.run and s.name = f.stream where f.quiet_ms is not null)
select endpoint, @now as askedAt,
  (select min(@now, max(at)) from departed d where d.endpoint = e.endpoint) as departedAt,
  coalesce((select max(0, max(min(quiet_ms, at + quiet_ms - @now))) from asked a where a.endpoint = e.endpoint), 0) as quietMs
from (select endpoint from departed union select endpoint from asked) e`

/**
 * The cooldowns of all endpoints. After a run that was cut off the last departures may not have been written:
 * anything up to now is possible.
 */
export function cooldownsIn(database: Database, now: number): Cooldown[] {
  return database.prepare<[object], Cooldown>(COOLDOWNS).all({ now })
}

/** Written apart from the runs, so that it outlives them. */
export function keepCooldowns(database: Database, cooldowns: readonly Cooldown[]): void {
  const keep = database.prepare(
    `insert or replace into cooldowns (endpoint, departed_at, asked_at, quiet_ms)
      values (@endpoint, @departedAt, @askedAt, @quietMs)`,
  )
  for (const cooldown of cooldowns) keep.run(cooldown)
}

/** The same for the streams of a plan, by their names. */
export function cooldownsFor(
  streams: readonly PlannedStream[],
  cooldowns: readonly Cooldown[],
): Pick<Run, 'lastDepartureAt' | 'quietMs'> {
  const known = new Map(cooldowns.map(one => [one.endpoint, one]))
  const lastDepartureAt = new Map<string, number>()
  const quietMs = new Map<string, number>()
  for (const { name, endpoint } of streams) {
    const cooldown = known.get(endpoint)
    if (cooldown === undefined) continue
    if (cooldown.departedAt !== null) lastDepartureAt.set(name, cooldown.departedAt)
    if (cooldown.quietMs > 0) quietMs.set(name, cooldown.quietMs)
  }
  return { lastDepartureAt, quietMs }
}
