import type {
  EngineComparison,
  EngineName,
  MeasuredEngines,
  PoolingEffect,
  Speedup,
} from '../../measurements/index.js'
import { publicUrl } from '../../display/index.js'
import { benchHeading } from '../bench-heading.js'
import { BenchTarget } from '../bench-target.js'
import { ratioInterval } from '../bootstrap.js'
import { EngineProcesses } from '../engine-process.js'
import { ResultFiles } from '../result-files.js'
import { ComparisonRounds } from './comparison-rounds.js'
import { comparisonSettings, engineSpecs } from './engine-comparison-options.js'
import type { ComparisonSettings, EngineComparisonOptions } from './engine-comparison-options.js'

const PAIRS: readonly (readonly [engine: EngineName, over: EngineName, target: number | null])[] = [
  ['threaded', 'sync', 2],
  ['async-optimized', 'threaded', 2],
  ['async-optimized', 'async-naive', 1.5],
  ['async-naive', 'sync', null],
  ['async-optimized', 'sync', null],
]

/**
 * The same requests by the sync, the threaded and the async engine, naive and optimized: each in a process of
 * its own against a mock in another, after a warm-up, in interleaved rounds whose order rotates. Rejects when
 * an engine or the mock cannot run, or with the signal's reason.
 * @throws (as a rejection) TypeError or RangeError that names the option.
 */
export async function runEngineComparison(options?: EngineComparisonOptions): Promise<EngineComparison> {
  const settings = comparisonSettings(options)
  const heading = await benchHeading('engines')
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
  return { ...engines, url: publicUrl(target.url), mock: target.isMock ? mock : null }
}

function speedupOf(
  measured: MeasuredEngines,
  engine: EngineName,
  over: EngineName,
  target: number | null,
): Speedup[] {
  const [one, other] = [measured[engine], measured[over]]
  // Over an engine that answered nothing there is no comparison.
  if (one === undefined || other === undefined || other.rps === 0) return []
  const interval = ratioInterval(one.runRps, other.runRps)
  return [{ engine, over, ...interval, target, reached: target === null ? null : interval.value >= target }]
}

function poolingOf(measured: MeasuredEngines, connections: number): PoolingEffect | null {
  const [naive, optimized] = [measured['async-naive'], measured['async-optimized']]
  if (naive === undefined || optimized === undefined || naive.rps === 0) return null
  const interval = ratioInterval(optimized.runRps, naive.runRps)
  return { connections, naiveRps: naive.rps, optimizedRps: optimized.rps, ...interval }
}
