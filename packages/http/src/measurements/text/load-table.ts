import { Histogram } from 'async-patterns/observability'
import { latencySummary, thinPercentiles } from '../latency-summary.js'
import type { LatencySummary } from '../latency-summary.js'
import type { LoadMeasurement, LoadMeasurementFile } from '../load-measurement.js'

const COLUMNS = ['min', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'p99_9', 'p99_99', 'max'] as const
const CLASS_WIDTH = 22
const CELL_WIDTH = 10

type Shown = LoadMeasurement | LoadMeasurementFile

interface Times {
  readonly name: string
  readonly count: number
  readonly summary: LatencySummary
}

/** A load's measurement for people to read, just made or read from a file. */
export function loadTable(measurement: Shown): string {
  const { result, slos, interrupted } = measurement
  const rows = timesOf(measurement)
  const lines = [
    field('target', result.target),
    field('load', loadText(measurement)),
    field('requests', requestsText(measurement)),
    field('statuses', counts(result.statusCodes)),
    field('errors', counts(result.errors)),
    '',
    `${'milliseconds'.padEnd(CLASS_WIDTH)}${COLUMNS.map(name => name.replace('_', '.').padStart(CELL_WIDTH)).join('')}`,
    ...rows.map(timesLine),
    ...(rows.some(hasThin)
      ? ['* fewer than 10 samples lie beyond it: another run may give quite another number']
      : []),
    '',
    field('generator', generatorText(measurement)),
    ...slos.map(({ slo, actual, met }) =>
      field('objective', `${slo}: ${met ? 'met' : 'MISSED'} (${number(actual)})`),
    ),
    field('verdict', [result.verdict.status, ...result.verdict.reasons].join('\n           ')),
    ...(interrupted ? ['', 'interrupted: these are the numbers until then'] : []),
  ]
  return lines.join('\n')
}

function field(name: string, text: string): string {
  return `${name.padEnd(11)}${text}`
}

function loadText({ plan, result: { durationMs, connections } }: Shown): string {
  const { ratePerSecond, arrivals, workers } = plan
  const loop =
    ratePerSecond === undefined || ratePerSecond === null
      ? 'closed loop'
      : `open loop, ${ratePerSecond}/s ${arrivals}`
  const threads = workers === 1 ? 'one thread' : `${workers} threads`
  return `${loop}, ${connections} connections, ${threads}, ${(durationMs / 1_000).toFixed(2)} s`
}

function requestsText({ result: { requests, bytes } }: Shown): string {
  return `${requests.total}, ${requests.perSecond.toFixed(1)}/s, ${bytes} bytes of bodies`
}

function counts(of: Readonly<Record<string, number>>): string {
  const entries = Object.entries(of)
  return entries.length === 0 ? 'none' : entries.map(([name, count]) => `${name}: ${count}`).join(', ')
}

function generatorText({ result: { generator } }: Shown): string {
  const { cpu, loopDelayP99Ms, gcMs, lateSends } = generator
  return `${Math.round(cpu * 100)} % of a core, loop delay p99 ${number(loopDelayP99Ms)} ms, gc ${number(gcMs)} ms, ${lateSends} late sends`
}

/** The two clocks, then one line for each class that failed. */
function timesOf({ result, outcomes }: Shown): Times[] {
  const count = outcomes['OK']?.count ?? 0
  const { serviceTimeMs, responseTimeMs } = result
  const rows: Times[] = [{ name: 'service time', count, summary: serviceTimeMs }]
  if (responseTimeMs !== null) rows.push({ name: 'response time', count, summary: responseTimeMs })
  for (const [name, outcome] of Object.entries(outcomes)) {
    if (name === 'OK') continue
    const times = Histogram.fromJSON(outcome.responseTimeMs ?? outcome.serviceTimeMs)
    if (times.count === 0) continue
    rows.push({ name: `${name} (${outcome.count})`, count: times.count, summary: latencySummary(times) })
  }
  return rows
}

function timesLine({ name, count, summary }: Times): string {
  const thin = new Set(thinPercentiles(count))
  const cells = COLUMNS.map(column => {
    const value = summary[column]
    const text = value === null ? '-' : number(value)
    return `${text}${thin.has(column) ? '*' : ' '}`.padStart(CELL_WIDTH + 1).slice(0, CELL_WIDTH + 1)
  })
  return `${name.padEnd(CLASS_WIDTH)}${cells.map(cell => cell.slice(1)).join('')}`.trimEnd()
}

function hasThin({ count }: Times): boolean {
  return thinPercentiles(count).length > 0
}

function number(value: number | null): string {
  return value !== null && Number.isFinite(value) ? value.toFixed(value < 100 ? 2 : 0) : '∞'
}
