import {
  AcquireTimeoutError,
  abortReason,
  type Clock,
  ClosedError,
  isAborted,
  keepShape,
  onGivenUp,
  type Within,
} from '../../core/index.js'
import {
  type BoundedQueueOptions,
  checkLimits,
  type PutOptions,
  readOptions,
  readTimeout,
} from './bounded-queue-options.js'
import { Contents } from './contents.js'
import { QueueIterator } from './queue-iterator.js'
import { type BatchLimits, Putter, Taker } from './waiters.js'
import { WaitingLine } from './waiting-line.js'

/** How the queue came to its end: `error` is there when it failed. */
type Ending = { readonly error?: unknown }

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
  readonly #clock: Clock
  readonly #contents: Contents<T>
  readonly #takers = new WaitingLine<Taker<T>>()
  readonly #putters = new WaitingLine<Putter<T>>()
  #ending: Ending | undefined

  /** @throws TypeError or RangeError that names the option. */
  constructor(options?: BoundedQueueOptions<T>) {
    const bounds = readOptions(options)
    this.maxItems = bounds.maxItems
    this.maxBytes = bounds.maxBytes
    this.#clock = bounds.clock
    this.#contents = new Contents(bounds)
  }

  /** How many items are in it. */
  get size(): number {
    return this.#contents.size
  }

  /** How many bytes its items count for. */
  get bytes(): number {
    return this.#contents.bytes
  }

  /** How many producers wait for room. */
  get waitingPuts(): number {
    return this.#putters.size
  }

  /** How many consumers wait for items. */
  get waitingTakes(): number {
    return this.#takers.size
  }

  /** Whether it was closed or has failed: it accepts nothing more. */
  get closed(): boolean {
    return this.#ending !== undefined
  }

  /**
   * Waits for room, then adds the item. Resolves once the item is in.
   * Rejects with the abort reason, DeadlineExceededError at the deadline, AcquireTimeoutError after `timeoutMs`,
   * ClosedError once the queue is closed, or the error that it failed with; then the item is not in.
   */
  put(item: T, options?: PutOptions): Promise<void> {
    if (this.#ending !== undefined) return Promise.reject(this.#refusal(this.#ending))
    if (isAborted(options)) return Promise.reject(abortReason(options))
    try {
      const bytes = this.#contents.measure(item)
      if (this.#hasRoom(bytes)) this.#add(item, bytes)
      else return this.#waitForRoom(item, bytes, options)
      return DONE
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Adds the item if there is room now and nobody waits for it; false when not, or when closed. */
  tryPut(item: T): boolean {
    const bytes = this.#contents.measure(item)
    if (this.#ending !== undefined || !this.#hasRoom(bytes)) return false
    this.#add(item, bytes)
    return true
  }

  /**
   * Waits for the next item and takes it. Gives undefined once the queue is closed and empty; rejects with
   * the abort reason, with DeadlineExceededError at the deadline, or with the error that the queue failed with,
   * once it is empty.
   */
  take(within?: Within): Promise<T | undefined> {
    if (isAborted(within)) return Promise.reject(abortReason(within))
    if (this.#isAvailable()) return Promise.resolve(this.#shift())
    return new Promise((resolve, reject) => {
      this.#waitForItems(new Taker(ONE, items => resolve(items[0]), reject), within)
    })
  }

  /** Takes the next item if one is there and nobody waits for it; undefined when not. */
  tryTake(): T | undefined {
    return this.#isAvailable() ? this.#shift() : undefined
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
      this.#waitForItems(new Taker(limits, resolve, reject), within)
    })
  }

  /** Accepts nothing more; what is in can still be taken. Producers that wait get ClosedError. */
  close(): void {
    this.#end({})
  }

  /** As `close`, but producers, and consumers once it is empty, get `error`. The first ending counts. */
  fail(error: unknown): void {
    this.#end({ error })
  }

  /** As `close`, and takes out what is in, so that consumers get nothing more. */
  closeAndDrain(): T[] {
    const items = this.#empty()
    this.#end({})
    return items
  }

  /** Takes out all that is in, at once, also what a waiting consumer's batch was filling with. */
  drain(): T[] {
    const items = this.#empty()
    this.#admit()
    this.#serve()
    return items
  }

  /** Each item goes to one consumer, however many iterate. Leaving the loop does not close the queue. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> & AsyncIterable<T> {
    return new QueueIterator(this)
  }

  /** Nobody waits ahead, and the item fits, if need be after a batch that was still filling has gone. */
  #hasRoom(bytes: number): boolean {
    if (this.#putters.size > 0) return false
    while (!this.#contents.fits(bytes)) {
      const taker = this.#takers.first
      if (taker === undefined) return false
      this.#deliver(taker)
    }
    return true
  }

  #add(item: T, bytes: number): void {
    this.#contents.push(item, bytes)
    if (this.#takers.size > 0) this.#serve()
  }

  #isAvailable(): boolean {
    return this.#contents.size > 0 && this.#takers.size === 0
  }

  #shift(): T {
    const item = this.#contents.shift()
    if (this.#putters.size > 0) this.#admit()
    return item
  }

  #empty(): T[] {
    const items: T[] = []
    while (this.#contents.size > 0) items.push(this.#contents.shift())
    this.#disarm(this.#takers.first)
    return items
  }

  #waitForRoom(item: T, bytes: number, options: PutOptions | undefined): Promise<void> {
    const timeoutMs = readTimeout(options)
    return new Promise((resolve, reject) => {
      const putter = new Putter(item, bytes, resolve, reject)
      this.#putters.add(putter)
      const unsubscribe = onGivenUp(options, this.#clock, reason => this.#giveUp(putter, reason))
      putter.release = unsubscribe
      if (timeoutMs === Infinity) return
      const timer = this.#clock.setTimer(() => this.#giveUp(putter, noRoom(timeoutMs)), timeoutMs)
      putter.release = () => {
        unsubscribe()
        this.#clock.clearTimer(timer)
      }
    })
  }

  #giveUp(putter: Putter<T>, reason: unknown): void {
    this.#putters.remove(putter)
    putter.reject(reason)
    this.#admit()
    this.#serve()
  }

  #waitForItems(taker: Taker<T>, within: Within | undefined): void {
    this.#takers.add(taker)
    if (within !== undefined) {
      taker.release = onGivenUp(within, this.#clock, reason => this.#abandon(taker, reason))
    }
    this.#serve()
  }

  #abandon(taker: Taker<T>, reason: unknown): void {
    this.#takers.remove(taker)
    this.#disarm(taker)
    taker.reject(reason)
    this.#serve()
  }

  /** Lets waiting producers in, in order, as far as they fit. */
  #admit(): void {
    for (let putter = this.#putters.first; putter !== undefined; putter = this.#putters.first) {
      if (!this.#contents.fits(putter.bytes)) return
      this.#putters.remove(putter)
      this.#contents.push(putter.item, putter.bytes)
      putter.resolve()
    }
  }

  /** Gives waiting consumers, in order, what they wait for, as far as it is there. */
  #serve(): void {
    for (let taker = this.#takers.first; taker !== undefined; taker = this.#takers.first) {
      if (this.#contents.size > 0 ? !this.#isReady(taker) : this.#ending === undefined) return
      this.#deliver(taker)
    }
  }

  /** Whether the first taker, for whom there are items, goes now; if not, its timer runs. */
  #isReady(taker: Taker<T>): boolean {
    if (this.#contents.fills(taker.maxItems, taker.maxBytes)) return true
    if (taker.isDue || this.#putters.size > 0 || this.#ending !== undefined) return true
    return taker.timer === undefined && !this.#arm(taker)
  }

  /** Starts the wait for more; false when there is none. */
  #arm(taker: Taker<T>): boolean {
    const waitMs = taker.waitsAfter(this.#contents.first)
    if (!(waitMs > 0)) return false
    if (waitMs === Infinity) return true
    taker.timer = this.#clock.setTimer(() => {
      taker.isDue = true
      this.#serve()
    }, waitMs)
    return true
  }

  #disarm(taker: Taker<T> | undefined): void {
    if (taker?.timer === undefined) return
    this.#clock.clearTimer(taker.timer)
    taker.timer = undefined
  }

  #deliver(taker: Taker<T>): void {
    this.#takers.remove(taker)
    this.#disarm(taker)
    if (this.#contents.size > 0) taker.deliver(this.#contents.shiftBatch(taker.maxItems, taker.maxBytes))
    else if (this.#ending !== undefined && 'error' in this.#ending) taker.reject(this.#ending.error)
    else taker.deliver([])
    this.#admit()
  }

  #end(ending: Ending): void {
    if (this.#ending !== undefined) return
    this.#ending = ending
    for (let putter = this.#putters.first; putter !== undefined; putter = this.#putters.first) {
      this.#putters.remove(putter)
      putter.reject(this.#refusal(ending))
    }
    this.#serve()
  }

  #refusal(ending: Ending): unknown {
    return 'error' in ending ? ending.error : new ClosedError('the queue is closed; it takes nothing more')
  }
}

function noRoom(timeoutMs: number): AcquireTimeoutError {
  return new AcquireTimeoutError(`no room in the queue within ${timeoutMs} ms`, timeoutMs)
}

keepShape(new BoundedQueue())
