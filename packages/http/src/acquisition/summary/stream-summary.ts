import type {
  ErrorSummary,
  NoticeSummary,
  RejectionSummary,
  SourceSummary,
} from '../../measurements/index.js'
import { coverageNotices } from './coverage-notices.js'
import { missingOf, shortfallsOf } from './shortfalls.js'
import type {
  ErrorCount,
  NoticeCount,
  RejectionCount,
  RunData,
  StreamCounts,
  TransitionRow,
} from './run-data.js'
import { statusOfStream } from './status.js'
import { deletionNotices, wasTaken } from './whole-streams.js'

/** How many reasons of rejections are shown of a stream. */
const SHOWN_REJECTIONS = 10

/** One stream of a run, from what its ledger counts. */
export function summariseStream(source: StreamCounts, run: RunData['run'], groups: Groups): SourceSummary {
  const { name, uniqueIds, rejections, rejectedRecords, takenRecords, reportedTotal } = source
  const fetched = takenRecords + rejections
  const transitions = groups.transitions.get(name) ?? []
  const status = statusOfStream(source, run.end)
  const told = [
    ...(groups.notices.get(name) ?? []),
    ...coverageNotices(source, status, run.finishedAt ?? run.now),
    ...unseenNotices(source, groups.unseenFields.get(name) ?? [], run),
    ...deletionNotices(source, run.end, run.finishedAt ?? run.now),
  ]
  return {
    name,
    status,
    pages: source.donePages,
    requests: source.requests,
    retries: source.retries,
    fetched,
    accepted: uniqueIds,
    rejected: rejectedRecords,
    rejections: (groups.rejections.get(name) ?? []).slice(0, SHOWN_REJECTIONS).map(rejectionOf),
    duplicates: fetched - uniqueIds - rejectedRecords,
    filtered: source.filtered,
    deleted: source.deleted,
    warnings: source.warnings,
    redactions: source.redactions,
    averages: groups.averages.get(name) ?? {},
    errors: [...(groups.errors.get(name) ?? []).map(errorOf), ...shortfallErrors(source, run)],
    notices: [
      ...told.map(noticeOf),
      ...(groups.emptyFields.get(name) ?? []).map(field => emptyField(field, source, run)),
    ],
    breaker: {
      state: transitions.at(-1)?.to ?? 'closed',
      transitions: transitions.map(({ from, to, at, cause }) => ({ from, to, at: isoOf(at), cause })),
    },
    rateLimit: {
      limitPerSecond: source.limitPerSecond,
      worstRollingSecond: groups.worstSeconds.get(source.endpoint) ?? 0,
    },
    coverage: { reportedTotal, uniqueIds, missing: missingOf(source) },
  }
}

/** What is told of each stream, found once: a run may have thousands of them. */
export interface Groups extends Pick<RunData, 'averages' | 'worstSeconds' | 'emptyFields' | 'unseenFields'> {
  readonly errors: ReadonlyMap<string, readonly ErrorCount[]>
  readonly transitions: ReadonlyMap<string, readonly TransitionRow[]>
  readonly rejections: ReadonlyMap<string, readonly RejectionCount[]>
  readonly notices: ReadonlyMap<string, readonly NoticeCount[]>
}

export function groupsOf(data: RunData): Groups {
  const byStream = ({ stream }: { readonly stream: string }): string => stream
  return {
    ...data,
    errors: grouped(data.errors, byStream),
    transitions: grouped(data.transitions, byStream),
    rejections: grouped(data.rejections, byStream),
    notices: grouped(data.notices, byStream),
  }
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}

/** What stands for errors that no request met. */
const MESSAGES: Readonly<Record<string, string>> = {
  LOOP: 'The source leads back to pages or records that it has served already',
  NO_CURSOR: 'The source says that more follows, but not where',
  MAX_PAGES: 'The limit of pages was reached before the source said that it ends',
}

function errorOf({ code, message, path, ...counted }: ErrorCount): ErrorSummary {
  return { code, message: message ?? MESSAGES[code] ?? code, path, ...countedOf(counted) }
}

function noticeOf({ code, about, message, ...counted }: NoticeCount): NoticeSummary {
  return { code, about: about === '' ? null : about, message: message ?? code, ...countedOf(counted) }
}

function rejectionOf({ code, field, count, reason }: RejectionCount): RejectionSummary {
  return { code, field, count, reason }
}

/** Of a stream that has pages left it is too early to say. */
function shortfallErrors(source: StreamCounts, run: RunData['run']): ErrorSummary[] {
  if (source.openPages > 0) return []
  return shortfallsOf(source).map(shortfall => ({ ...shortfall, path: null, ...atTheEnd(1, run) }))
}

function emptyField(field: string, { uniqueIds }: StreamCounts, run: RunData['run']): NoticeSummary {
  const message = `${field} is null in all ${uniqueIds} records; check mapping.${field}.path`
  return { code: 'EMPTY_FIELD', about: field, message, ...atTheEnd(1, run) }
}

/** Where names are data, there are many. */
const SHOWN_UNSEEN = 20

/** Only of a stream of which all was taken: in a few records a field may well be missing. */
function unseenNotices(stream: StreamCounts, fields: readonly string[], run: RunData['run']): NoticeCount[] {
  if (!wasTaken(stream, run.end)) return []
  const at = run.finishedAt ?? run.now
  return fields.slice(0, SHOWN_UNSEEN).map(field => ({
    stream: stream.name,
    code: 'FIELD_NOT_SEEN',
    about: field,
    message: `${field} was in records of the run before, and is in none of this one`,
    count: 1,
    firstAt: at,
    lastAt: at,
  }))
}

function atTheEnd(count: number, { finishedAt, now }: RunData['run']) {
  return countedOf({ count, firstAt: finishedAt ?? now, lastAt: finishedAt ?? now })
}

function countedOf({ count, firstAt, lastAt }: Pick<ErrorCount, 'count' | 'firstAt' | 'lastAt'>) {
  return { count, firstAt: isoOf(firstAt), lastAt: isoOf(lastAt) }
}

export function isoOf(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
