import type { EngineResult } from './engine-result.js'

/** Fetches URLs and blocks until all are done. */
export interface SyncEngineProtocol {
  run(urls: readonly string[]): EngineResult
}

/**
 * Fetches URLs. A request that fails is a result; the promise rejects only when the engine itself cannot go
 * on.
 */
export interface AsyncEngineProtocol {
  run(urls: readonly string[]): Promise<EngineResult>
}

/** Any engine: one that blocks, or one that does not. */
export type Engine = SyncEngineProtocol | AsyncEngineProtocol
