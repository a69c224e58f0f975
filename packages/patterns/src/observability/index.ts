export type { HistogramBucket, HistogramOptions } from './histogram.js'
export { Histogram } from './histogram.js'
export type { HistogramJson } from './histogram-json.js'
