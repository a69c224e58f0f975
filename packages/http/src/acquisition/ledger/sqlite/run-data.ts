import type { Clock } from 'async-patterns'
import type { RejectedRow, RunEnd, RunStatus } from '../ledger.js'
import type { ProductRow, RunFacts, SourceFacts } from '../../summary/summarise.js'
import { LISTED_PRODUCTS } from '../../summary/summarise.js'
import type { Database } from './open-database.js'
import type { RunRow } from './runs.js'

const SOURCE_FACTS = `
select s.name, s.endpoint, s.limit_per_second as limitPerSecond,
  count(*) filter (where p.state = 'done') as donePages,
  count(*) filter (where p.state = 'failed') as failedPages,
  count(*) filter (where p.state in ('pending', 'claimed')) as openPages,
  coalesce(sum(p.records), 0) as takenRecords,
  coalesce(sum(p.rejects), 0) as rejectedRecords,
  coalesce(sum(p.warnings), 0) as warnings,
  coalesce(sum(p.redactions), 0) as redactions,
  max(p.reported_total) as reportedTotal,
  max(p.stop in ('loop', 'no-cursor')) as strayed,
  max(p.stop = 'max-pages') as cutShort,
  coalesce(u.uniqueIds, 0) as uniqueIds,
  coalesce(d.requests, 0) as requests,
  coalesce(d.retries, 0) as retries
from sources s
left join pages p on p.run = s.run and p.source = s.name
left join (select source, count(*) as uniqueIds from products where run = @run group by source) u
  on u.source = s.name
left join (select source, count(*) as requests, count(*) filter (where attempt > 1) as retries
  from departures where run = @run group by source) d on d.source = s.name
where s.run = @run group by s.name order by s.position`

export function sourceFactsOf(database: Database, run: number): SourceFacts[] {
  return database.prepare<[object], SourceFacts>(SOURCE_FACTS).all({ run })
}

/** All that the summary is made of, in one view of the database. */
export function factsOf(database: Database, run: number, file: string, clock: Clock): RunFacts {
  const all = <T>(sql: string): T[] => database.prepare<[object], T>(sql).all({ run })
  return {
    run: runOf(database, run, clock),
    sources: sourceFactsOf(database, run),
    prices: all(
      `select source, fields ->> '$.price.currency' as currency, fields ->> '$.price.amount' as amount,
          count(*) as count
        from products where run = @run and fields ->> '$.price.amount' is not null group by 1, 2, 3 order by 1, 2, 3`,
    ),
    departures: all('select source, at from departures where run = @run order by at'),
    errors: all(
      `select source, code, count(*) as count, min(at) as firstAt, max(at) as lastAt from (
          select source, code, at from failures where run = @run
          union all
          select source, replace(upper(stop), '-', '_'), done_at from pages
            where run = @run and stop in ('loop', 'no-cursor', 'max-pages')
        ) group by source, code order by source, code`,
    ),
    transitions: all(
      `select source, from_state as "from", to_state as "to", at, cause
        from transitions where run = @run order by rowid`,
    ),
    products: all<{ source: string; id: string; fields: string }>(
      `select source, id, fields from products where run = @run order by source, id limit ${LISTED_PRODUCTS}`,
    ).map(productOf),
    productsAt: `${file}, table products`,
  }
}

function productOf({ source, id, fields }: { source: string; id: string; fields: string }): ProductRow {
  return { source, id, fields: JSON.parse(fields) as ProductRow['fields'] }
}

function runOf(database: Database, run: number, clock: Clock): RunFacts['run'] {
  const row = database.prepare<[number], RunRow>('select * from runs where run = ?').get(run) as RunRow
  return {
    id: row.id,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    now: clock.wallNow(),
    end: row.ended as RunEnd | null,
    status: row.status as RunStatus | null,
    configHash: row.config_hash,
    version: row.version,
  }
}

export function rejectedOf(database: Database, run: number): IterableIterator<RejectedRow> {
  return database
    .prepare<[number], RejectedRow>(
      `select source, page, ix as "index", code, field, reason, raw
        from rejects where run = ? order by source, ordinal, page, ix`,
    )
    .iterate(run)
}
