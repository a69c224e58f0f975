import { parseDuration } from 'async-patterns'
import type { Histogram } from 'async-patterns/observability'
import type { SloOutcome } from '../../measurements/index.js'

/** What objectives are held against. */
export interface SloFigures {
  /** Times of answers that succeeded: response time in an open loop, service time in a closed one. */
  readonly times: Histogram
  /** All requests, and those of them that failed: no response, or a status that is not accepted. */
  readonly total: number
  readonly failed: number
  /** Answers that succeeded. */
  readonly perSecond: number
}

interface Slo {
  /** The percentile that it is about; undefined when it is about something else. */
  readonly percent?: number | undefined
  readonly measure: (figures: SloFigures) => number
  readonly operator: string
  readonly limit: number
}

const COMPARE: Readonly<Record<string, (actual: number, limit: number) => boolean>> = {
  '<': (actual, limit) => actual < limit,
  '<=': (actual, limit) => actual <= limit,
  '>': (actual, limit) => actual > limit,
  '>=': (actual, limit) => actual >= limit,
}

/**
 * Reads `p99<50ms` (any percentile: p50, p99.9, ...; also min, mean, max), `errors<1%`, `rate>=500`.
 * @throws RangeError when the text is none of these.
 */
export function parseSlo(text: string): Slo {
  const [, metric = '', operator = '', limit = ''] =
    /^\s*([a-z0-9.]+)\s*(<=?|>=?)\s*(\S+)\s*$/.exec(text) ?? []
  if (metric === 'errors') return { measure: errorPercent, operator, limit: percentage(text, limit) }
  if (metric === 'rate') return { measure: ({ perSecond }) => perSecond, operator, limit: plain(text, limit) }
  const measure = timeMeasure(metric)
  if (measure === undefined) throw notAnSlo(text)
  const limitMs = parseDuration(`runLoad.slos: the objective "${text}"`, limit)
  return { measure, operator, limit: limitMs, percent: percentOf(metric) }
}

/** The percentiles that objectives are about: those that a run must have enough samples for. */
export function percentilesOf(slos: readonly string[]): number[] {
  return slos.flatMap(slo => parseSlo(slo).percent ?? [])
}

/** @throws RangeError as `parseSlo`. */
export function holdAgainst(text: string, figures: SloFigures): SloOutcome {
  const { measure, operator, limit } = parseSlo(text)
  const actual = measure(figures)
  return { slo: text, actual, met: COMPARE[operator]?.(actual, limit) === true }
}

function timeMeasure(metric: string): Slo['measure'] | undefined {
  if (metric === 'mean') return ({ times }) => times.mean
  if (metric === 'min') return ({ times }) => times.min
  const percent = metric === 'max' ? 100 : percentOf(metric)
  return percent === undefined ? undefined : figures => percentile(percent, figures)
}

function percentOf(metric: string): number | undefined {
  const [, percent] = /^p(\d{1,2}(?:\.\d+)?)$/.exec(metric) ?? []
  return percent === undefined ? undefined : Number(percent)
}

/** Over all requests: one that failed is slower than any limit, so that failing fast meets no objective. */
function percentile(percent: number, { times, total, failed }: SloFigures): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * total - 1e-9))
  const succeeded = total - failed
  return rank > succeeded ? Infinity : times.percentile(Math.min(100, (rank / succeeded) * 100))
}

function errorPercent({ total, failed }: SloFigures): number {
  return total === 0 ? NaN : (failed / total) * 100
}

function percentage(text: string, limit: string): number {
  if (!limit.endsWith('%')) throw notAnSlo(text)
  return plain(text, limit.slice(0, -1))
}

function plain(text: string, limit: string): number {
  if (!/^\d+(\.\d+)?$/.test(limit)) throw notAnSlo(text)
  return Number(limit)
}

function notAnSlo(text: string): RangeError {
  return new RangeError(
    `runLoad.slos: the objective is "${text}"; allowed is such as p99<50ms, p99.9<=1s, mean<20ms, max<1s, errors<1%, rate>=500`,
  )
}
