import { fileURLToPath } from 'node:url'
import { BatchProcessor, checkCount, ClosedError } from 'async-patterns'
import { Piscina } from 'piscina'
import { Secrets } from '../secrets/index.js'
import type { PageReading } from './normalised-page.js'
import type { PageHeaders, ReadingInstructions } from './normalise-page.js'
import { pageReader } from './normalise-page.js'
import type { PageTask, PageTasks } from './worker.js'

/** What reads pages: worker threads, or a stand-in for a rehearsal. Whoever constructs it closes it. */
export interface Normaliser extends AsyncDisposable {
  /**
   * Reads one page of the stream so named. It may take the bytes over: the caller must not use them
   * afterwards. It rejects for what is wrong with itself only; what is wrong with the page is in the reading.
   */
  read(bytes: Uint8Array, stream: string, headers?: PageHeaders): Promise<PageReading>
  /** Resolves when no page has to wait for a start any more. */
  ready(): Promise<void>
}

/** How many worker threads read pages, and how large they may grow. */
export interface NormalisePoolOptions {
  /** Threads, all started at once and kept. 1 to 64; default 4. */
  readonly workers?: number
  /**
   * Bound on each thread's heap, in MiB; a page that needs more fails alone, as WORKER_DIED. 8 or more;
   * default Node's.
   */
  readonly maxHeapMiB?: number
  /** What no record may hold, also what is learnt while the pool is at work. Default none. */
  readonly secrets?: Secrets
}

const defaultWorkers = 4

/**
 * Small pages that wait for a thread go to it together: a message between threads costs more than they do.
 */
const PAGES_TOGETHER = 16
const BYTES_TOGETHER = 64 * 1024

/**
 * Worker threads that parse and normalise pages. A thread that dies takes with it what it had in hand, one
 * page or several small ones, and is replaced.
 */
export class NormalisePool implements Normaliser {
  readonly #threads: Piscina
  readonly #batches: BatchProcessor<PageTask, PageReading>
  readonly #workers: number
  readonly #anyStream: string | undefined
  readonly #secrets: Secrets
  #closed = false

  /**
   * @throws RangeError for an option out of range; RangeError or TypeError for a mapping that cannot be
   * compiled.
   */
  constructor(instructions: readonly ReadingInstructions[], options: NormalisePoolOptions = {}) {
    const { workers = defaultWorkers, maxHeapMiB, secrets = new Secrets() } = options
    checkCount('NormalisePool.workers', workers, { max: 64 })
    this.#workers = workers
    this.#anyStream = instructions[0]?.stream
    this.#secrets = secrets
    if (maxHeapMiB !== undefined) checkCount('NormalisePool.maxHeapMiB', maxHeapMiB, { min: 8 })
    // A thread that cannot compile its instructions would be started again and again: they must fail here.
    for (const one of instructions) pageReader(one)
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
    this.#batches = new BatchProcessor<PageTask, PageReading>({
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
   * The bytes are transferred: the caller's array is empty afterwards. A page whose thread died reads as
   * WORKER_DIED.
   * @throws ClosedError (rejects) after `close`.
   */
  async read(bytes: Uint8Array, stream: string, headers: PageHeaders = {}): Promise<PageReading> {
    if (this.#closed) throw new ClosedError('NormalisePool is closed')
    const { 'content-type': contentType } = headers
    return this.#batches.add({ stream, bytes: whole(bytes), headers: { 'content-type': contentType } })
  }

  async #send(pages: readonly PageTask[]): Promise<PageReading[]> {
    const transferList = pages.map(({ bytes }) => bytes.buffer as ArrayBuffer)
    try {
      const tasks: PageTasks = { pages, credentials: this.#secrets.credentials }
      return (await this.#threads.run(tasks, { transferList })) as PageReading[]
    } catch (error) {
      if (this.#closed) throw new ClosedError('NormalisePool was closed', { cause: error })
      const reason = error instanceof Error ? error.message : String(error)
      const message = `the worker thread failed: ${reason}`
      return pages.map(() => ({ ok: false, code: 'WORKER_DIED', message, observed: {} }))
    }
  }

  /** Resolves when the threads are up, so that no page has to wait for them. They start without it too. */
  async ready(): Promise<void> {
    const stream = this.#anyStream
    if (stream === undefined) return
    const starts = Array.from({ length: this.#workers }, () =>
      this.#send([{ stream, bytes: new Uint8Array(), headers: {} }]),
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
