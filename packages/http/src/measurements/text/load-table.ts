import { Histogram } from 'async-patterns/observability'
import { latencySummary, MIN_SAMPLES_BEYOND, thinPercentiles } from '../latency-summary.js'
import type { LatencySummary } from '../latency-summary.js'
import type { LoadMeasurement, LoadMeasurementFile } from '../load-measurement.js'
import { field, fitted } from './lines.js'

/** As many as fit on a terminal; a measurement's JSON has them all. */
const COLUMNS = ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'p99_9', 'max'] as const
const CLASS_WIDTH = 15
const CELL_WIDTH = 8

type Shown = LoadMeasurement | LoadMeasurementFile

interface Times {
  readonly name: string
  readonly count: number
  readonly summary: LatencySummary
}

/** A load's measurement for people to read, just made or read from a file. No line is wider than a terminal. */
export function loadTable(measurement: Shown): string {
  const { result, slos, interrupted } = measurement
  const rows = timesOf(measurement)
  const lines = [
    ...field('target', result.target),
    ...field('load', loadText(measurement)),
    ...field('requests', requestsText(measurement)),
    ...neverSentLines(measurement),
    ...field('rate', rateText(measurement)),
    ...field('statuses', counts(result.statusCodes)),
    ...field('errors', errorsText(measurement)),
    ...result.hints.flatMap(hint => field('hint', hint)),
    ...(rows.length === 0 ? [] : ['', headLine()]),
    ...rows.flatMap(timesLines),
    ...(rows.some(hasThin)
      ? fitted(
          `* fewer than ${MIN_SAMPLES_BEYOND} samples lie beyond it: another run may give another number`,
        )
      : []),
    '',
    ...field('generator', generatorText(measurement)),
    ...slos.flatMap(({ slo, actual, met }) =>
      field('objective', `${slo}: ${met ? 'met' : 'MISSED'} (${actualText(actual)})`),
    ),
    ...verdictLines(measurement),
    ...(interrupted ? ['', 'interrupted: these are the numbers until then'] : []),
  ]
  return lines.join('\n')
}

function loadText({ plan, result: { durationMs, connections } }: Shown): string {
  const { ratePerSecond, arrivals, workers } = plan
  const loop = ratePerSecond === undefined ? 'closed loop' : `open loop, ${ratePerSecond}/s ${arrivals}`
  const threads = workers === 1 ? 'one thread' : `${workers} threads`
  return `${loop}, ${connections} connections, ${threads}, ${(durationMs / 1_000).toFixed(2)} s`
}

function requestsText({ result: { requests, bytes } }: Shown): string {
  const { total, succeeded, failed } = requests
  return `${total}: ${succeeded} succeeded, ${failed} failed; ${bytes} bytes of bodies`
}

/** What failed without being sent, which tells of connections and not of answers. */
function neverSentLines({ result, outcomes }: Shown): string[] {
  if (result.requests.neverSent === 0) return []
  const classes = Object.entries(outcomes).flatMap(([name, { count, serviceTimeMs }]) => {
    const unsent = count - Histogram.fromJSON(serviceTimeMs).count
    return unsent === 0 ? [] : [`${name} ${unsent}`]
  })
  return field('never sent', `${result.requests.neverSent}: ${classes.join(', ')}`)
}

function rateText({ plan: { ratePerSecond }, result: { requests } }: Shown): string {
  const asked = ratePerSecond === undefined ? '' : `, of ${ratePerSecond}/s asked for`
  return `${requests.perSecond.toFixed(1)}/s succeeded${asked}`
}

function counts(of: Readonly<Record<string, number>>): string {
  const entries = Object.entries(of)
  return entries.length === 0 ? 'none' : entries.map(([name, count]) => `${name}: ${count}`).join(', ')
}

function errorsText({ result: { errors, requests } }: Shown): string {
  return requests.failed === 0 ? 'none' : `${requests.failed}: ${counts(errors).replaceAll(': ', ' ')}`
}

/** All that was found, each finding after its status; the first line is the verdict's. */
function verdictLines({ result: { verdict } }: Shown): string[] {
  const all = [...new Set(verdict.reasons.map(reason => reason.replace(/:.*$/s, '')))]
  return [
    ...field('verdict', all.length === 0 ? verdict.status : all.join(', ')),
    ...verdict.reasons.flatMap(reason => field('', reason)),
  ]
}

function generatorText({ result: { generator } }: Shown): string {
  const { cpu, loopDelayP99Ms, gcMs, lateSends } = generator
  return `${Math.round(cpu * 100)} % of a core, loop delay p99 ${number(loopDelayP99Ms)} ms, gc ${number(gcMs)} ms, ${lateSends} late sends`
}

/** The clocks, then one line for each class that failed. */
function timesOf({ result, outcomes }: Shown): Times[] {
  const count = outcomes['OK']?.count ?? 0
  const { connectionsMade, connectTimeMs, serviceTimeMs, responseTimeMs } = result
  const rows: Times[] = []
  if (connectTimeMs !== null)
    rows.push({ name: 'connect time', count: connectionsMade, summary: connectTimeMs })
  if (count > 0) rows.push({ name: 'service time', count, summary: serviceTimeMs })
  if (count > 0 && responseTimeMs !== null) {
    rows.push({ name: 'response time', count, summary: responseTimeMs })
  }
  for (const [name, outcome] of Object.entries(outcomes)) {
    if (name === 'OK') continue
    const times = Histogram.fromJSON(outcome.responseTimeMs ?? outcome.serviceTimeMs)
    if (times.count === 0) continue
    rows.push({ name, count: times.count, summary: latencySummary(times) })
  }
  return rows
}

function headLine(): string {
  const heads = COLUMNS.map(name => `${name.replace('_', '.').padStart(CELL_WIDTH - 1)} `)
  return `${'milliseconds'.padEnd(CLASS_WIDTH)}${heads.join('')}`.trimEnd()
}

/** A name that is too long for its column has a line of its own. */
function timesLines({ name, count, summary }: Times): string[] {
  const thin = new Set(thinPercentiles(count))
  const cells = COLUMNS.map(column => {
    const value = summary[column]
    const text = value === null ? '-' : number(value)
    return `${text}${thin.has(column) ? '*' : ' '}`.padStart(CELL_WIDTH)
  })
  const isLong = name.length > CLASS_WIDTH
  const line = `${(isLong ? '' : name).padEnd(CLASS_WIDTH)}${cells.join('')}`.trimEnd()
  return isLong ? [name, line] : [line]
}

function hasThin({ count }: Times): boolean {
  return thinPercentiles(count).length > 0
}

function actualText(actual: number | string | undefined): string {
  if (actual === undefined || Number.isNaN(actual)) return 'nothing to measure'
  return actual === Infinity || actual === 'Infinity'
    ? 'failed requests reach into it'
    : number(Number(actual))
}

function number(value: number): string {
  return value.toFixed(value < 100 ? 2 : 0)
}
