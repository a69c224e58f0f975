export type { ProducerConsumerPipelineMetrics, StopOptions } from './producer-consumer-pipeline.js'
export { ProducerConsumerPipeline } from './producer-consumer-pipeline.js'
export type { ProducerConsumerPipelineOptions, WhenFull } from './producer-consumer-pipeline-options.js'
