export type { BatchCloseOptions, BatchProcessorMetrics } from './batch-processor.js'
export { BatchProcessor } from './batch-processor.js'
export type { BatchProcessorOptions } from './batch-processor-options.js'
