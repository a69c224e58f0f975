import { AsyncEngine, SyncEngine, ThreadedEngine } from '../engines/index.js'
import type { Engine } from '../engines/index.js'
import type { EngineName } from '../measurements/index.js'

/** One engine and how it is set up; it can be sent to another process. */
export interface EngineSpec {
  readonly engine: EngineName
  /** Requests at a time: 1 for sync, threads for threaded, connections for async. */
  readonly lanes: number
  readonly timeoutMs: number
  readonly transport: 'undici' | 'wire'
}

type OwnedEngine = Engine & { close(): Promise<void> }

export function openEngine(spec: EngineSpec): OwnedEngine {
  const { engine, lanes, timeoutMs } = spec
  if (engine === 'sync') return new SyncEngine({ timeoutMs })
  if (engine === 'threaded') return new ThreadedEngine({ maxWorkers: lanes, timeoutMs })
  return openAsyncEngine(spec)
}

/** Naive and optimized differ in one thing alone: whether a connection serves more than one request. */
export function openAsyncEngine({ engine, lanes, timeoutMs, transport }: EngineSpec): AsyncEngine {
  return new AsyncEngine({
    maxConcurrent: lanes,
    connection: { maxConnections: lanes, maxKeepaliveConnections: lanes, timeoutMs },
    pooling: engine === 'async-naive' ? 'naive' : 'optimized',
    transport,
  })
}
