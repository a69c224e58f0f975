import type { SourceSummary, Summary } from '../acquisition-summary.js'
import { aligned } from './aligned.js'

/** Where the results of a run lie. */
export interface ResultPaths {
  readonly ledger: string
  readonly summary: string
  readonly rejected: string
}

const HEAD = [
  'source',
  'status',
  'pages',
  'records',
  'rejected',
  'duplicates',
  'missing',
  'requests',
  'retries',
  'worst second',
]

/** The run as a short table, with what went wrong and where the results lie. */
export function acquisitionTable(summary: Summary, paths: ResultPaths): string {
  const { run, totals, errors } = summary
  return [
    ...aligned([HEAD, ...summary.sources.map(rowOf)], 2),
    '',
    `${run.status}: ${totals.records} records in ${(run.durationMs / 1_000).toFixed(1)} s, ` +
      `${totals.requests} requests, ${totals.retries} retries`,
    ...errors.map(({ source, code, count }) => `  ${source}: ${code} ${count}x`),
    ...summary.sources.flatMap(noticesOf),
    ...summary.sources.filter(source => source.redactions > 0).map(redactionsOf),
    `summary   ${paths.summary}`,
    `records   ${paths.ledger}`,
    `rejected  ${paths.rejected}`,
  ].join('\n')
}

function noticesOf({ name, notices }: SourceSummary): string[] {
  return notices.map(({ message, count }) => `  ${name}: ${message}${count > 1 ? ` (${count}x)` : ''}`)
}

function redactionsOf({ name, redactions }: SourceSummary): string {
  return `  ${name}: a configured secret was taken out of ${redactions} ${redactions === 1 ? 'text' : 'texts'} of its records`
}

function rowOf(source: SourceSummary): string[] {
  const { limitPerSecond, worstRollingSecond } = source.rateLimit
  return [
    source.name,
    source.status,
    `${source.pages}`,
    `${source.accepted}`,
    `${source.rejected}`,
    `${source.duplicates}`,
    source.coverage.missing === null ? '?' : `${source.coverage.missing}`,
    `${source.requests}`,
    `${source.retries}`,
    `${worstRollingSecond} of ${limitPerSecond}`,
  ]
}
