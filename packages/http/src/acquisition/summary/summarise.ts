import type { ErrorSummary, NoticeSummary, SourceSummary, Summary } from '../../measurements/index.js'
import { coverageNotices } from './coverage-notices.js'
import { productOf } from './products.js'
import type { ErrorCount, NoticeCount, RunData, RunEnd, StreamCounts, TransitionRow } from './run-data.js'
import { statusOfRun, statusOfStream } from './status.js'

export interface SummaryOptions {
  /** Lists the records as products of shops too. Default false. */
  readonly products?: boolean | undefined
}

/** The summary of a run, from what its ledger tells and nothing else. */
export function summarise(data: RunData, { products = false }: SummaryOptions = {}): Summary {
  const groups = groupsOf(data)
  const at = data.run.finishedAt ?? data.run.now
  const sources = data.streams.map(stream => summariseStream(stream, data.run.end, groups, at))
  const totals = totalsOf(sources)
  const listed = data.records.length
  return {
    kind: 'acquisition',
    version: 1,
    run: runOf(data),
    totals,
    sources,
    records: data.records.map(({ stream, id, fields }) => ({ source: stream, id, fields })),
    ...(totals.records > listed && {
      recordsTruncated: { listed, total: totals.records, rest: data.recordsAt },
    }),
    ...(products && { products: data.records.map(productOf) }),
    errors: data.errors.map(error => ({ source: error.stream, ...errorOf(error) })),
  }
}

function runOf({ run, streams }: RunData): Summary['run'] {
  return {
    id: run.id,
    startedAt: isoOf(run.startedAt),
    finishedAt: run.finishedAt === null ? null : isoOf(run.finishedAt),
    durationMs: Math.max(0, Math.round((run.finishedAt ?? run.now) - run.startedAt)),
    status: run.status ?? statusOfRun(streams, run.end),
    configHash: run.configHash,
    version: run.version,
  }
}

function totalsOf(sources: readonly SourceSummary[]): Summary['totals'] {
  const sum = (pick: (source: SourceSummary) => number): number =>
    sources.reduce((total, source) => total + pick(source), 0)
  const pages = sum(source => source.pages)
  const requests = sum(source => source.requests)
  return {
    records: sum(source => source.accepted),
    rejected: sum(source => source.rejected),
    duplicates: sum(source => source.duplicates),
    pages,
    requests,
    retries: sum(source => source.retries),
    successRate: requests === 0 ? 0 : Math.min(1, pages / requests),
  }
}

function summariseStream(
  source: StreamCounts,
  end: RunEnd | null,
  groups: Groups,
  at: number,
): SourceSummary {
  const { uniqueIds, rejectedRecords, reportedTotal } = source
  const transitions = groups.transitions.get(source.name) ?? []
  const errors = groups.errors.get(source.name) ?? []
  const status = statusOfStream(source, end)
  const notices = [...(groups.notices.get(source.name) ?? []), ...coverageNotices(source, status, at)]
  return {
    name: source.name,
    status,
    pages: source.donePages,
    requests: source.requests,
    retries: source.retries,
    fetched: source.takenRecords + rejectedRecords,
    accepted: uniqueIds,
    rejected: rejectedRecords,
    duplicates: source.takenRecords - uniqueIds,
    warnings: source.warnings,
    redactions: source.redactions,
    averages: groups.averages.get(source.name) ?? {},
    errors: errors.map(errorOf),
    notices: notices.map(noticeOf),
    breaker: {
      state: transitions.at(-1)?.to ?? 'closed',
      transitions: transitions.map(({ from, to, at, cause }) => ({ from, to, at: isoOf(at), cause })),
    },
    rateLimit: {
      limitPerSecond: source.limitPerSecond,
      worstRollingSecond: groups.worstSeconds.get(source.endpoint) ?? 0,
    },
    coverage: {
      reportedTotal,
      uniqueIds,
      missing: reportedTotal === null ? null : Math.max(0, reportedTotal - uniqueIds - rejectedRecords),
    },
  }
}

/** What is told of each stream, found once: a run may have thousands of them. */
interface Groups extends Pick<RunData, 'averages' | 'worstSeconds'> {
  readonly errors: ReadonlyMap<string, readonly ErrorCount[]>
  readonly transitions: ReadonlyMap<string, readonly TransitionRow[]>
  readonly notices: ReadonlyMap<string, readonly NoticeCount[]>
}

function groupsOf({ averages, worstSeconds, errors, transitions, notices }: RunData): Groups {
  const byStream = ({ stream }: { readonly stream: string }): string => stream
  return {
    averages,
    worstSeconds,
    errors: grouped(errors, byStream),
    transitions: grouped(transitions, byStream),
    notices: grouped(notices, byStream),
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

function errorOf({ code, count, firstAt, lastAt }: ErrorCount): ErrorSummary {
  return { code, count, firstAt: isoOf(firstAt), lastAt: isoOf(lastAt) }
}

function noticeOf({ about, message, ...counted }: NoticeCount): NoticeSummary {
  return { ...errorOf(counted), about: about === '' ? null : about, message }
}

function isoOf(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
