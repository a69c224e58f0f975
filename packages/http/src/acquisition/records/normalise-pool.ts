import { fileURLToPath } from 'node:url'
import { BatchProcessor, checkCount, ClosedError } from 'async-patterns'
import { Piscina } from 'piscina'
import type { SourceConfig } from '../streams/config.js'
import type { Secrets } from '../secrets/secrets.js'
import type { NormalisedPage } from './normalised-page.js'
import type { PageHeaders } from './normalise-page.js'
import { instructionsOf, pageNormaliser } from './normalise-page.js'
import { PageInvalidError } from './page-invalid-error.js'
import type { NormaliseAnswer, NormaliseTask } from './worker.js'

export interface NormalisePoolOptions {
  /** Threads, all started at once and kept. 1 to 64; default 4. */
  readonly workers?: number
  /** Bound on each thread's heap, in MiB; a page that needs more fails alone, as WORKER_DIED. 8 or more; default Node's. */
  readonly maxHeapMiB?: number
  /** What no product may hold. Default none. */
  readonly secrets?: Secrets
}

const defaultWorkers = 4

/** Small pages that wait for a thread go to it together: a message between threads costs more than they do. */
const PAGES_TOGETHER = 16
const BYTES_TOGETHER = 64 * 1024

/**
 * Worker threads that parse and normalise pages. A thread that dies takes with it what it had in hand, one page or several
 * small ones, and is replaced.
 */
export class NormalisePool implements AsyncDisposable {
  readonly #threads: Piscina
  readonly #batches: BatchProcessor<NormaliseTask, NormaliseAnswer>
  readonly #workers: number
  readonly #anySource: string | undefined
  #closed = false

  /** @throws RangeError for an option out of range; RangeError or TypeError for a mapping that cannot be compiled. */
  constructor(sources: readonly SourceConfig[], options: NormalisePoolOptions = {}) {
    const { workers = defaultWorkers, maxHeapMiB, secrets } = options
    checkCount('NormalisePool.workers', workers, { max: 64 })
    this.#workers = workers
    this.#anySource = sources[0]?.name
    if (maxHeapMiB !== undefined) checkCount('NormalisePool.maxHeapMiB', maxHeapMiB, { min: 8 })
    const instructions = sources.map(source => instructionsOf(source, secrets))
    // A thread that cannot compile its instructions would be started again and again: they must fail here.
    for (const one of instructions) pageNormaliser(one)
    this.#threads = new Piscina({
      filename: workerFile(),
      name: 'normalise',
      workerData: instructions,
      minThreads: workers,
      maxThreads: workers,
      concurrentTasksPerWorker: 1,
      recordTiming: false,
      resourceLimits: maxHeapMiB === undefined ? {} : { maxOldGenerationSizeMb: maxHeapMiB },
    })
    this.#batches = new BatchProcessor<NormaliseTask, NormaliseAnswer>({
      process: tasks => this.#send(tasks),
      maxBatchSize: PAGES_TOGETHER,
      maxBatchBytes: BYTES_TOGETHER,
      sizeOf: ({ bytes }) => bytes.byteLength,
      maxWaitMs: 0,
      maxConcurrentBatches: workers,
    })
    // A thread that dies between pages has no page to fail, and the next page finds a fresh one.
    this.#threads.on('error', () => undefined)
  }

  /**
   * Normalises one page of the source so named. The bytes are transferred: the caller's array is empty afterwards.
   * @throws PageInvalidError (rejects) when the page cannot be used, or when its thread died; ClosedError after `close`.
   */
  async run(bytes: Uint8Array, source: string, headers: PageHeaders = {}): Promise<NormalisedPage> {
    if (this.#closed) throw new ClosedError('NormalisePool is closed')
    const { 'content-type': contentType, link } = headers
    const answer = await this.#batches.add({
      source,
      bytes: whole(bytes),
      headers: { 'content-type': contentType, link },
    })
    if (answer.ok) return answer.page
    throw new PageInvalidError(answer.code, answer.message)
  }

  async #send(tasks: readonly NormaliseTask[]): Promise<NormaliseAnswer[]> {
    const transferList = tasks.map(({ bytes }) => bytes.buffer as ArrayBuffer)
    try {
      return (await this.#threads.run(tasks, { transferList })) as NormaliseAnswer[]
    } catch (error) {
      if (this.#closed) throw new ClosedError('NormalisePool was closed', { cause: error })
      const reason = error instanceof Error ? error.message : String(error)
      throw new PageInvalidError('WORKER_DIED', `the worker thread failed: ${reason}`, { cause: error })
    }
  }

  /** Resolves when the threads are up, so that no page has to wait for them. They start without it too. */
  async ready(): Promise<void> {
    const source = this.#anySource
    if (source === undefined) return
    const starts = Array.from({ length: this.#workers }, () =>
      this.#send([{ source, bytes: new Uint8Array(), headers: {} }]),
    )
    await Promise.allSettled(starts)
  }

  /** Pages in hand are finished first. A second call waits for the first. */
  async close(): Promise<void> {
    await this.#batches.close()
    this.#closed = true
    await this.#threads.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** A buffer of its own: a slice of a shared one must not be transferred with its neighbours. */
function whole(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes
  const own = buffer instanceof ArrayBuffer && byteLength === buffer.byteLength
  return own ? new Uint8Array(buffer) : new Uint8Array(bytes)
}

/** Worker threads run built code, even where the tests run this file from the sources. */
function workerFile(): string {
  return fileURLToPath(new URL('./worker.js', import.meta.url)).replace(
    /([\\/]http[\\/])src([\\/])/,
    '$1dist$2',
  )
}
