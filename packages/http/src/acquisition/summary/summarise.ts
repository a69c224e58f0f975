import type { SourceSummary, Summary } from '../../measurements/index.js'
import { productOf } from './products.js'
import type { RunData } from './run-data.js'
import { statusOfRun } from './status.js'
import { groupsOf, isoOf, summariseStream } from './stream-summary.js'

export interface SummaryOptions {
  /** Lists the records as products of shops too. Default false. */
  readonly products?: boolean | undefined
}

/** The summary of a run, from what its ledger tells and nothing else. */
export function summarise(data: RunData, { products = false }: SummaryOptions = {}): Summary {
  const groups = groupsOf(data)
  const sources = data.streams.map(stream => summariseStream(stream, data.run, groups))
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
    errors: sources.flatMap(source => source.errors.map(error => ({ source: source.name, ...error }))),
  }
}

function runOf({ run, streams }: RunData): Summary['run'] {
  return {
    id: run.id,
    startedAt: isoOf(run.startedAt),
    finishedAt: run.finishedAt === null ? null : isoOf(run.finishedAt),
    durationMs: Math.max(0, Math.round((run.finishedAt ?? run.now) - run.startedAt)),
    status: run.status ?? statusOfRun(streams, run.end),
    end: run.end,
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
