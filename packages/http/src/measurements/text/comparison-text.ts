import type { EngineComparison, Interval, Speedup } from '../engine-comparison.js'
import { engineTable, errorLines } from './engine-table.js'
import { environmentLine } from './report-lines.js'

/** The comparison as a table, with what follows from it. */
export function comparisonText(comparison: EngineComparison, verbose: boolean): string {
  const { engines, comparison: speedups, pooling, notes } = comparison
  const overSync = (engine: string): Speedup | undefined =>
    speedups.find(speedup => speedup.engine === engine && speedup.over === 'sync')
  const cell = (engine: string): string => {
    const speedup = overSync(engine)
    return speedup === undefined ? '1' : timesOf(speedup)
  }
  return [
    environmentLine(comparison),
    '',
    ...engineTable(engines, { head: 'times sync [95 %]', cell }),
    ...errorLines(engines),
    '',
    ...speedups.filter(({ target }) => target !== null).map(targetLine),
    ...(pooling === null
      ? []
      : [
          `pooling: ${pooling.connections} connections each, used again ${timesOf(pooling)} as fast as new ones`,
        ]),
    ...notes.map(note => `note: ${note}`),
    ...(verbose ? roundLines(comparison) : []),
  ].join('\n')
}

function targetLine({ engine, over, target, reached, ...interval }: Speedup): string {
  return `${reached === true ? 'reached' : 'MISSED '}  ${engine} >= ${target} x ${over}: ${timesOf(interval)}`
}

/** `12.3x [11.9, 12.8]`; without an interval where there were too few rounds for one. */
function timesOf({ value, low, high }: Interval): string {
  if (high === Infinity) return `${value.toFixed(2)}x`
  return `${value.toFixed(2)}x [${low.toFixed(2)}, ${high.toFixed(2)}]`
}

function roundLines({ engines }: EngineComparison): string[] {
  const rates = (runRps: readonly number[]): string => runRps.map(rps => rps.toFixed(0)).join(', ')
  return [
    '',
    'requests/s, round by round:',
    ...Object.entries(engines).map(([name, { runRps }]) => `  ${name}: ${rates(runRps)}`),
    'latency by the server, and the ceiling (lanes / latency):',
    ...Object.entries(engines).map(
      ([name, { serverLatencyMs, ceilingRps }]) =>
        `  ${name}: ${serverLatencyMs?.toFixed(2) ?? '-'} ms, ${ceilingRps?.toFixed(0) ?? '-'} requests/s`,
    ),
  ]
}
