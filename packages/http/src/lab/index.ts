export type { BenchTargetOptions } from './bench-target.js'
export type { Interval } from './bootstrap.js'
export type { Check } from './check.js'
export type { EngineMeasurement } from './engine-measurement.js'
export type { EngineName } from './engine-spec.js'
export type { Environment } from './environment.js'
export type { MemoryGrowth } from './memory-growth.js'
export type { ResultFilesOptions, WrittenFile } from './result-files.js'
export {
  type EngineComparison,
  type PoolingEffect,
  runEngineComparison,
  type Speedup,
} from './scenarios/engine-comparison.js'
export {
  type ComparisonProgress,
  comparisonSettings,
  type EngineComparisonOptions,
} from './scenarios/engine-comparison-options.js'
export {
  runStreamingBenchmark,
  type StreamingReport,
} from './scenarios/streaming-benchmark.js'
export {
  type StreamingBenchmarkOptions,
  type StreamingProgress,
  streamingSettings,
} from './scenarios/streaming-benchmark-options.js'
export type { BreakerFindings, BreakerPart, SeenTransition } from './scenarios/breaker-scenario.js'
export {
  type Judged,
  type ResilienceReport,
  runResilienceBenchmark,
} from './scenarios/resilience-benchmark.js'
export { type ResilienceBenchmarkOptions, resilienceSettings } from './scenarios/resilience-options.js'
export type { RetryFindings } from './scenarios/retry-scenario.js'
export { latencySummary, type LatencySummary } from './load/latency-summary.js'
export {
  type ArrivalProcess,
  type LoadOptions,
  type LoadPlan,
  type LoadProgress,
  loadPlan,
} from './load/load-options.js'
export type { LoadMeasurement, LoadResult } from './load/load-result.js'
export type { LoadRecord } from './load/result-log.js'
export { runLoad } from './load/run-load.js'
export type { SloOutcome } from './load/slo.js'
export type { OutcomeReport } from './load/tally.js'
export type { TimelineEntry, TimelineHistogram } from './load/timeline.js'
export { type LoadMeasurementFile, measurementText, writeMeasurement } from './load/write-measurement.js'
export { type MeasurementVerdict, thinPercentiles, type VerdictStatus } from './verdict.js'
