import type { EngineMeasurement, EngineName, MeasuredEngines } from '../engine-measurement.js'
import { aligned } from './aligned.js'
import { fitted } from './lines.js'

const COUNTS = ['engine', 'lanes', 'requests', 'errors', 'time s', 'requests/s']
const TIMES = ['engine', 'p50 ms', 'p95 ms', 'p99 ms', 'connect ms', 'memory MiB', 'of ceiling']

/**
 * What each engine did, in two tables that fit on a terminal; the first has a last column of the caller's own.
 */
export function engineTable(
  engines: MeasuredEngines,
  last?: { readonly head: string; readonly cell: (engine: EngineName) => string },
): string[] {
  const measured = Object.entries(engines)
  const counts = measured.map(([name, engine]) => [
    ...countsOf(name, engine),
    ...(last === undefined ? [] : [last.cell(name as EngineName)]),
  ])
  const times = measured.map(([name, engine]) => timesOf(name, engine))
  return [
    ...aligned([[...COUNTS, ...(last === undefined ? [] : [last.head])], ...counts], 1),
    '',
    ...aligned([TIMES, ...times], 1),
  ]
}

function countsOf(name: string, measured: EngineMeasurement): string[] {
  return [
    name,
    `${measured.lanes}`,
    `${measured.requestCount}`,
    `${measured.errorCount}`,
    (measured.totalTimeMs / 1_000).toFixed(1),
    measured.rps.toFixed(0),
  ]
}

function timesOf(name: string, measured: EngineMeasurement): string[] {
  const { efficiency } = measured
  return [
    name,
    milliseconds(measured.p50LatencyMs),
    milliseconds(measured.p95LatencyMs),
    milliseconds(measured.p99LatencyMs),
    milliseconds(measured.p50ConnectMs),
    measured.peakMemoryMb.toFixed(0),
    efficiency === null ? '-' : `${(efficiency * 100).toFixed(0)} %`,
  ]
}

function milliseconds(value: number | null): string {
  return value === null ? '-' : value.toFixed(1)
}

/** What failed, by engine and code; nothing when nothing did. */
export function errorLines(engines: MeasuredEngines): string[] {
  return Object.entries(engines).flatMap(([name, { errorBreakdown }]) =>
    Object.entries(errorBreakdown).flatMap(([code, count]) => fitted(`  ${name}: ${code} ${count}x`, '    ')),
  )
}
