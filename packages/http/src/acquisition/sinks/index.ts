export { deliver, resultPaths } from './deliver.js'
export type { DeliveredRun, Sink, SinkKind } from './sink.js'
