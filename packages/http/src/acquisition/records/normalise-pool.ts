import type { Clock, Within } from 'async-patterns'
import {
  BatchProcessor,
  checkCount,
  checkOptions,
  ClosedError,
  isAborted,
  onAbort,
  systemClock,
  Timeout,
  TimeoutError,
} from 'async-patterns'
import { Secrets } from '../secrets/index.js'
import { isGzip } from './decoders/gzip.js'
import { inTime } from './hooks/in-time.js'
import type { PageReading } from './normalised-page.js'
import type { PageHeaders } from './normalise-page.js'
import { needsTime, pageReader } from './normalise-page.js'
import { headersOfExpressions } from './page-expressions.js'
import type { PageContext } from './page-context.js'
import { PageInvalidError } from './page-invalid-error.js'
import type { PageTask } from './page-readers.js'
import { PageReaders } from './page-readers.js'
import { headersIn } from './paging-values.js'
import type { ReadingInstructions } from './reading-instructions.js'
import { ReadingThread } from './reading-thread.js'
import { isUnboundedProbe } from './body-probes.js'
import { isUnbounded } from './record-filter.js'

/** What reads pages: worker threads, or a stand-in for a rehearsal. Whoever constructs it closes it. */
export interface Normaliser extends AsyncDisposable {
  /**
   * Reads one page of the stream so named. It may take the bytes over: the caller must not use them
   * afterwards. It rejects for what is wrong with itself only; what is wrong with the page is in the reading.
   * An abort rejects at once with its reason.
   */
  read(
    bytes: Uint8Array,
    stream: string,
    headers?: PageHeaders,
    within?: Within,
    context?: PageContext,
  ): Promise<PageReading>
  /** Resolves when no page has to wait for a start any more. */
  ready(): Promise<void>
}

/** How many worker threads read pages, and how large they may grow. */
export interface NormalisePoolOptions {
  /** Threads at most, each started when it has work and kept. 1 to 64; default 4. */
  readonly workers?: number
  /** Bound on each thread's heap, in MiB; a page that needs more fails alone, as TOO_HEAVY. Default 400. */
  readonly maxHeapMiB?: number
  /** What no record may hold, also what is learnt while the pool is at work. Default none. */
  readonly secrets?: Secrets
  /** Measures how long a page takes. Default: the system's, for threads work in real time. */
  readonly clock?: Clock
}

const DEFAULTS = Object.freeze({ workers: 4, maxHeapMiB: 400, clock: systemClock })

/** How long a page may take that says nothing of it. */
const PAGE_TIME_MS = 10_000

/**
 * Small pages that wait for a thread go to it together: a message between threads costs more than they do.
 */
const PAGES_TOGETHER = 16
const BYTES_TOGETHER = 256 * 1024

/** A page of no more bytes is read at once by whoever brings it: a message to a thread costs more. */
const SMALL_PAGE_BYTES = 8 * 1024

/** A page that waits to be read. */
interface Waiting {
  readonly task: PageTask
  readonly within: Within | undefined
  /** It shared a thread that was lost: it goes alone, so that it is clear whose fault it was. */
  readonly isAlone: boolean
}

/**
 * Worker threads that parse and normalise pages; small ones are read without them, where nothing that the file
 * says can take long. What a page may take of a thread is bounded from outside: its
 * time by a timer, its memory by the thread's heap. Beyond it the thread is ended and replaced, and the page
 * reads as TOO_SLOW or TOO_HEAVY. Pages that shared the thread are read again, each alone.
 */
export class NormalisePool implements Normaliser {
  readonly #instructions: ReadonlyMap<string, ReadingInstructions>
  readonly #options: Required<Omit<NormalisePoolOptions, 'secrets'>>
  readonly #secrets: Secrets
  readonly #threads = new Set<ReadingThread>()
  readonly #idle: ReadingThread[] = []
  readonly #batches: BatchProcessor<Waiting, PageReading | undefined>
  /** Of the streams whose small pages need no thread. */
  readonly #ownReaders: PageReaders
  readonly #inThreads: ReadonlySet<string>
  /** Streams with functions of this process, which no thread has. */
  readonly #here: ReadonlySet<string>
  #isClosed = false

  /**
   * @throws RangeError for an option out of range; RangeError or TypeError for a mapping that cannot be
   * compiled.
   */
  constructor(instructions: readonly ReadingInstructions[], options: NormalisePoolOptions = {}) {
    checkOptions('NormalisePool', options, [...Object.keys(DEFAULTS), 'secrets'])
    const { secrets = new Secrets(), ...rest } = options
    this.#options = { ...DEFAULTS, ...rest }
    const { workers, maxHeapMiB } = this.#options
    checkCount('NormalisePool.workers', workers, { max: 64 })
    checkCount('NormalisePool.maxHeapMiB', maxHeapMiB, { min: 8 })
    this.#instructions = new Map(instructions.map(one => [one.stream, one]))
    this.#secrets = secrets
    // A thread that cannot compile its instructions would fail every page: they must fail here.
    for (const one of instructions) pageReader(one)
    this.#ownReaders = new PageReaders(instructions)
    this.#inThreads = new Set(instructions.filter(needsThread).map(({ stream }) => stream))
    this.#here = new Set(instructions.filter(isOfThisProcess).map(({ stream }) => stream))
    // Other streams may have small pages alone, and a thread takes longer to start than they do.
    while (this.#inThreads.size > 0 && this.#threads.size < workers) this.#idle.push(this.#start())
    this.#batches = new BatchProcessor<Waiting, PageReading | undefined>({
      process: pages => this.#read(pages),
      maxBatchSize: PAGES_TOGETHER,
      maxBatchBytes: BYTES_TOGETHER,
      sizeOf: ({ task, isAlone }) => (isAlone ? BYTES_TOGETHER : task.bytes.byteLength),
      maxWaitMs: 0,
      maxConcurrentBatches: workers,
    })
  }

  /**
   * The bytes are taken over: the caller's array may be empty afterwards. A page whose thread died for another
   * reason reads as WORKER_DIED.
   * @throws ClosedError (rejects) after `close`.
   */
  async read(
    bytes: Uint8Array,
    stream: string,
    headers: PageHeaders = {},
    within?: Within,
    context?: PageContext,
  ): Promise<PageReading> {
    if (this.#isClosed) throw new ClosedError('NormalisePool is closed')
    if (this.#here.has(stream)) return await this.#readHere({ stream, bytes, headers, context }, within)
    const isSmall = bytes.byteLength <= SMALL_PAGE_BYTES && !isGzip(bytes) && !this.#inThreads.has(stream)
    if (isSmall && !isAborted(within))
      return this.#ownReaders.read({ stream, bytes, headers, context }, this.#secrets.credentials)
    const task = { stream, bytes: whole(bytes), headers: this.#readHeaders(stream, headers), context }
    const reading = await this.#batches.add({ task, within, isAlone: false }, within)
    const last = reading ?? (await this.#batches.add({ task, within, isAlone: true }, within))
    return last as PageReading
  }

  /** Its time bounds what is waited for; what never gives the thread back cannot be ended from here. */
  async #readHere(task: PageTask, within: Within | undefined): Promise<PageReading> {
    const timeoutMs = this.#timeOf(task)
    const limit = new Timeout({ timeoutMs, clock: this.#options.clock })
    try {
      return await inTime(limit, () => this.#ownReaders.compute(task, this.#secrets.credentials), within)
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error
      return this.#lost(tooSlow(timeoutMs))
    }
  }

  /** Those that matter to how the page is read: others need not cross to a thread. */
  #readHeaders(stream: string, headers: PageHeaders): PageHeaders {
    const own = this.#instructions.get(stream)
    // What a hook looks at, only the hook knows.
    if (own?.hooks !== undefined) return { ...headers }
    const names = ['content-type', ...headersIn(own?.paging ?? {}), ...headersOfExpressions(own ?? {})]
    return Object.fromEntries(names.map(name => [name, headers[name]]))
  }

  /** Resolves when the threads are up, so that no page has to wait for them. */
  async ready(): Promise<void> {
    await Promise.allSettled(Array.from(this.#threads, thread => thread.ready))
  }

  /** Threads are ended at once: pages in hand reject with ClosedError. A second call waits for the first. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const thread of this.#threads) thread.end(new ClosedError('NormalisePool was closed'))
    this.#threads.clear()
    await this.#batches.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #start(): ReadingThread {
    const crossing = [...this.#instructions.values()].filter(one => !isOfThisProcess(one))
    const thread = new ReadingThread(crossing, this.#options.maxHeapMiB)
    this.#threads.add(thread)
    return thread
  }

  /** Undefined for pages that shared a thread that was lost. */
  async #read(pages: readonly Waiting[]): Promise<(PageReading | undefined)[]> {
    if (this.#isClosed) throw new ClosedError('NormalisePool was closed')
    let thread = this.#idle.pop()
    if (thread?.isDead !== false) thread = this.#start()
    try {
      await thread.ready
      const readings = await this.#readInTime(thread, pages)
      this.#idle.push(thread)
      return readings
    } catch (error) {
      this.#threads.delete(thread)
      thread.end(error)
      if (this.#isClosed) throw new ClosedError('NormalisePool was closed', { cause: error })
      return pages.map(() => (pages.length > 1 ? undefined : this.#lost(error)))
    }
  }

  async #readInTime(thread: ReadingThread, pages: readonly Waiting[]): Promise<PageReading[]> {
    const { clock } = this.#options
    const timeMs = Math.max(...pages.map(({ task }) => this.#timeOf(task)))
    const timer = clock.setTimer(() => thread.end(tooSlow(timeMs)), timeMs)
    const unsubscribe = pages.map(({ within }) =>
      onAbort(within ?? {}, () => {
        if (pages.every(page => isAborted(page.within)))
          thread.end(new ClosedError('nobody waits for its pages'))
      }),
    )
    const tasks = pages.map(({ task }) => task)
    // Pages that share a thread are copied, for they may have to be read again: they are small.
    const transferList = tasks.length > 1 ? [] : tasks.map(({ bytes }) => bytes.buffer as ArrayBuffer)
    try {
      return await thread.read({ pages: tasks, credentials: this.#secrets.credentials }, transferList)
    } finally {
      clock.clearTimer(timer)
      for (const stop of unsubscribe) stop()
    }
  }

  #timeOf({ stream }: PageTask): number {
    return this.#instructions.get(stream)?.timeMs ?? PAGE_TIME_MS
  }

  #lost(error: unknown): PageReading {
    const reason = error instanceof Error ? error.message : String(error)
    const failed = (code: PageInvalidError['code'], message: string): PageReading => ({
      ok: false,
      code,
      message,
      observed: {},
    })
    if (error instanceof PageInvalidError) return failed(error.code, reason)
    if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY')
      return failed('WORKER_DIED', `the worker thread failed: ${reason}`)
    const { maxHeapMiB } = this.#options
    return failed('TOO_HEAVY', `the page took more than the ${maxHeapMiB} MiB that a worker thread may have`)
  }
}

/** Its pages may take any time, however small they are: only a thread can be ended. */
function needsThread(instructions: ReadingInstructions): boolean {
  const { where = [], children = [], probes = [] } = instructions
  const filters = [where, ...children.map(child => child.where ?? [])]
  return needsTime(instructions) || filters.some(isUnbounded) || probes.some(isUnboundedProbe)
}

function isOfThisProcess({ hooks }: ReadingInstructions): boolean {
  return hooks !== undefined && 'functions' in hooks
}

function tooSlow(timeMs: number): PageInvalidError {
  return new PageInvalidError(
    'TOO_SLOW',
    `the page was not read within ${timeMs} ms; limits.pageTime allows more`,
  )
}

/** A buffer of its own: a slice of a shared one must not be transferred with its neighbours. */
function whole(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes
  const own = buffer instanceof ArrayBuffer && byteLength === buffer.byteLength
  return own ? new Uint8Array(buffer) : new Uint8Array(bytes)
}
