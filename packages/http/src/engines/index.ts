export { AsyncEngine, type RequestEvent } from './async-engine.js'
export type { AsyncEngineOptions } from './async-engine-options.js'
export type { ConnectionOptions } from './connection-options.js'
export type { AsyncEngineProtocol, Engine, SyncEngineProtocol } from './engine.js'
export { EngineResult, type EngineSummary } from './engine-result.js'
export { fileStart } from './file-start.js'
export { headerUrl, mergedHeaders } from './headers.js'
export { GatedTransport } from './gated-transport.js'
export { WorkerLostError } from './pool-worker.js'
export { isRedirect } from './redirects.js'
export type { RequestError, RequestResult, RequestStatus } from './request-result.js'
export { classifyResponse, retryResponse } from './response-rules.js'
export { type ServerWish, wishOf } from './server-wish.js'
export { SyncEngine, type SyncEngineOptions } from './sync-engine.js'
export { ThreadedEngine, type ThreadedEngineOptions } from './threaded-engine.js'
export type {
  BodyRoom,
  Transport,
  TransportCloseOptions,
  TransportRequest,
  TransportResponse,
} from './transport.js'
export { type FoundProxy, proxyFromEnvironment } from './proxy-environment.js'
export { type Reach, REACHES } from './reach.js'
export { httpOrigin, type Target, TargetCache } from './target.js'
export { errorCode, TransportError } from './transport-error.js'
export { DirectTransport, type DirectTransportOptions } from './direct-transport.js'
export { UndiciTransport, type UndiciTransportOptions } from './undici-transport.js'
export { requestText } from './wire/request-text.js'
export type { BodySink } from './wire/response-parser.js'
export { WireConnection, type WireConnectionOptions, type WireHandler } from './wire/wire-connection.js'
export { WireTransport, type WireTransportOptions } from './wire/wire-transport.js'
export { EngineBusyError } from './worker-pool.js'
