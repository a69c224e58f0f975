import { randomUUID } from 'node:crypto'
import type { PlannedStream, Run, RunPlan } from '../ledger.js'
import { changesBetween, OtherPipelineError, PlanChangedError } from '../ledger-errors.js'
import { cooldownsFor, cooldownsIn, keepCooldowns, withoutWaits } from './endpoint-cooldowns.js'
import type { Database } from './open-database.js'
import type { PageState } from '../page.js'
import { insertPage } from './page-table.js'
import { forgetCursors } from './kept-cursors.js'
import { cursorReader } from './progress-tables.js'
import { keepQuotaUse, quotaUseIn } from './quota-use.js'
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
  readonly pipeline: string
  readonly config_hash: string
  readonly parts: string
  readonly version: string
}

/** What a handle of a run says of it, and the numbers that its rows and claims carry. */
export interface OpenedRun extends Pick<Run, 'id' | 'startedAt' | 'resumed'>, Before {
  readonly number: number
  readonly opened: number
}

/** What earlier processes left for the limiters. */
type Before = Pick<Run, 'lastDepartureAt' | 'quiet' | 'used'>

/** Continues the last run or begins a new one: see `Ledger.open`. To be called in a transaction. */
export function openRun(
  database: Database,
  plan: RunPlan,
  { now, forgetWaits, full }: OpeningOfRun,
): OpenedRun {
  checkOwner(database, plan.name)
  const last = lastRun(database)
  const cooldowns = withoutWaits(cooldownsIn(database, now), plan.streams, forgetWaits)
  keepCooldowns(database, cooldowns)
  const used = quotaUseIn(database, now)
  keepQuotaUse(database, used)
  const before = { ...cooldownsFor(plan.streams, cooldowns), used }
  if (last !== undefined && (last.delivered === 0 || hasPages(database, last.run, isLeft))) {
    if (last.config_hash === plan.configHash) return resume(database, last, plan, now, before)
    if (hasPages(database, last.run, "state = 'done'"))
      throw new PlanChangedError(changesBetween(last.parts, plan.parts))
  }
  const names = plan.streams.map(({ name }) => name)
  // Children that are found later look here too, also in another process.
  if (full) forgetCursors(database, names)
  return begin(database, plan, now, before)
}

/** How a run is opened. */
interface OpeningOfRun {
  readonly now: number
  readonly forgetWaits: readonly string[]
  /** A new run takes all, whatever is kept of how far its streams have come. */
  readonly full: boolean
}

/** @throws OtherPipelineError when the ledger belongs to another pipeline. */
export function checkOwner(database: Database, pipeline: string): void {
  const last = lastRun(database)
  if (last !== undefined && last.pipeline !== pipeline)
    throw new OtherPipelineError(database.name, last.pipeline, pipeline)
}

function lastRun(database: Database): RunRow | undefined {
  return database.prepare<[], RunRow>('select * from runs order by run desc limit 1').get()
}

/** A ledger is known by its first run. */
export function firstRunId(database: Database): string | undefined {
  return database.prepare<[], string>('select id from runs order by run limit 1').pluck().get()
}

/** A page that the last run, whose pages alone are kept, can still take: what led back can only begin again. */
const isLeft = `state <> 'done' and stream not in
  (select stream from pages where stop in ('loop', 'no-cursor'))`

function hasPages(database: Database, run: number, where: string): boolean {
  return database.prepare(`select 1 from pages where run = ? and ${where} limit 1`).get(run) !== undefined
}

function resume(database: Database, last: RunRow, plan: RunPlan, now: number, before: Before): OpenedRun {
  database
    .prepare(`update runs set finished_at = null, ended = null, status = null, delivered = 0, opened = opened + 1
        where run = ?`)
    .run(last.run)
  // All pages of a stream that failed get fresh tries; those of the others remember theirs.
  database
    .prepare(
      `update pages set tries = 0 where run = @run and state <> 'done' and stream in
        (select stream from pages where run = @run and state = 'failed')`,
    )
    .run({ run: last.run })
  // Breakers are closed in a new process, and the waits that they imposed are over.
  database
    .prepare("update pages set state = 'pending', not_before = 0 where run = ? and state <> 'done'")
    .run(last.run)
  database
    .prepare(
      `insert into transitions (run, stream, from_state, to_state, at, cause)
        select run, stream, to_state, 'closed', @now, 'restart' from transitions
        where rowid in (select max(rowid) from transitions where run = @run group by stream)
          and to_state <> 'closed'`,
    )
    .run({ run: last.run, now })
  writeStreams(database, last.run, plan, false)
  const { run: number, id, started_at: startedAt } = last
  return { number, id, startedAt, resumed: true, opened: timesOpened(database), ...before }
}

function begin(database: Database, plan: RunPlan, now: number, before: Before): OpenedRun {
  for (const table of RUN_TABLES) database.exec(`delete from ${table}`)
  const id = randomUUID()
  const { lastInsertRowid } = database
    .prepare(
      'insert into runs (id, started_at, pipeline, config_hash, parts, version) values (?, ?, ?, ?, ?, ?)',
    )
    .run(id, now, plan.name, plan.configHash, JSON.stringify(plan.parts), plan.version)
  const number = Number(lastInsertRowid)
  writeStreams(database, number, plan, true)
  const insert = insertPage(database)
  for (const stream of plan.streams) {
    const cursors = cursorsOf(database, stream)
    for (const page of stream.first({ id, startedAt: now, cursors })) insert(number, page)
  }
  return { number, id, startedAt: now, resumed: false, opened: timesOpened(database), ...before }
}

function cursorsOf(database: Database, { name, partitions }: PlannedStream): Map<string, PageState> {
  const cursor = cursorReader(database)
  return new Map(
    partitions.flatMap(partition => {
      const state = cursor(name, partition)
      return state === undefined ? [] : [[partition, state] as const]
    }),
  )
}

/** All runs together: it rises with each `open`. */
function timesOpened(database: Database): number {
  return database.prepare<[], number>('select sum(opened) from runs').pluck().get() as number
}

/** What a run takes is decided when it begins: state moves while it goes on. */
function writeStreams(database: Database, run: number, plan: RunPlan, isNew: boolean): void {
  const write = database.prepare(
    `insert or replace into streams (run, place, name, endpoint, limit_per_second, quota_ms, mark_deleted,
        numeric_fields, fields, quality, parents, whole)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const isWhole = isNew ? wholeByState(database, plan) : wholeAsBegun(database, run)
  for (const [place, { name, endpoint, limitPerSecond, ...stream }] of plan.streams.entries()) {
    const { quotaMs = 0, markDeleted = false, numericFields, fields, quality, parents = [] } = stream
    const texts = [numericFields, fields, quality, parents].map(part => JSON.stringify(part))
    const numbers = [limitPerSecond, quotaMs, markDeleted ? 1 : 0]
    write.run(run, place, name, endpoint, ...numbers, ...texts, isWhole(name) ? 1 : 0)
  }
}

function wholeAsBegun(database: Database, run: number): (name: string) => boolean {
  const begun = database.prepare<[number], string>('select name from streams where run = ? and whole = 1')
  const names = new Set(begun.pluck().all(run))
  return name => names.has(name)
}

/** Whether all of a stream is taken: nothing is known of how far it has come, or that of its parents. */
function wholeByState(database: Database, plan: RunPlan): (name: string) => boolean {
  const known = database.prepare<[string]>('select 1 from cursors where stream = ? limit 1')
  const streams = new Map(plan.streams.map(stream => [stream.name, stream]))
  const isWhole = (name: string): boolean => {
    const { isIncremental = false, parents = [] } = streams.get(name) ?? {}
    return !(isIncremental && known.get(name) !== undefined) && parents.every(isWhole)
  }
  return isWhole
}
