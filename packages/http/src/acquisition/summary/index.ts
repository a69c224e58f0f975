export { FieldAverages } from './field-averages.js'
export type { Quality } from './quality.js'
export { RollingSecond } from './rolling-second.js'
export type {
  ErrorCount,
  NoticeCount,
  RejectionCount,
  RunData,
  RunEnd,
  StoredRecord,
  StreamCounts,
  TransitionRow,
} from './run-data.js'
export { LISTED_RECORDS } from './run-data.js'
export { wholeStreams } from './whole-streams.js'
export { statusOfRun } from './status.js'
export { isoOf } from './stream-summary.js'
export { summarise } from './summarise.js'
