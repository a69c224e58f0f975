import { LONGEST_PLAUSIBLE_WISH_MS } from 'async-patterns'
import type { OwedQuiet, PlannedStream, Run } from '../ledger.js'
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
  readonly askedBy: string
}

/**
 * No endpoint is waited for longer than it asked and could have meant, nor for a departure that is still to
 * come: the wall clock may have been set back.
 */
const COOLDOWNS = `
with last as (select * from runs order by run desc limit 1),
  departed as (
    select endpoint, departed_at as at from cooldowns
    union all select s.endpoint, d.at from departures d join streams s on s.run = d.run and s.name = d.stream
    union all select s.endpoint, @now from streams s join last on last.run = s.run where last.finished_at is null)
select endpoint, @now as askedAt, min(@now, max(at)) as departedAt,
  coalesce(max(0, min(quiet_ms, asked_at + quiet_ms - @now, ${LONGEST_PLAUSIBLE_WISH_MS})), 0) as quietMs,
  coalesce(asked_by, '') as askedBy
from departed left join cooldowns using (endpoint) group by endpoint`

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
    `insert or replace into cooldowns (endpoint, departed_at, asked_at, quiet_ms, asked_by)
      values (@endpoint, @departedAt, @askedAt, @quietMs, @askedBy)`,
  )
  for (const cooldown of cooldowns) keep.run(cooldown)
}

/** The same, but for the quiet of the endpoints of some streams. */
export function withoutWaits(
  cooldowns: readonly Cooldown[],
  streams: readonly PlannedStream[],
  names: readonly string[],
): Cooldown[] {
  const endpoints = new Set(
    streams.filter(({ name }) => names.includes(name)).map(({ endpoint }) => endpoint),
  )
  return cooldowns.map(one => (endpoints.has(one.endpoint) ? { ...one, quietMs: 0 } : one))
}

/** The same for the streams of a plan, by their names. */
export function cooldownsFor(
  streams: readonly PlannedStream[],
  cooldowns: readonly Cooldown[],
): Pick<Run, 'lastDepartureAt' | 'quiet'> {
  const known = new Map(cooldowns.map(one => [one.endpoint, one]))
  const lastDepartureAt = new Map<string, number>()
  const quiet = new Map<string, OwedQuiet>()
  for (const { name, endpoint } of streams) {
    const cooldown = known.get(endpoint)
    if (cooldown === undefined) continue
    if (cooldown.departedAt !== null) lastDepartureAt.set(name, cooldown.departedAt)
    const { quietMs: leftMs, askedBy } = cooldown
    if (leftMs > 0) quiet.set(name, { leftMs, askedBy })
  }
  return { lastDepartureAt, quiet }
}
