import { abortReason, isAborted, keepShape } from '../../core/index.js'
import type { Within } from '../../core/index.js'
import { checkLimits, readOptions, readTimeout } from './bounded-queue-options.js'
import type { BoundedQueueOptions, PutOptions } from './bounded-queue-options.js'
import { Exchange } from './exchange.js'
import { QueueIterator } from './queue-iterator.js'
import { Taker } from './waiters.js'
import type { BatchLimits } from './waiters.js'

const ONE = Object.freeze({ maxItems: 1 })
const DONE = Promise.resolve()

/**
 * A first-in, first-out queue between producers and consumers, bounded by items and by bytes.
 * Producers wait for room and consumers for items, each in the order in which they came; nobody overtakes.
 * Every operation takes constant time. One that is aborted while it waits has no effect at all.
 */
export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly maxItems: number
  readonly maxBytes: number
  readonly #exchange: Exchange<T>

  /** @throws TypeError or RangeError that names the option. */
  constructor(options?: BoundedQueueOptions<T>) {
    const bounds = readOptions(options)
    this.maxItems = bounds.maxItems
    this.maxBytes = bounds.maxBytes
    this.#exchange = new Exchange(bounds, bounds.clock)
  }

  /** How many items are in it. */
  get size(): number {
    return this.#exchange.contents.size
  }

  /** How many bytes its items count for. */
  get bytes(): number {
    return this.#exchange.contents.bytes
  }

  /** How many producers wait for room. */
  get waitingPuts(): number {
    return this.#exchange.putters
  }

  /** How many consumers wait for items. */
  get waitingTakes(): number {
    return this.#exchange.takers
  }

  /** Whether it was closed or has failed: it accepts nothing more. */
  get closed(): boolean {
    return this.#exchange.hasEnded
  }

  /**
   * Waits for room, then adds the item. Resolves once the item is in.
   * Rejects with the abort reason, DeadlineExceededError at the deadline, AcquireTimeoutError after `timeoutMs`,
   * ClosedError once the queue is closed, or the error that it failed with; then the item is not in.
   */
  put(item: T, options?: PutOptions): Promise<void> {
    const exchange = this.#exchange
    if (exchange.hasEnded) return Promise.reject(exchange.refusal)
    if (isAborted(options)) return Promise.reject(abortReason(options))
    try {
      const bytes = exchange.contents.measure(item)
      if (exchange.tryAdd(item, bytes)) return DONE
      return exchange.waitForRoom(item, bytes, options, readTimeout(options))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Adds the item if there is room now and nobody waits for it; false when not, or when closed. */
  tryPut(item: T): boolean {
    const bytes = this.#exchange.contents.measure(item)
    return !this.#exchange.hasEnded && this.#exchange.tryAdd(item, bytes)
  }

  /**
   * Waits for the next item and takes it. Gives undefined once the queue is closed and empty; rejects with
   * the abort reason, with DeadlineExceededError at the deadline, or with the error that the queue failed with,
   * once it is empty.
   */
  take(within?: Within): Promise<T | undefined> {
    if (isAborted(within)) return Promise.reject(abortReason(within))
    if (this.#exchange.isAvailable) return Promise.resolve(this.#exchange.shift())
    return new Promise((resolve, reject) => {
      this.#exchange.waitForItems(new Taker(ONE, items => resolve(items[0]), reject), within)
    })
  }

  /** Takes the next item if one is there and nobody waits for it; undefined when not. */
  tryTake(): T | undefined {
    return this.#exchange.isAvailable ? this.#exchange.shift() : undefined
  }

  /**
   * Waits for a first item, then up to `maxWaitMs` for more, and takes them together: sooner when the batch
   * or the queue is full, or the queue is closed. Until then the items stay in the queue. An empty batch
   * means closed and empty; rejects as `take` does.
   */
  takeBatch(limits: BatchLimits<T> = {}, within?: Within): Promise<T[]> {
    if (isAborted(within)) return Promise.reject(abortReason(within))
    return new Promise((resolve, reject) => {
      checkLimits(limits)
      this.#exchange.waitForItems(new Taker(limits, resolve, reject), within)
    })
  }

  /** Accepts nothing more; what is in can still be taken. Producers that wait get ClosedError. */
  close(): void {
    this.#exchange.end({})
  }

  /** As `close`, but producers, and consumers once it is empty, get `error`. The first ending counts. */
  fail(error: unknown): void {
    this.#exchange.end({ error })
  }

  /** As `close`, and takes out what is in, so that consumers get nothing more. */
  closeAndDrain(): T[] {
    const items = this.#exchange.empty()
    this.#exchange.end({})
    return items
  }

  /** Takes out all that is in, at once, also what a waiting consumer's batch was filling with. */
  drain(): T[] {
    const items = this.#exchange.empty()
    this.#exchange.settle()
    return items
  }

  /** Each item goes to one consumer, however many iterate. Leaving the loop does not close the queue. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> & AsyncIterable<T> {
    return new QueueIterator(this)
  }
}

keepShape(new BoundedQueue())
