export { ContinuousDelivery } from './continuous-delivery.js'
export type { DeliveredEvent, DeliveriesParts, DeliveryFailedEvent, StoredStream } from './deliveries.js'
export { Deliveries, isSink, streamsOf } from './deliveries.js'
export type { SinkConfig } from './kinds.js'
export { sinkKindOf, sinkKinds } from './kinds.js'
export { resultFiles, resultPaths } from './results/result-files.js'
export type { EndedRun, ResultWriter } from './results/results.js'
export type {
  DeliveredStream,
  Delivery,
  Sink,
  SinkKind,
  SinkOptions,
  SinkProblem,
  StreamDelivered,
} from './sink.js'
