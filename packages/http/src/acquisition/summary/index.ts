export { FieldAverages } from './field-averages.js'
export { RollingSecond } from './rolling-second.js'
export type {
  ErrorCount,
  FieldAverage,
  RunData,
  RunEnd,
  RunStatus,
  StoredRecord,
  StreamCounts,
  TransitionRow,
} from './run-data.js'
export { LISTED_RECORDS } from './run-data.js'
export type { ProductSummary } from './products.js'
export { statusOfRun } from './status.js'
export { summarise } from './summarise.js'
export type {
  BreakerTransition,
  ErrorSummary,
  RecordSummary,
  SourceErrorSummary,
  SourceSummary,
  Summary,
  Totals,
} from './summary.js'
