export type { BenchTargetOptions } from './bench-target.js'
export { type LoadOptions, type LoadProgress, loadPlan } from './load/load-options.js'
export { runLoad } from './load/run-load.js'
export { measurementText, writeMeasurement } from './load/write-measurement.js'
export type { ResultFilesOptions } from './result-files.js'
export { runEngineComparison } from './scenarios/engine-comparison.js'
export {
  type ComparisonProgress,
  comparisonSettings,
  type EngineComparisonOptions,
} from './scenarios/engine-comparison-options.js'
export { runResilienceBenchmark } from './scenarios/resilience-benchmark.js'
export { type ResilienceBenchmarkOptions, resilienceSettings } from './scenarios/resilience-options.js'
export { runStreamingBenchmark } from './scenarios/streaming-benchmark.js'
export {
  type StreamingBenchmarkOptions,
  type StreamingProgress,
  streamingSettings,
} from './scenarios/streaming-benchmark-options.js'

// What the functions above give, for those who use the lab alone; measurements declares and reads it.
export type {
  ArrivalProcess,
  BreakerFindings,
  BreakerPart,
  Check,
  EngineComparison,
  EngineMeasurement,
  EngineName,
  Environment,
  Interval,
  Judged,
  LatencySummary,
  LoadMeasurement,
  LoadMeasurementFile,
  LoadPlan,
  LoadRecord,
  LoadResult,
  MemoryGrowth,
  OutcomeReport,
  PoolingEffect,
  ResilienceReport,
  RetryFindings,
  SeenTransition,
  SloOutcome,
  Speedup,
  StreamingReport,
  TimelineEntry,
  TimelineHistogram,
  MeasurementVerdict,
  VerdictStatus,
  WrittenFile,
} from '../measurements/index.js'
