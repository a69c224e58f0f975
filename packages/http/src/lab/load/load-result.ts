import { Histogram } from 'async-patterns/observability'
import type { HistogramJson } from 'async-patterns/observability'
import { publicUrl } from '../../display/index.js'
import { latencySummary, rounded } from '../../measurements/index.js'
import type {
  LoadMeasurement,
  LoadPlan,
  LoadResult,
  OutcomeReport,
  MeasurementVerdict,
} from '../../measurements/index.js'
import { judge } from '../verdict.js'
import type { ShareReport } from './load-share.js'
import { hintsOf } from './hints.js'
import { NO_CONNECTION } from './open-loop.js'
import { holdAgainst, percentilesOf } from './slo.js'
import { OK, SLOT_MS } from './tally.js'
import type { Timeline } from './timeline.js'

export interface LoadRun {
  readonly plan: LoadPlan
  readonly reports: readonly ShareReport[]
  readonly timeline: Timeline
  readonly startedAt: number
  readonly interrupted: boolean
  readonly fileError: string | undefined
}

/** One class, over all threads. */
class Outcome {
  readonly service = new Histogram()
  response: Histogram | undefined = undefined
  count = 0

  add({ count, serviceTimeMs, responseTimeMs }: OutcomeReport): void {
    this.count += count
    this.service.merge(Histogram.fromJSON(serviceTimeMs))
    if (responseTimeMs === null) return
    this.response ??= new Histogram()
    this.response.merge(Histogram.fromJSON(responseTimeMs))
  }

  toJSON(): OutcomeReport {
    const responseTimeMs: HistogramJson | null = this.response?.toJSON() ?? null
    return { count: this.count, serviceTimeMs: this.service.toJSON(), responseTimeMs }
  }
}

/** What the threads report as one measurement. */
export function measurementOf(run: LoadRun): LoadMeasurement {
  const { plan, timeline, startedAt, interrupted, fileError } = run
  const outcomes = mergedOutcomes(run.reports)
  const ok = outcomes.get(OK) ?? new Outcome()
  const total = sum([...outcomes.values()].map(({ count }) => count))
  const durationMs = durationOf(run, total)
  const perSecond = durationMs === 0 ? 0 : (ok.count * 1_000) / durationMs
  const failed = total - ok.count
  const errors = errorsOf(outcomes)
  const connects = connectTimesOf(run.reports)
  const neverSent = sum([...outcomes.values()].map(({ count, service }) => count - service.count))
  const times = ok.response ?? ok.service
  return {
    plan,
    result: {
      target: publicUrl(plan.url),
      durationMs: rounded(durationMs) ?? 0,
      connections: plan.connections,
      requests: { total, succeeded: ok.count, failed, neverSent, perSecond: rounded(perSecond) ?? 0 },
      bytes: sum(run.reports.map(({ tally }) => tally.bytes)),
      statusCodes: summed(run.reports.map(({ tally }) => tally.statusCodes)),
      errors,
      hints: hintsOf({ url: plan.url, errors, succeeded: ok.count }),
      connectionsMade: connects.count,
      connectTimeMs: connects.count === 0 ? null : latencySummary(connects),
      serviceTimeMs: latencySummary(ok.service),
      responseTimeMs: ok.response === undefined ? null : latencySummary(ok.response),
      timeline: timeline.entries(durationMs),
      generator: generatorOf(run.reports),
      verdict: verdictOf(run, { total, durationMs, times, errors, heldMs: heldMsOf(outcomes, connects) }),
    },
    slos: plan.slos.map(slo => holdAgainst(slo, { times, total, failed, perSecond })),
    outcomes: Object.fromEntries([...outcomes].map(([name, outcome]) => [name, outcome.toJSON()])),
    timeline: timeline.histograms(),
    startedAt,
    interrupted,
    ...(fileError !== undefined && { fileError }),
  }
}

function mergedOutcomes(reports: readonly ShareReport[]): Map<string, Outcome> {
  const merged = new Map<string, Outcome>()
  for (const [name, report] of reports.flatMap(({ tally }) => Object.entries(tally.outcomes))) {
    const outcome = merged.get(name) ?? new Outcome()
    outcome.add(report)
    merged.set(name, outcome)
  }
  return merged
}

/** A run that goes by time lasts at least that; one that goes by requests ends with the last. */
function durationOf({ plan, reports, interrupted }: LoadRun, total: number): number {
  const lastEndedMs = Math.max(...reports.map(({ tally }) => tally.lastEndedMs))
  const endedByTime = !interrupted && total < plan.requests && reports.every(r => r.portErrors.length === 0)
  return endedByTime && plan.durationMs < Infinity ? Math.max(plan.durationMs, lastEndedMs) : lastEndedMs
}

function connectTimesOf(reports: readonly ShareReport[]): Histogram {
  const times = new Histogram()
  for (const { tally } of reports) times.merge(Histogram.fromJSON(tally.connectTimesMs))
  return times
}

/** How long a request holds its connection, on average, with its part of the making of connections. */
function heldMsOf(outcomes: ReadonlyMap<string, Outcome>, connects: Histogram): number {
  const sent = new Histogram()
  for (const { service } of outcomes.values()) sent.merge(service)
  const connecting = connects.count === 0 ? 0 : (connects.mean * connects.count) / sent.count
  return sent.mean + connecting
}

/** The classes that failed. */
function errorsOf(outcomes: ReadonlyMap<string, Outcome>): Record<string, number> {
  const failed = [...outcomes].filter(([name]) => name !== OK)
  return Object.fromEntries(failed.map(([name, { count }]) => [name, count]))
}

function generatorOf(reports: readonly ShareReport[]): LoadResult['generator'] {
  const largest = (of: (report: ShareReport) => number): number => rounded(Math.max(...reports.map(of))) ?? 0
  return {
    cpu: largest(({ health }) => health.cpu),
    loopDelayP99Ms: largest(({ health }) => health.loopDelayP99Ms),
    gcMs: rounded(sum(reports.map(({ health }) => health.gcMs))) ?? 0,
    lateSends: sum(reports.map(({ lateSends }) => lateSends)),
  }
}

interface Totals {
  readonly total: number
  readonly durationMs: number
  readonly times: Histogram
  readonly errors: Readonly<Record<string, number>>
  readonly heldMs: number
}

function verdictOf({ plan, reports }: LoadRun, totals: Totals): MeasurementVerdict {
  const { total, durationMs, times, errors, heldMs } = totals
  const isOpenLoop = plan.ratePerSecond !== undefined
  const { health } = reports.reduce((a, b) => (busyness(b) > busyness(a) ? b : a))
  const sendingMs = Math.min(durationMs, plan.durationMs)
  return judge({
    isOpenLoop,
    portErrors: [...new Set(reports.flatMap(({ portErrors }) => portErrors))],
    cpu: health.cpu,
    cpuWait: health.cpuWait,
    lateSends: sum(reports.map(({ lateSends }) => lateSends)),
    requests: total,
    errors,
    samples: times.count,
    percentiles: percentilesOf(plan.slos),
    connections: {
      there: plan.connections,
      refused: errors[NO_CONNECTION] ?? 0,
      ratePerSecond: plan.ratePerSecond ?? NaN,
      heldMs,
    },
    halves: halvesOf(reports, Math.max(0, plan.rampMs - plan.warmupMs), sendingMs),
    noise: noiseOf(plan, total),
    tailMs: durationMs - sendingMs,
    usualTailMs: Math.max(sendingMs / 10, 3 * (times.count === 0 ? 0 : times.percentile(50))),
  })
}

function busyness({ health }: ShareReport): number {
  return health.cpu + health.cpuWait
}

/** Requests that ended in each half of the time between; a slot across the middle is divided. */
function halvesOf(reports: readonly ShareReport[], fromMs: number, untilMs: number): [number, number] {
  const middleMs = (fromMs + untilMs) / 2
  const between = (from: number, until: number): number =>
    sum(reports.flatMap(({ tally }) => tally.slots.map((count, at) => count * shareOf(at, from, until))))
  return [between(fromMs, middleMs), between(middleMs, untilMs)]
}

function shareOf(slot: number, fromMs: number, untilMs: number): number {
  const from = Math.max(fromMs, slot * SLOT_MS)
  const until = Math.min(untilMs, (slot + 1) * SLOT_MS)
  return Math.max(0, until - from) / SLOT_MS
}

/** Closed loops go in rounds, one more or less; the count of Poisson arrivals varies by its root. */
function noiseOf({ ratePerSecond, arrivals, connections }: LoadPlan, total: number): number {
  if (ratePerSecond === undefined) return connections
  return arrivals === 'poisson' ? 3 * Math.sqrt(total) : 1
}

function summed(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const all: Record<string, number> = {}
  for (const [name, count] of parts.flatMap(part => Object.entries(part)))
    all[name] = (all[name] ?? 0) + count
  return all
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
