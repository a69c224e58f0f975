import type { EngineComparison, Interval, PoolingEffect, Speedup } from '../engine-comparison.js'
import { engineTable, errorLines } from './engine-table.js'
import { fitted } from './lines.js'
import { environmentLines } from './report-lines.js'

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
    ...environmentLines(comparison),
    '',
    ...engineTable(engines, { head: 'x sync [95 %]', cell }),
    ...errorLines(engines),
    '',
    ...speedups.filter(({ target }) => target !== null).flatMap(targetLines),
    ...(pooling === null ? [] : poolingLines(pooling)),
    ...notes.flatMap(note => fitted(`note: ${note}`, '  ')),
    ...(verbose ? roundLines(comparison) : []),
  ].join('\n')
}

function poolingLines({ connections, ...interval }: PoolingEffect): string[] {
  const text = `pooling: ${connections} connections each, used again ${timesOf(interval)} as fast as new ones`
  return fitted(text, '  ')
}

function targetLines({ engine, over, target, reached, ...interval }: Speedup): string[] {
  return fitted(
    `${reached === true ? 'reached' : 'MISSED '}  ${engine} >= ${target} x ${over}: ${timesOf(interval)}`,
    '  ',
  )
}

/** `12.3x [11.9, 12.8]`; without an interval where there were too few rounds for one. */
function timesOf({ value, low, high }: Interval): string {
  if (high === Infinity) return `${digits(value)}x`
  return `${digits(value)}x [${digits(low)}, ${digits(high)}]`
}

/** Three of them, and all those before the point. */
function digits(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
}

function roundLines({ engines }: EngineComparison): string[] {
  const rates = (runRps: readonly number[]): string => runRps.map(rps => rps.toFixed(0)).join(', ')
  return [
    '',
    'requests/s, round by round:',
    ...Object.entries(engines).flatMap(([name, { runRps }]) => fitted(`  ${name}: ${rates(runRps)}`, '    ')),
    'latency by the server, and the ceiling (lanes / latency):',
    ...Object.entries(engines).map(
      ([name, { serverLatencyMs, ceilingRps }]) =>
        `  ${name}: ${serverLatencyMs?.toFixed(2) ?? '-'} ms, ${ceilingRps?.toFixed(0) ?? '-'} requests/s`,
    ),
  ]
}
