import { checkOptions } from 'async-patterns'
import type { SyncEngineProtocol } from './engine.js'
import type { EngineResult } from './engine-result.js'
import { WorkerPool } from './worker-pool.js'

/** What a SyncEngine may be told. */
export interface SyncEngineOptions {
  /** For the whole of a request, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number
}

/**
 * One request after the other, as a script does it, and truly blocking: the calling thread sleeps
 * (Atomics.wait) while one worker thread fetches over a keep-alive connection. The yardstick for the other
 * engines.
 */
export class SyncEngine implements SyncEngineProtocol, Disposable {
  readonly #pool: WorkerPool

  /** @throws RangeError, TypeError for a bad option. */
  constructor(options: SyncEngineOptions = {}) {
    checkOptions('SyncEngine', options, ['timeoutMs'])
    this.#pool = new WorkerPool(1, options.timeoutMs ?? 30_000, 'SyncEngine')
  }

  /** Blocks until every URL has a result. @throws WorkerLostError, ClosedError. */
  run(urls: readonly string[]): EngineResult {
    return this.#pool.runSync(urls)
  }

  /** Ends the worker thread. */
  close(): Promise<void> {
    return this.#pool.close()
  }

  [Symbol.dispose](): void {
    void this.close()
  }
}
