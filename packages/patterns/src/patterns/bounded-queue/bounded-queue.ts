import { keepShape } from '../../core/index.js'
import type { Within } from '../../core/index.js'
import { checkTakeBatch, queueOptions } from './bounded-queue-options.js'
import type { BoundedQueueOptions } from './bounded-queue-options.js'
import { QueueCore } from './queue-core.js'
import { QueueIterator } from './queue-iterator.js'
import { Taker } from './waiters.js'
import type { TakeBatchOptions } from './waiters.js'

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
  readonly #core: QueueCore<T>

  /** @throws TypeError or RangeError that names the option. */
  constructor(options?: BoundedQueueOptions<T>) {
    const bounds = queueOptions(options)
    this.maxItems = bounds.maxItems
    this.maxBytes = bounds.maxBytes
    this.#core = new QueueCore(bounds, bounds.clock, bounds.putTimeoutMs)
  }

  /** How many items are in it. */
  get size(): number {
    return this.#core.buffer.size
  }

  /** How many bytes its items count for. */
  get bytes(): number {
    return this.#core.buffer.bytes
  }

  /** How many producers wait for room. */
  get waitingPuts(): number {
    return this.#core.putters
  }

  /** How many consumers wait for items. */
  get waitingTakes(): number {
    return this.#core.takers
  }

  /** Whether it was closed or has failed: it accepts nothing more. */
  get closed(): boolean {
    return this.#core.hasEnded
  }

  /**
   * Waits for room, then adds the item. Resolves once the item is in.
   * Rejects with the abort reason, DeadlineExceededError at the deadline, AcquireTimeoutError after
   * `putTimeoutMs`, ClosedError once the queue is closed, or the error that it failed with; then the item is
   * not in.
   */
  put(item: T, within?: Within): Promise<void> {
    const core = this.#core
    if (core.hasEnded) return Promise.reject(core.refusal)
    const refusal = core.refusalOf(within)
    if (refusal !== undefined) return refusal
    try {
      const bytes = core.buffer.measure(item)
      return core.tryAdd(item, bytes) ? DONE : core.waitForRoom(item, bytes, within)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Adds the item if there is room now and nobody waits for it; false when not, or when closed. */
  tryPut(item: T): boolean {
    const bytes = this.#core.buffer.measure(item)
    return !this.#core.hasEnded && this.#core.tryAdd(item, bytes)
  }

  /**
   * Waits for the next item and takes it. Gives undefined once the queue is closed and empty; rejects with
   * the abort reason, with DeadlineExceededError at the deadline, or with the error that the queue failed
   * with, once it is empty.
   */
  take(within?: Within): Promise<T | undefined> {
    const refusal = this.#core.refusalOf(within)
    if (refusal !== undefined) return refusal
    if (this.#core.isAvailable) return Promise.resolve(this.#core.shift())
    return new Promise((resolve, reject) => {
      this.#core.waitForItems(new Taker(ONE, items => resolve(items[0]), reject), within)
    })
  }

  /** Takes the next item if one is there and nobody waits for it; undefined when not. */
  tryTake(): T | undefined {
    return this.#core.isAvailable ? this.#core.shift() : undefined
  }

  /**
   * Waits for a first item, then up to `maxWaitMs` for more, and takes them together: sooner when the batch
   * or the queue is full, or the queue is closed. Until then the items stay in the queue. An empty batch
   * means closed and empty; rejects as `take` does.
   */
  takeBatch(options: TakeBatchOptions<T> = {}, within?: Within): Promise<T[]> {
    const refusal = this.#core.refusalOf(within)
    if (refusal !== undefined) return refusal
    return new Promise((resolve, reject) => {
      checkTakeBatch(options)
      this.#core.waitForItems(new Taker(options, resolve, reject), within)
    })
  }

  /** Whether consumers wait for `resume`. */
  get isPaused(): boolean {
    return this.#core.isPaused
  }

  /** Gives nothing out until `resume`; producers go on as long as there is room. */
  pause(): void {
    this.#core.pause()
  }

  /** Ends a pause. */
  resume(): void {
    this.#core.resume()
  }

  /** Resolves when nothing is in it and no producer waits. */
  onIdle(): Promise<void> {
    return this.#core.onIdle()
  }

  /** A `takeBatch` that has items, and waits for more, goes at once with what is there. */
  flush(): void {
    this.#core.hurry()
  }

  /** Accepts nothing more; what is in can still be taken. Producers that wait get ClosedError. */
  close(): void {
    this.#core.end({})
  }

  /** As `close`, but producers, and consumers once it is empty, get `error`. The first ending counts. */
  fail(error: unknown): void {
    this.#core.end({ error })
  }

  /** As `close`, and takes out what is in, so that consumers get nothing more. */
  closeAndDrain(): T[] {
    const items = this.#core.empty()
    this.#core.end({})
    return items
  }

  /** Takes out all that is in, at once, also what a waiting consumer's batch was filling with. */
  drain(): T[] {
    const items = this.#core.empty()
    this.#core.settle()
    return items
  }

  /** Each item goes to one consumer, however many iterate. Leaving the loop does not close the queue. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> & AsyncIterable<T> {
    return new QueueIterator(this)
  }
}

keepShape(new BoundedQueue())
