import {
  abortReason,
  atEndOfTurn,
  CancellableContext,
  checkDuration,
  ClosedError,
  contextOf,
  Deferred,
  isAborted,
  LinkedList,
  TimeoutError,
  tooLate,
  misuse,
  checkOptions,
} from '../../core/index.js'
import type { Clock, Within } from '../../core/index.js'
import { BoundedQueue } from '../bounded-queue/index.js'
import type { TakeBatchOptions } from '../bounded-queue/index.js'
import { BatchEntry } from './batch-entry.js'
import { batchProcessorOptions } from './batch-processor-options.js'
import type { BatchProcessorOptions } from './batch-processor-options.js'

/** How patient a `close` or `stop` is. */
export interface BatchCloseOptions {
  /**
   * After so many milliseconds all items that have no answer yet are rejected with ClosedError, the signal of
   * the batches under way is aborted, and the call rejects with TimeoutError. Default Infinity.
   */
  readonly timeoutMs?: number
}

/** How a BatchProcessor stands at this moment. */
export interface BatchProcessorMetrics {
  /** Items that wait for their batch. */
  readonly waiting: number
  /** Batches that are being handled now. */
  readonly batchesInFlight: number
  /** Batches handed to `process` so far. */
  readonly batches: number
  /** Items handed to `process` so far. */
  readonly items: number
}

/**
 * Gathers single items into batches: each caller adds its own item and gets that item's own result.
 * A batch goes when it is full (by items or bytes) or its first item has waited `maxWaitMs`, at most
 * `maxConcurrentBatches` at a time. Items keep their order within and between batches.
 */
export class BatchProcessor<T, R> implements AsyncDisposable {
  readonly #process: BatchProcessorOptions<T, R>['process']
  readonly #clock: Clock
  readonly #limits: TakeBatchOptions<BatchEntry<T, R>>
  readonly #maxConcurrentBatches: number
  readonly #queue: BoundedQueue<BatchEntry<T, R>>
  /** Each takes one batch after the other; they start as they are needed and end with the queue. */
  readonly #collectors: Promise<void>[] = []
  /** One for all batches: it is aborted when closing runs out of time. */
  readonly #context = new CancellableContext(contextOf(undefined), 1, Infinity)
  /** Those that have no answer yet, in the order in which they were added. */
  readonly #unanswered = new LinkedList<BatchEntry<T, R>>()
  readonly #flushes: { readonly place: number; readonly done: Deferred<void> }[] = []
  readonly #isByTurn: boolean
  #isTurnOpen = false
  #added = 0
  /** Those up to this place wait for no others. */
  #hurried = 0
  #batchesInFlight = 0
  #batches = 0
  #items = 0

  /** @throws TypeError or RangeError that names the option. */
  constructor(options: BatchProcessorOptions<T, R>) {
    const { process, clock, sizeOf, maxWaitMs, ...limits } = batchProcessorOptions(options)
    this.#process = process
    this.#clock = clock
    this.#isByTurn = !(maxWaitMs > 0)
    this.#maxConcurrentBatches = limits.maxConcurrentBatches
    this.#queue = new BoundedQueue({
      clock,
      maxItems: limits.maxQueueSize,
      ...(sizeOf !== undefined && { sizeOf: (entry: BatchEntry<T, R>) => sizeOf(entry.item) }),
    })
    this.#limits = {
      maxItems: limits.maxBatchSize,
      maxBytes: limits.maxBatchBytes,
      maxWaitMs: ({ place, addedAt }) => {
        if (place <= this.#hurried) return 0
        return this.#isByTurn ? Infinity : addedAt + maxWaitMs - clock.now()
      },
    }
  }

  /** True while no item waits and no batch is being handled. */
  get idle(): boolean {
    return this.#queue.size === 0 && this.#batchesInFlight === 0
  }

  /** How it stands at this moment. */
  metrics(): BatchProcessorMetrics {
    return {
      waiting: this.#queue.size,
      batchesInFlight: this.#batchesInFlight,
      batches: this.#batches,
      items: this.#items,
    }
  }

  /**
   * Resolves with the item's own result, or rejects with its own error, its batch's error, or ClosedError. An
   * abort rejects at once with its reason, a deadline with DeadlineExceededError; an item that still waits is
   * then not handled.
   */
  add(item: T, within?: Within): Promise<R> {
    const refused = misuse('BatchProcessor', this.#process, within)
    if (refused !== undefined) return refused
    if (isAborted(within)) return Promise.reject(abortReason(within))
    const error = tooLate(within, this.#clock)
    if (error !== undefined) return Promise.reject(error)
    return new Promise((resolve, reject) => {
      this.#added += 1
      const entry = new BatchEntry<T, R>(item, this.#added, this.#clock.now(), resolve, reject)
      this.#enter(entry, within)
    })
  }

  /** Sends what waits at once; resolves when every item that was added before has its answer. */
  flush(): Promise<void> {
    const { last } = this.#unanswered
    if (last === undefined) return Promise.resolve()
    this.#hurry()
    const done = new Deferred<void>()
    this.#flushes.push({ place: last.place, done })
    return done.promise
  }

  /** Accepts nothing more and handles what waits at once; resolves when all of it is handled. */
  close(options?: BatchCloseOptions): Promise<void> {
    this.#queue.close()
    return this.#ended('close', options)
  }

  /**
   * Accepts nothing more; items that wait are rejected with ClosedError and not handled. Resolves when
   * the batches that had begun are handled: after that nothing runs any more.
   */
  stop(options?: BatchCloseOptions): Promise<void> {
    const error = new ClosedError('BatchProcessor: stopped before it handled the item')
    for (const entry of this.#queue.closeAndDrain()) entry.reject(error)
    return this.#ended('stop', options)
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #enter(entry: BatchEntry<T, R>, within: Within | undefined): void {
    this.#unanswered.push(entry)
    entry.watch(within, this.#clock, () => this.#answered(entry))
    this.#ensureCollector()
    this.#queue.put(entry, within).catch((error: unknown) => entry.reject(error))
    if (!this.#isByTurn || this.#isTurnOpen) return
    this.#isTurnOpen = true
    atEndOfTurn(() => {
      this.#isTurnOpen = false
      this.#hurry()
    })
  }

  #answered(entry: BatchEntry<T, R>): void {
    this.#unanswered.remove(entry)
    const oldest = this.#unanswered.first?.place ?? Infinity
    while ((this.#flushes[0]?.place ?? Infinity) < oldest) this.#flushes.shift()?.done.resolve()
  }

  /** What has been added so far waits for no others, also while all places are taken. */
  #hurry(): void {
    this.#hurried = this.#added
    this.#queue.flush()
  }

  #ensureCollector(): void {
    if (this.#queue.closed || this.#queue.waitingTakes > 0) return
    if (this.#collectors.length < this.#maxConcurrentBatches) this.#collectors.push(this.#collect())
  }

  async #collect(): Promise<void> {
    for (;;) {
      const taken = await this.#queue.takeBatch(this.#limits)
      if (taken.length === 0) return
      const entries = taken.filter(entry => !entry.settled)
      if (entries.length > 0) await this.#handle(entries)
    }
  }

  async #handle(entries: readonly BatchEntry<T, R>[]): Promise<void> {
    this.#batches += 1
    this.#items += entries.length
    this.#batchesInFlight += 1
    try {
      const results = await this.#process(
        entries.map(entry => entry.item),
        this.#context,
      )
      checkResults(results, entries.length)
      entries.forEach((entry, i) => entry.settle(results[i] as R | Error))
    } catch (error) {
      for (const entry of entries) entry.reject(error)
    } finally {
      this.#batchesInFlight -= 1
    }
  }

  async #ended(name: string, options: BatchCloseOptions = {}): Promise<void> {
    checkOptions(`BatchProcessor.${name}`, options, ['timeoutMs'])
    const { timeoutMs = Infinity } = options
    checkDuration(`BatchProcessor.${name}.timeoutMs`, timeoutMs, { orInfinity: true })
    const ended = Promise.all(this.#collectors)
    if (timeoutMs === Infinity) return void (await ended)
    const timeout = new Deferred<never>()
    const timer = this.#clock.setTimer(() => timeout.reject(this.#giveUp(timeoutMs)), timeoutMs)
    await Promise.race([ended, timeout.promise]).finally(() => this.#clock.clearTimer(timer))
  }

  #giveUp(timeoutMs: number): TimeoutError {
    const left = this.#unanswered.size
    const error = new ClosedError('BatchProcessor: closed before the item was handled')
    this.#queue.closeAndDrain()
    this.#context.cancel(error)
    for (let one = this.#unanswered.first; one !== undefined; one = this.#unanswered.first) one.reject(error)
    return new TimeoutError(`BatchProcessor: ${left} items had no answer after ${timeoutMs} ms`, timeoutMs)
  }
}

function checkResults(results: unknown, count: number): void {
  if (Array.isArray(results) && results.length === count) return
  const given = Array.isArray(results) ? `${results.length} results` : String(results)
  throw new TypeError(
    `BatchProcessor.process gave ${given}; allowed is one result for each of ${count} items`,
  )
}
