import { BenchTarget } from '../bench-target.js'
import { ratioInterval } from '../bootstrap.js'
import type { Interval } from '../bootstrap.js'
import type { EngineMeasurement } from '../engine-measurement.js'
import { EngineProcesses } from '../engine-process.js'
import type { EngineName } from '../engine-spec.js'
import { reportHeading } from '../report-heading.js'
import type { ReportHeading } from '../report-heading.js'
import { ResultFiles } from '../result-files.js'
import type { WrittenFile } from '../result-files.js'
import { ComparisonRounds } from './comparison-rounds.js'
import { comparisonSettings, engineSpecs } from './engine-comparison-options.js'
import type { ComparisonSettings, EngineComparisonOptions } from './engine-comparison-options.js'

/** How many times one engine's rate is another's, with its 95 % confidence interval over the rounds. */
export interface Speedup extends Interval {
  readonly engine: EngineName
  readonly over: EngineName
  /** What is to be reached; null where nothing is asked. */
  readonly target: number | null
  readonly reached: boolean | null
}

/** What it brings to use a connection again, as optimized / naive. */
export interface PoolingEffect extends Interval {
  readonly connections: number
  readonly naiveRps: number
  readonly optimizedRps: number
}

/** What the comparison found: the content of `benchmark_output.json`. */
export interface EngineComparison extends ReportHeading<'engines'> {
  readonly config: Readonly<Record<string, unknown>>
  readonly engines: Readonly<Partial<Record<EngineName, EngineMeasurement>>>
  readonly comparison: readonly Speedup[]
  /** The same number of connections; only whether they are used again differs. Null unless both ran. */
  readonly pooling: PoolingEffect | null
  readonly files: readonly WrittenFile[]
  /** What a reader should know before comparing: an engine that ran fewer requests, ... */
  readonly notes: readonly string[]
}

const PAIRS: readonly (readonly [engine: EngineName, over: EngineName, target: number | null])[] = [
  ['threaded', 'sync', 2],
  ['async-optimized', 'threaded', 2],
  ['async-optimized', 'async-naive', 1.5],
  ['async-naive', 'sync', null],
  ['async-optimized', 'sync', null],
]

/**
 * The same requests by the sync, the threaded and the async engine, naive and optimized: each in a process of its own
 * against a mock in another, after a warm-up, in interleaved rounds whose order rotates.
 * Rejects when an engine or the mock cannot run, or with the signal's reason.
 * @throws (as a rejection) TypeError or RangeError that names the option.
 */
export async function runEngineComparison(options?: EngineComparisonOptions): Promise<EngineComparison> {
  const settings = comparisonSettings(options)
  const heading = await reportHeading('engines')
  await using target = await BenchTarget.open(settings)
  await using engines = new EngineProcesses(engineSpecs(settings))
  await using results = new ResultFiles(settings)
  const rounds = new ComparisonRounds(settings, target, engines.all, results)
  await rounds.warmUp()
  await rounds.measure()
  const measured = rounds.measurements()
  return {
    ...heading,
    config: configOf(settings, target),
    engines: measured,
    comparison: PAIRS.flatMap(pair => speedupOf(measured, ...pair)),
    pooling: poolingOf(measured, settings.concurrency),
    files: await results.close(),
    notes: rounds.notes,
  }
}

function configOf(settings: ComparisonSettings, target: BenchTarget): Readonly<Record<string, unknown>> {
  const { requestCount, runs, concurrency, workers, pooling, transport, timeoutMs, ...rest } = settings
  const { mockLatencyMs, mockErrorRate, mockRateLimitAfter = null } = rest
  const mock = { latencyMs: mockLatencyMs, errorRate: mockErrorRate, rateLimitAfter: mockRateLimitAfter }
  const engines = { requestCount, runs, concurrency, workers, pooling, transport, timeoutMs }
  return { ...engines, url: target.url, mock: target.isMock ? mock : null }
}

type Measured = EngineComparison['engines']

function speedupOf(
  measured: Measured,
  engine: EngineName,
  over: EngineName,
  target: number | null,
): Speedup[] {
  const [one, other] = [measured[engine], measured[over]]
  if (one === undefined || other === undefined) return []
  const interval = ratioInterval(one.runRps, other.runRps)
  return [{ engine, over, ...interval, target, reached: target === null ? null : interval.value >= target }]
}

function poolingOf(measured: Measured, connections: number): PoolingEffect | null {
  const [naive, optimized] = [measured['async-naive'], measured['async-optimized']]
  if (naive === undefined || optimized === undefined) return null
  const interval = ratioInterval(optimized.runRps, naive.runRps)
  return { connections, naiveRps: naive.rps, optimizedRps: optimized.rps, ...interval }
}
