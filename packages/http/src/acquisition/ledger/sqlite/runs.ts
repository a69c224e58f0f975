import { randomUUID } from 'node:crypto'
import type { Run, RunPlan } from '../ledger.js'
import { changesBetween } from '../plan-changes.js'
import { PlanChangedError } from '../ledger-errors.js'
import { courtesiesIn, keepCourtesies, owedTo } from './endpoint-cooldowns.js'
import type { Database } from './open-database.js'
import { insertPage } from './page-table.js'
import { RUN_TABLES } from './schema.js'

export interface RunRow {
  readonly run: number
  readonly id: string
  readonly started_at: number
  readonly finished_at: number | null
  readonly ended: string | null
  readonly status: string | null
  /** 1 once its results were written. */
  readonly delivered: number
  readonly config_hash: string
  readonly parts: string
  readonly version: string
}

/** A run together with the number that its rows carry. */
export interface OpenedRun {
  readonly number: number
  readonly run: Run
}

/** What earlier processes have left to be heeded. */
type Before = Pick<Run, 'lastDepartureAt' | 'quietMs'>

/** Continues the last run or begins a new one: see `Ledger.openRun`. To be called in a transaction. */
export function openRun(database: Database, plan: RunPlan, now: number): OpenedRun {
  const last = lastRun(database)
  const courtesies = courtesiesIn(database, now)
  keepCourtesies(database, courtesies)
  const before = owedTo(plan.sources, courtesies)
  if (last !== undefined) {
    if (last.config_hash !== plan.configHash)
      throw new PlanChangedError(changesBetween(last.parts, plan.parts))
    if (last.delivered === 0 || hasOpenPages(database, last.run))
      return resume(database, last, plan, now, before)
  }
  return begin(database, plan, now, before)
}

function lastRun(database: Database): RunRow | undefined {
  return database.prepare<[], RunRow>('select * from runs order by run desc limit 1').get()
}

function hasOpenPages(database: Database, run: number): boolean {
  return (
    database.prepare("select 1 from pages where run = ? and state <> 'done' limit 1").get(run) !== undefined
  )
}

function resume(database: Database, last: RunRow, plan: RunPlan, now: number, before: Before): OpenedRun {
  database
    .prepare('update runs set finished_at = null, ended = null, status = null, delivered = 0 where run = ?')
    .run(last.run)
  // All pages of a source that failed get fresh tries; those of the others remember theirs.
  database
    .prepare(
      `update pages set tries = 0 where run = @run and state <> 'done' and source in
        (select source from pages where run = @run and state = 'failed')`,
    )
    .run({ run: last.run })
  // Breakers begin anew with the process, and so do the waits that they imposed.
  database
    .prepare(
      "update pages set state = 'pending', worker = null, not_before = 0 where run = ? and state <> 'done'",
    )
    .run(last.run)
  database
    .prepare(
      `insert into transitions (run, source, from_state, to_state, at, cause)
        select run, source, to_state, 'closed', @now, 'restart' from transitions
        where rowid in (select max(rowid) from transitions where run = @run group by source)
          and to_state <> 'closed'`,
    )
    .run({ run: last.run, now })
  writeSources(database, last.run, plan)
  const run = { id: last.id, startedAt: last.started_at, resumed: true, ...before }
  return { number: last.run, run }
}

function begin(database: Database, plan: RunPlan, now: number, before: Before): OpenedRun {
  for (const table of RUN_TABLES) database.exec(`delete from ${table}`)
  const id = randomUUID()
  const { lastInsertRowid } = database
    .prepare('insert into runs (id, started_at, config_hash, parts, version) values (?, ?, ?, ?, ?)')
    .run(id, now, plan.configHash, JSON.stringify(plan.parts), plan.version)
  const number = Number(lastInsertRowid)
  writeSources(database, number, plan)
  const insert = insertPage(database)
  for (const { first } of plan.sources) insert(number, first)
  return { number, run: { id, startedAt: now, resumed: false, ...before } }
}

function writeSources(database: Database, run: number, plan: RunPlan): void {
  const write = database.prepare(
    'insert or replace into sources (run, position, name, endpoint, limit_per_second) values (?, ?, ?, ?, ?)',
  )
  for (const [position, { name, endpoint, limitPerSecond }] of plan.sources.entries()) {
    write.run(run, position, name, endpoint, limitPerSecond)
  }
}
