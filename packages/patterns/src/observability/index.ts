/// <reference lib="esnext.disposable" preserve="true" />
export type {
  EventLoopEvent,
  EventLoopMonitorOptions,
  EventLoopSnapshot,
  EventLoopStatus,
} from './event-loop-monitor.js'
export { EventLoopMonitor } from './event-loop-monitor.js'
export type { HistogramBucket, HistogramOptions } from './histogram.js'
export { Histogram } from './histogram.js'
export type { HistogramJson } from './histogram-json.js'
export type { HistorySummary, Spread } from './history-summary.js'
export type { LoopDelay, LoopProbe, LoopReading } from './loop-probe.js'
export { monitored } from './monitored.js'
export type { OperationMonitorOptions, OperationStats, RecordedOperation } from './operation-monitor.js'
export { OperationMonitor } from './operation-monitor.js'
export type { RollingLatenciesOptions } from './rolling-latencies.js'
export { RollingLatencies } from './rolling-latencies.js'
