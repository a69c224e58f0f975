import type { SinkSummary, SourceSummary, Summary } from '../acquisition-summary.js'
import { errorText } from '../remedies.js'
import { aligned } from './aligned.js'
import { cutTo, wrapped } from './fitted.js'

/** Where the results of a run lie. */
export interface ResultPaths {
  readonly ledger: string
  readonly summary: string
  readonly rejected: string
}

const HEAD = ['source', 'status', 'pages', 'records', 'rejected', 'missing', 'requests', 'worst 1 s']

const WIDTH = 80

/** How many reasons of rejections are shown of a source; the summary has more of them. */
const SHOWN_REJECTIONS = 3

/**
 * The run as a short table, with what went wrong and what there is to do, where the results lie, and in the last
 * line how and why it ended. No line is wider than 80 columns but for a long word.
 */
export function acquisitionTable(summary: Summary, paths: ResultPaths): string {
  return [
    ...fittingTable(summary.sources),
    '',
    ...summary.sources.flatMap(told).flatMap(text => wrapped(text, WIDTH, '    ')),
    `summary   ${paths.summary}`,
    `records   ${paths.ledger}`,
    `rejected  ${paths.rejected}`,
    ...(summary.sinks ?? []).flatMap(sink => wrapped(sinkText(sink), WIDTH, '          ')),
    '',
    ...wrapped(ending(summary), WIDTH),
  ].join('\n')
}

/** `sink      warehouse: 120 records, 2 deleted`. */
export function sinkText({ name, status, records, deleted, error }: SinkSummary): string {
  const gone = deleted > 0 ? `, ${deleted} deleted` : ''
  const what = {
    delivered: `${counted(records, 'record')}${gone}`,
    failed: `failed: ${error}; deliver later: async-patterns acquire deliver`,
    left: 'left for the next run, or: async-patterns acquire deliver',
  }
  return `sink      ${name}: ${what[status]}`
}

/** Long names give way: everything else is a number. */
function fittingTable(sources: readonly SourceSummary[]): string[] {
  const rows = sources.map(rowOf)
  const widest = Math.max(...aligned([HEAD, ...rows], 2).map(line => line.length))
  const longest = Math.max(...rows.map(([name = '']) => name.length))
  const room = Math.max(8, longest - Math.max(0, widest - WIDTH))
  return aligned([HEAD, ...rows.map(([name = '', ...rest]) => [cutTo(name, room), ...rest])], 2)
}

function rowOf(source: SourceSummary): string[] {
  const { limitPerSecond, worstRollingSecond } = source.rateLimit
  return [
    source.name,
    source.status,
    `${source.pages}`,
    `${source.accepted}`,
    `${source.rejected}`,
    source.coverage.missing === null ? '?' : `${source.coverage.missing}`,
    `${source.requests}`,
    `${worstRollingSecond} of ${limitPerSecond}`,
  ]
}

/** Errors, rejections and what else should be known of a source, each as a text. */
function told(source: SourceSummary): string[] {
  const { name, status, errors, rejections, notices, redactions, filtered, deleted } = source
  const texts = [
    ...(status === 'complete'
      ? overcome(errors)
      : errors.map(error => `${times(error.count)}${errorText(error)}`)),
    ...rejections
      .slice(0, SHOWN_REJECTIONS)
      .map(({ count, reason, code }) => `${counted(count, 'record')} rejected: ${reason} (${code})`),
    ...notices.map(({ message, count }) => `${times(count)}${message}`),
    ...(filtered > 0 ? [`left out by where or a hook: ${counted(filtered, 'record')}`] : []),
    ...(deleted > 0 ? [`${counted(deleted, 'record')} of earlier runs marked as deleted`] : []),
    ...(redactions > 0
      ? [`a configured secret was taken out of ${counted(redactions, 'text')} of its records`]
      : []),
  ]
  return texts.map(text => `  ${name}: ${text}`)
}

/** Where nothing came of them, what they were is enough. */
function overcome(errors: SourceSummary['errors']): string[] {
  if (errors.length === 0) return []
  return [`tried again after ${errors.map(({ code, count }) => `${times(count)}${code}`).join(', ')}`]
}

function times(count: number): string {
  return count > 1 ? `${count}x ` : ''
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

function ending({ run, totals, sources }: Summary): string {
  const { records, requests, retries, duplicates } = totals
  const took = (run.durationMs / 1_000).toFixed(1)
  const twice = duplicates > 0 ? `, ${counted(duplicates, 'duplicate')}` : ''
  const figures = `${counted(records, 'record')} in ${took} s, ${counted(requests, 'request')}, ${counted(retries, 'retry', 'retries')}${twice}`
  return `${run.status}: ${figures}${why(run, sources)}`
}

const STOPPED = {
  interrupted: '; it was interrupted',
  timeout: '; its time (timeout) was over',
  finished: '',
} as const

function why({ status, end }: Summary['run'], sources: readonly SourceSummary[]): string {
  if (status === 'complete') return ''
  if (end !== null && end !== 'finished') return `${STOPPED[end]}; the same command goes on with the rest`
  const limited = sources.filter(({ errors }) => errors.some(({ code }) => code === 'MAX_PAGES'))
  const failed = sources.filter(source => source.status === 'failed')
  const waiting = sources.filter(source => !limited.includes(source))
  const quiet = waiting.filter(source => isLeftFor(source, 'QUIET'))
  const usedUp = waiting.filter(source => isLeftFor(source, 'QUOTA'))
  const parts = [
    ...(failed.length > 0 ? [`${names(failed)} failed`] : []),
    ...(limited.length > 0 ? [`${names(limited)} reached the limit of pages`] : []),
    ...(quiet.length > 0
      ? [`${names(quiet)} goes on with the same command when its server's quiet is over`]
      : []),
    ...(usedUp.length > 0 ? [`${names(usedUp)} goes on with the same command when its quota allows`] : []),
  ]
  return parts.length === 0 ? '' : `; ${parts.join('; ')}`
}

function isLeftFor({ status, notices }: SourceSummary, reason: 'QUIET' | 'QUOTA'): boolean {
  return status === 'partial' && notices.some(({ code }) => code === reason)
}

const SHOWN_NAMES = 5

function names(sources: readonly SourceSummary[]): string {
  const rest = sources.length - SHOWN_NAMES
  const shown = sources.slice(0, SHOWN_NAMES).map(({ name }) => name)
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
