import { checkOptions, checkCount } from 'async-patterns'
import type { AsyncEngineProtocol } from './engine.js'
import type { EngineResult } from './engine-result.js'
import { WorkerPool } from './worker-pool.js'

/** How many threads a ThreadedEngine has, and how long a request may take. */
export interface ThreadedEngineOptions {
  /** Worker threads. Default 10. */
  readonly maxWorkers?: number
  /** For the whole of a request, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number
}

/**
 * A thread pool, as other languages use it: each worker thread does one request at a time, over its own
 * connection.
 */
export class ThreadedEngine implements AsyncEngineProtocol, Disposable, AsyncDisposable {
  readonly #pool: WorkerPool

  /** @throws RangeError, TypeError for a bad option. */
  constructor(options: ThreadedEngineOptions = {}) {
    checkOptions('ThreadedEngine', options, ['maxWorkers', 'timeoutMs'])
    const { maxWorkers = 10, timeoutMs = 30_000 } = options
    checkCount('ThreadedEngine.maxWorkers', maxWorkers)
    this.#pool = new WorkerPool(maxWorkers, timeoutMs, 'ThreadedEngine')
  }

  /** One run at a time. Rejects with WorkerLostError when a thread dies, with ClosedError after `close`. */
  run(urls: readonly string[]): Promise<EngineResult> {
    return this.#pool.run(urls)
  }

  /** The same, blocking the calling thread. @throws WorkerLostError, ClosedError. */
  runSync(urls: readonly string[]): EngineResult {
    return this.#pool.runSync(urls)
  }

  /** Ends the worker threads. */
  close(): Promise<void> {
    return this.#pool.close()
  }

  [Symbol.dispose](): void {
    void this.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
