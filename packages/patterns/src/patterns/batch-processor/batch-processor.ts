import { abortReason, ClosedError, isAborted, tooLate } from '../../core/index.js'
import type { Clock, Within } from '../../core/index.js'
import { BoundedQueue } from '../bounded-queue/index.js'
import type { TakeBatchOptions } from '../bounded-queue/index.js'
import { BatchEntry } from './batch-entry.js'
import { batchProcessorOptions } from './batch-processor-options.js'
import type { BatchProcessorOptions } from './batch-processor-options.js'

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
  #batchesInFlight = 0
  #batches = 0
  #items = 0

  /** @throws TypeError or RangeError that names the option. */
  constructor(options: BatchProcessorOptions<T, R>) {
    const { process, clock, sizeOf, maxWaitMs, ...limits } = batchProcessorOptions(options)
    this.#process = process
    this.#clock = clock
    this.#maxConcurrentBatches = limits.maxConcurrentBatches
    this.#queue = new BoundedQueue({
      clock,
      maxItems: limits.maxQueueSize,
      ...(sizeOf !== undefined && { sizeOf: (entry: BatchEntry<T, R>) => sizeOf(entry.item) }),
    })
    this.#limits = {
      maxItems: limits.maxBatchSize,
      maxBytes: limits.maxBatchBytes,
      maxWaitMs: first => first.addedAt + maxWaitMs - clock.now(),
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
    if (isAborted(within)) return Promise.reject(abortReason(within))
    const error = tooLate(within, this.#clock)
    if (error !== undefined) return Promise.reject(error)
    return new Promise((resolve, reject) => {
      const entry = new BatchEntry<T, R>(item, this.#clock, within, resolve, reject)
      this.#enter(entry, within)
    })
  }

  /** Accepts nothing more and handles what waits at once; resolves when all of it is handled. */
  close(): Promise<void> {
    this.#queue.close()
    return this.#ended()
  }

  /**
   * Accepts nothing more; items that wait are rejected with ClosedError and not handled. Resolves when
   * the batches that had begun are handled: after that nothing runs any more.
   */
  stop(): Promise<void> {
    const error = new ClosedError('BatchProcessor: stopped before it handled the item')
    for (const entry of this.#queue.closeAndDrain()) entry.reject(error)
    return this.#ended()
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #enter(entry: BatchEntry<T, R>, within: Within | undefined): void {
    this.#ensureCollector()
    this.#queue.put(entry, within).catch((error: unknown) => entry.reject(error))
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
      const results = await this.#process(entries.map(entry => entry.item))
      checkResults(results, entries.length)
      entries.forEach((entry, i) => entry.settle(results[i] as R | Error))
    } catch (error) {
      for (const entry of entries) entry.reject(error)
    } finally {
      this.#batchesInFlight -= 1
    }
  }

  async #ended(): Promise<void> {
    await Promise.all(this.#collectors)
  }
}

function checkResults(results: unknown, count: number): void {
  if (Array.isArray(results) && results.length === count) return
  const given = Array.isArray(results) ? `${results.length} results` : String(results)
  throw new TypeError(
    `BatchProcessor.process gave ${given}; allowed is one result for each of ${count} items`,
  )
}
