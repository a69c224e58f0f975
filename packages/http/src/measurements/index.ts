export type {
  BreakerTransition,
  ErrorSummary,
  FieldAverage,
  NoticeSummary,
  ProductSummary,
  RecordSummary,
  RejectionSummary,
  RunStatus,
  SinkSummary,
  SourceErrorSummary,
  SourceSummary,
  Summary,
  SummaryMoney,
  Totals,
} from './acquisition-summary.js'
export type { BenchHeading, Check } from './bench-heading.js'
export type { EngineComparison, Interval, PoolingEffect, Speedup } from './engine-comparison.js'
export {
  ENGINE_NAMES,
  type EngineMeasurement,
  type EngineName,
  type MeasuredEngines,
} from './engine-measurement.js'
export type { Environment } from './environment.js'
export { measurementJsonSchemas } from './json-schemas.js'
export {
  isThin,
  latencySummary,
  type LatencySummary,
  MIN_SAMPLES_BEYOND,
  rounded,
  thinPercentiles,
} from './latency-summary.js'
export type {
  ArrivalProcess,
  LoadHeaders,
  LoadMeasurement,
  LoadMeasurementFile,
  LoadPlan,
  LoadSettings,
  OutcomeReport,
  SloOutcome,
  TimelineHistogram,
  WrittenSlo,
} from './load-measurement.js'
export type { LoadResult, TimelineEntry } from './load-result.js'
export { MeasurementError, type MeasurementFault } from './measurement-error.js'
export { type BenchReport, type Measurement, readMeasurement } from './read-measurement.js'
export { reportText } from './report-text.js'
export { readResults } from './read-results.js'
export type {
  BreakerFindings,
  BreakerPart,
  Judged,
  ResilienceReport,
  RetryFindings,
  SeenTransition,
} from './resilience-report.js'
export { errorText } from './remedies.js'
export type { LoadRecord, ResultRecord } from './result-record.js'
export type { MemoryGrowth, StreamingReport } from './streaming-report.js'
export { acquisitionTable, type ResultPaths, sinkText } from './text/acquisition-table.js'
export { sampleText, type ShownSample } from './text/sample-text.js'
export { type StateRow, stateTable } from './text/state-table.js'
export { comparisonText } from './text/comparison-text.js'
export { wrapped } from './text/fitted.js'
export { loadTable } from './text/load-table.js'
export { resilienceText } from './text/resilience-text.js'
export { streamingText } from './text/streaming-text.js'
export type { MeasurementVerdict, VerdictStatus } from './verdict.js'
export type { WriterCounts, WrittenFile } from './written-file.js'
