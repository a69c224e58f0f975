export { deliver, resultPaths } from './deliver.js'
export type { DeliveredRun, ResultPaths, Sink, SinkKind } from './sink.js'
