export { ContinuousDelivery } from './continuous-delivery.js'
export type { DeliveredEvent, DeliveryFailedEvent, StoredStream } from './deliveries.js'
export { Deliveries, isSink, streamsOf } from './deliveries.js'
export type { SinkConfig } from './kinds.js'
export { sinkKindOf, sinkKinds } from './kinds.js'
export { resultFiles, resultPaths } from './run-files/result-files.js'
export type { EndedRun, ResultWriter } from './run-files/results.js'
export type {
  DeliveredStream,
  Delivery,
  Sink,
  SinkKind,
  SinkOptions,
  SinkProblem,
  StreamDelivered,
} from './sink.js'
