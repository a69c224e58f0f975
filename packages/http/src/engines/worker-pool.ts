import { AsyncPatternsError, ClosedError, checkDuration, systemClock } from 'async-patterns'
import { EngineResult } from './engine-result.js'
import type { FetchReport, FetchTask } from './fetch-worker.js'
import { PeakMemory } from './peak-memory.js'
import { PoolWorker, WorkerLostError } from './pool-worker.js'
import { RequestRecord } from './request-result.js'
import type { RequestResult } from './request-result.js'

/** The same place as in the worker, which cannot be imported: importing it would run it. */
const DONE = 1
/** How often a blocked thread checks whether it waits for a thread that is lost. */
const CHECK_MS = 1_000

/** An engine of worker threads does one run at a time. */
export class EngineBusyError extends AsyncPatternsError {
  readonly code = 'ENGINE_BUSY'
}

/**
 * Worker threads that take URLs from one list, each one request at a time over a connection of its own.
 * They are started by the first run and live until `close`; an idle pool does not keep the process alive.
 */
export class WorkerPool {
  readonly #size: number
  readonly #timeoutMs: number
  #workers: readonly PoolWorker[] | undefined = undefined
  #busy = false
  #closed = false

  constructor(size: number, timeoutMs: number, owner: string) {
    checkDuration(`${owner}.timeoutMs`, timeoutMs)
    this.#size = size
    this.#timeoutMs = timeoutMs
  }

  async run(urls: readonly string[]): Promise<EngineResult> {
    const run = this.#begin(urls)
    try {
      return run.end(await Promise.all(run.workers.map(worker => worker.report())))
    } catch (error) {
      await this.#terminate()
      throw error
    } finally {
      this.#end(run)
    }
  }

  /** Blocks the thread that calls it: nothing else happens on it until all is done. */
  runSync(urls: readonly string[]): EngineResult {
    const run = this.#begin(urls)
    try {
      run.wait()
      return run.end(run.workers.map(worker => worker.reported()))
    } catch (error) {
      void this.#terminate()
      throw error
    } finally {
      this.#end(run)
    }
  }

  close(): Promise<void> {
    this.#closed = true
    return this.#terminate()
  }

  /** After a thread was lost the others are of no use: what they still report belongs to no run. */
  async #terminate(): Promise<void> {
    const workers = this.#workers ?? []
    this.#workers = undefined
    await Promise.all(workers.map(worker => worker.terminate()))
  }

  #begin(urls: readonly string[]): PoolRun {
    if (this.#closed) throw new ClosedError('the engine is closed')
    if (this.#busy) throw new EngineBusyError('the engine has a run under way already')
    this.#workers ??= Array.from({ length: this.#size }, () => this.#startWorker())
    this.#busy = true
    return new PoolRun(urls, this.#workers)
  }

  #end({ workers }: PoolRun): void {
    this.#busy = false
    for (const worker of workers) worker.unref()
  }

  #startWorker(): PoolWorker {
    return new PoolWorker(this.#timeoutMs, worker => this.#onExit(worker))
  }

  /** A thread that ended between runs would never report: the next run starts new threads. */
  #onExit(worker: PoolWorker): void {
    if (this.#workers?.includes(worker) === true && !this.#busy) void this.#terminate()
  }
}

/** One run of a pool. */
class PoolRun {
  readonly workers: readonly PoolWorker[]
  readonly #task: FetchTask
  readonly #startedAt = systemClock.now()
  readonly #memory = new PeakMemory()

  constructor(urls: readonly string[], workers: readonly PoolWorker[]) {
    this.#task = { urls: [...urls], progress: new Int32Array(new SharedArrayBuffer(8)) }
    this.workers = workers
    for (const worker of workers) worker.begin(this.#task)
  }

  /**
   * Blocks until all workers have reported.
   * @throws WorkerLostError soon after one of them cannot any more.
   */
  wait(): void {
    const { progress } = this.#task
    for (let done = 0; done < this.workers.length; done = Atomics.load(progress, DONE)) {
      const isCheck = Atomics.wait(progress, DONE, done, CHECK_MS) === 'timed-out'
      const lost = this.workers.find(worker => worker.hasEnded || (isCheck && worker.seemsLost()))
      // There is no report to be taken: this throws what has become of it.
      lost?.reported()
    }
  }

  end(reports: readonly FetchReport[]): EngineResult {
    const results = Array.from<RequestResult>({ length: this.#task.urls.length })
    for (const [index, result] of reports.flat()) results[index] = result
    for (const [index, url] of this.#task.urls.entries()) results[index] ??= withoutResult(url)
    return new EngineResult(results, systemClock.now() - this.#startedAt, this.#memory.stop())
  }
}

function withoutResult(url: string): RequestResult {
  return new RequestRecord(url, systemClock).fail(new WorkerLostError('no result'))
}
