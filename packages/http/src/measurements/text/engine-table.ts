import type { EngineMeasurement, EngineName, MeasuredEngines } from '../engine-measurement.js'
import { aligned } from './aligned.js'

const HEAD = [
  'engine',
  'lanes',
  'requests',
  'errors',
  'time s',
  'requests/s',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'memory MiB',
  'of ceiling',
]

/** What each engine did, a line each, with a last column of the caller's own. */
export function engineTable(
  engines: MeasuredEngines,
  last?: { readonly head: string; readonly cell: (engine: EngineName) => string },
): string[] {
  const rows = Object.entries(engines).map(([name, measured]) => [
    ...rowOf(name, measured),
    ...(last === undefined ? [] : [last.cell(name as EngineName)]),
  ])
  return aligned([[...HEAD, ...(last === undefined ? [] : [last.head])], ...rows], 1)
}

function rowOf(name: string, measured: EngineMeasurement): string[] {
  const { efficiency } = measured
  return [
    name,
    `${measured.lanes}`,
    `${measured.requestCount}`,
    `${measured.errorCount}`,
    (measured.totalTimeMs / 1_000).toFixed(1),
    measured.rps.toFixed(0),
    milliseconds(measured.p50LatencyMs),
    milliseconds(measured.p95LatencyMs),
    milliseconds(measured.p99LatencyMs),
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
    Object.entries(errorBreakdown).map(([code, count]) => `  ${name}: ${code} ${count}x`),
  )
}
