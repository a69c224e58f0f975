import type { Clock } from 'async-patterns'
import type { RunStatus } from '../../../measurements/index.js'
import type {
  ErrorCount,
  NoticeCount,
  Quality,
  RejectionCount,
  RunData,
  RunEnd,
  StoredRecord,
  StreamCounts,
  TransitionRow,
} from '../../summary/index.js'
import { FieldAverages, LISTED_RECORDS, RollingSecond } from '../../summary/index.js'
import type { FieldSums } from '../../records/index.js'
import type { Database } from './open-database.js'
import type { RunRow } from './runs.js'
import { unseenFields } from './schema-table.js'
import { storedObject, storedTexts } from './stored-json.js'

/** A rejected record is known again by its id; one without may be another, though its text is the same. */
const REJECTED_RECORDS = "count(distinct coalesce('i' || record_id, 'p' || page || ' ' || ix))"

/** Those that are different records for sure. */
const DISTINCT_REJECTS = "count(distinct coalesce('i' || record_id, 'r' || raw))"

const NEVER_TAKEN = `not exists (
    select 1 from records where records.stream = rejects.stream and id = record_id and run = @run and fields is not null
  )`

const STREAM_COUNTS = `
select s.name, s.endpoint, s.limit_per_second as limitPerSecond, s.ended,
  count(*) filter (where p.state = 'done') as donePages,
  count(*) filter (where p.state = 'failed') as failedPages,
  count(*) filter (where p.state = 'pending') as openPages,
  coalesce(sum(p.records), 0) as takenRecords,
  coalesce(sum(p.rejects), 0) as rejections,
  coalesce(r.rejectedRecords, 0) as rejectedRecords,
  coalesce(r.distinctRejects, 0) as distinctRejects,
  s.quality as quality,
  s.parents as parents,
  s.mark_deleted as markDeleted,
  s.whole as whole,
  coalesce(sum(p.warnings), 0) as warnings,
  coalesce(sum(p.redactions), 0) as redactions,
  coalesce(sum(p.filtered), 0) as filtered,
  max(p.reported_total) as reportedTotal,
  max(p.stop in ('loop', 'no-cursor')) as strayed,
  max(p.stop = 'max-pages') as cutShort,
  coalesce(r.unknownRejects, 0) as unknownRejects,
  coalesce(d.requests, 0) as requests,
  coalesce(d.retries, 0) as retries
from streams s
left join pages p on p.run = s.run and p.stream = s.name
left join (select stream, ${REJECTED_RECORDS} as rejectedRecords, ${DISTINCT_REJECTS} as distinctRejects,
    count(*) filter (where record_id is null) as unknownRejects
  from rejects where run = @run and ${NEVER_TAKEN} group by stream) r on r.stream = s.name
left join (select stream, count(*) as requests, count(*) filter (where attempt > 1) as retries
  from departures where run = @run group by stream) d on d.stream = s.name
where s.run = @run group by s.name order by s.place`

const RECORD_COUNTS = `
select count(*) filter (where run = @run and fields is not null) as uniqueIds,
  count(*) filter (where deleted_at = (select started_at from runs where run = @run)) as deleted
from records where stream = @stream`

/** What of a stream is counted by looking at all its records. */
export type RecordCounts = Pick<StreamCounts, 'uniqueIds' | 'deleted'>

type Counted = Omit<StreamCounts, 'quality' | 'parents' | keyof RecordCounts> &
  Record<'quality' | 'parents', string>

/** `known`: by stream, what has been counted already. */
export function streamCountsOf(
  database: Database,
  run: number,
  known: ReadonlyMap<string, RecordCounts> = new Map(),
): StreamCounts[] {
  const count = database.prepare<[object], RecordCounts>(RECORD_COUNTS)
  const rows = database.prepare<[object], Counted>(STREAM_COUNTS).all({ run })
  return rows.map(row => ({
    ...row,
    ...(known.get(row.name) ?? (count.get({ run, stream: row.name }) as RecordCounts)),
    quality: storedObject(row.quality) as Quality,
    parents: storedTexts(row.parents),
  }))
}

/** Failed attempts and pages, and streams that went wrong without one; message and path are those of the last. */
const ERROR_COUNTS = `
with errors as (
  select stream, code, message, path, at from failures where run = @run
  union all
  select stream, replace(upper(stop), '-', '_'), null, null, done_at from pages
    where run = @run and stop in ('loop', 'no-cursor', 'max-pages')
), counted as (
  select stream, code, count(*) as count, min(at) as firstAt from errors group by stream, code
), last as (
  select stream, code, max(at) as lastAt, message, path from errors group by stream, code
)
select * from counted join last using (stream, code) order by stream, code`

/** As many as are counted above, each once. The bare column comes from the row with the least position. */
const REJECTION_COUNTS = `
select stream, code, field, ${REJECTED_RECORDS} as count, reason
  from rejects where run = @run and ${NEVER_TAKEN}
  group by stream, code, field having min(position) order by stream, count desc, code, field`

/** What the summary is made of, in one view of the database; `known` as for `streamCountsOf`. */
export function runDataOf(
  database: Database,
  run: number,
  file: string,
  clock: Clock,
  known?: ReadonlyMap<string, RecordCounts>,
): RunData {
  const all = <T>(sql: string): T[] => database.prepare<[object], T>(sql).all({ run })
  const streams = streamCountsOf(database, run, known)
  return {
    run: runOf(database, run, clock),
    streams,
    averages: averagesOf(database, run, streams),
    worstSeconds: worstSecondsOf(database, run),
    errors: all<ErrorCount>(ERROR_COUNTS),
    transitions: all<TransitionRow>(
      `select stream, from_state as "from", to_state as "to", at, cause
        from transitions where run = @run order by rowid`,
    ),
    rejections: all<RejectionCount>(REJECTION_COUNTS),
    emptyFields: emptyFieldsOf(database, run),
    unseenFields: unseenFields(database, run),
    notices: all<NoticeCount>(
      `select stream, code, about, message, count, first_at as firstAt, last_at as lastAt
        from notices where run = @run order by stream, code, about`,
    ),
    records: all<Record<keyof StoredRecord, string>>(
      `select stream, id, fields from records where run = @run and fields is not null
        order by stream, id limit ${LISTED_RECORDS}`,
    ).map(({ stream, id, fields }) => ({ stream, id, fields: fieldsOf(fields) })),
    recordsAt: `${file}, table records`,
  }
}

function fieldsOf(text: string): StoredRecord['fields'] {
  return storedObject(text) as StoredRecord['fields']
}

/** The search for a value ends at the first: only a field that has none costs a look at all records. */
function emptyFieldsOf(database: Database, run: number): RunData['emptyFields'] {
  const streams = database.prepare<[number], { name: string; fields: string }>(
    'select name, fields from streams where run = ?',
  )
  const some = database.prepare<[number, string]>(
    'select 1 from records where run = ? and stream = ? and fields is not null limit 1',
  )
  const value = database.prepare<[number, string, string]>(
    'select 1 from records where run = ? and stream = ? and json_extract(fields, ?) is not null limit 1',
  )
  const found = new Map<string, string[]>()
  for (const { name, fields } of streams.all(run)) {
    if (some.get(run, name) === undefined) continue
    const isEmpty = (field: string): boolean =>
      value.get(run, name, `$.${JSON.stringify(field)}`) === undefined
    found.set(name, storedTexts(fields).filter(isEmpty))
  }
  return found
}

/** Memory does not grow with the records. */
function averagesOf(database: Database, run: number, counts: readonly StreamCounts[]): RunData['averages'] {
  const streams = database.prepare<[number], { name: string; numeric_fields: string }>(
    'select name, numeric_fields from streams where run = ?',
  )
  const countsOf = new Map(counts.map(one => [one.name, one]))
  const averages = new Map<string, ReturnType<FieldAverages['values']>>()
  for (const { name, numeric_fields: text } of streams.all(run)) {
    const fields = storedTexts(text)
    if (fields.length === 0) continue
    const { takenRecords, uniqueIds } = countsOf.get(name) as StreamCounts
    // Where each record that was taken is there, pages add up to them.
    const ofPages = takenRecords === uniqueIds ? averagesOfPages(database, run, name, fields) : undefined
    averages.set(name, (ofPages ?? averagesOfRecords(database, run, name, fields)).values())
  }
  return averages
}

/** Undefined where a page does not tell its sums. */
function averagesOfPages(
  database: Database,
  run: number,
  stream: string,
  fields: readonly string[],
): FieldAverages | undefined {
  const pages = database.prepare<[number, string], string | null>(
    "select sums from pages where run = ? and stream = ? and state = 'done' and records > 0",
  )
  const averages = new FieldAverages(fields)
  for (const sums of pages.pluck().iterate(run, stream)) {
    if (sums === null) return undefined
    averages.addSums(storedObject(sums) as FieldSums)
  }
  return averages
}

function averagesOfRecords(
  database: Database,
  run: number,
  stream: string,
  fields: readonly string[],
): FieldAverages {
  const records = database.prepare<[number, string], string>(
    'select fields from records where run = ? and stream = ? and fields is not null',
  )
  const averages = new FieldAverages(fields)
  for (const record of records.pluck().iterate(run, stream)) averages.add(fieldsOf(record))
  return averages
}

/** The limit is the endpoint's, so departures of all its streams count. */
function worstSecondsOf(database: Database, run: number): RunData['worstSeconds'] {
  const rows = database.prepare<[object], { endpoint: string; at: number }>(
    `select s.endpoint, d.at from departures d join streams s on s.run = d.run and s.name = d.stream
      where d.run = @run order by d.at`,
  )
  const seconds = new Map<string, RollingSecond>()
  for (const { endpoint, at } of rows.iterate({ run })) {
    let second = seconds.get(endpoint)
    if (second === undefined) seconds.set(endpoint, (second = new RollingSecond()))
    second.add(at)
  }
  return new Map([...seconds].map(([endpoint, { worst }]) => [endpoint, worst]))
}

function runOf(database: Database, run: number, clock: Clock): RunData['run'] {
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
