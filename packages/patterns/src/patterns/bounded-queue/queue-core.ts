import {
  abortReason,
  AcquireTimeoutError,
  ClosedError,
  Deferred,
  isAborted,
  LinkedList,
  onGivenUp,
  tooLate,
  checkWithin,
} from '../../core/index.js'
import type { Clock, Within } from '../../core/index.js'
import { QueueBuffer } from './queue-buffer.js'
import type { Bounds } from './queue-buffer.js'
import { Putter } from './waiters.js'
import type { Taker } from './waiters.js'

/** How the queue came to its end: `error` is there when it failed. */
type Ending = { readonly error?: unknown }

/** Where producers and consumers meet: the items of a queue, the two lists of those who wait, and its end. */
export class QueueCore<T> {
  readonly buffer: QueueBuffer<T>
  readonly #clock: Clock
  readonly #putTimeoutMs: number
  readonly #takers = new LinkedList<Taker<T>>()
  readonly #putters = new LinkedList<Putter<T>>()
  #ending: Ending | undefined
  #isPaused = false
  #idle: Deferred<void> | undefined

  constructor(bounds: Bounds<T>, clock: Clock, putTimeoutMs: number) {
    this.buffer = new QueueBuffer(bounds)
    this.#clock = clock
    this.#putTimeoutMs = putTimeoutMs
  }

  get takers(): number {
    return this.#takers.size
  }

  get putters(): number {
    return this.#putters.size
  }

  get hasEnded(): boolean {
    return this.#ending !== undefined
  }

  /** Why nothing more is accepted, once it has ended. */
  get refusal(): unknown {
    const ending = this.#ending
    if (ending !== undefined && 'error' in ending) return ending.error
    return new ClosedError('BoundedQueue: closed; it takes nothing more')
  }

  /** Whether an item is there for whoever comes. */
  get isAvailable(): boolean {
    return this.buffer.size > 0 && this.#takers.size === 0 && !this.#isPaused
  }

  /** Why nothing can be done for this caller: it has given up, or its deadline has passed. */
  refusalOf(within: Within | undefined): Promise<never> | undefined {
    if (within === undefined) return undefined
    try {
      checkWithin('BoundedQueue', within)
    } catch (error) {
      return Promise.reject(error)
    }
    if (isAborted(within)) return Promise.reject(abortReason(within))
    const error = tooLate(within, this.#clock)
    return error === undefined ? undefined : Promise.reject(error)
  }

  /** Adds the item if there is room for it and nobody waits ahead. */
  tryAdd(item: T, bytes: number): boolean {
    if (!this.#hasRoom(bytes)) return false
    this.buffer.push(item, bytes)
    if (this.#takers.size > 0) this.#serve()
    return true
  }

  /** Resolves once the item is in; it stands behind all who wait already. */
  waitForRoom(item: T, bytes: number, within: Within | undefined): Promise<void> {
    const timeoutMs = this.#putTimeoutMs
    if (timeoutMs === 0) return Promise.reject(noRoom(timeoutMs))
    return new Promise((resolve, reject) => {
      const putter = new Putter(item, bytes, resolve, reject)
      this.#putters.push(putter)
      const unsubscribe = onGivenUp(within, this.#clock, reason => this.#giveUp(putter, reason))
      putter.release = unsubscribe
      if (timeoutMs === Infinity) return
      const timer = this.#clock.setTimer(() => this.#giveUp(putter, noRoom(timeoutMs)), timeoutMs)
      putter.release = () => {
        unsubscribe()
        this.#clock.clearTimer(timer)
      }
    })
  }

  /** Takes the next item, which must be there, and lets a producer in for it. */
  shift(): T {
    const item = this.buffer.shift()
    if (this.#putters.size > 0) this.#admit()
    if (this.#idle !== undefined) this.#tellIdle()
    return item
  }

  /** Gives the taker what it waits for as soon as it can, which may be at once. */
  waitForItems(taker: Taker<T>, within: Within | undefined): void {
    this.#takers.push(taker)
    if (within !== undefined) {
      taker.release = onGivenUp(within, this.#clock, reason => this.#abandon(taker, reason))
    }
    this.#serve()
  }

  /** Takes out all that is in. Those who wait are not served: what comes after may be the end. */
  empty(): T[] {
    const items: T[] = []
    while (this.buffer.size > 0) items.push(this.buffer.shift())
    this.#disarm(this.#takers.first)
    return items
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  pause(): void {
    this.#isPaused = true
    this.#disarm(this.#takers.first)
  }

  resume(): void {
    this.#isPaused = false
    this.settle()
  }

  /** Resolves when nothing is in and no producer waits. */
  onIdle(): Promise<void> {
    if (this.buffer.size === 0 && this.#putters.size === 0) return Promise.resolve()
    this.#idle ??= new Deferred()
    return this.#idle.promise
  }

  #tellIdle(): void {
    if (this.#idle === undefined || this.buffer.size > 0 || this.#putters.size > 0) return
    this.#idle.resolve()
    this.#idle = undefined
  }

  /** Whoever waits for more than is there waits no longer. */
  hurry(): void {
    if (this.buffer.size === 0 || this.#takers.first === undefined) return
    this.#takers.first.isDue = true
    this.#serve()
  }

  /** Serves whoever can be: producers first. */
  settle(): void {
    this.#admit()
    this.#serve()
    this.#tellIdle()
  }

  /** The first ending counts. */
  end(ending: Ending): void {
    if (this.#ending !== undefined) return
    this.#ending = ending
    for (let putter = this.#putters.first; putter !== undefined; putter = this.#putters.first) {
      this.#leavePuts(putter)
      putter.reject(this.refusal)
    }
    this.#serve()
    this.#tellIdle()
  }

  /** Nobody waits ahead, and the item fits, if need be after a batch that was still filling has gone. */
  #hasRoom(bytes: number): boolean {
    if (this.#putters.size > 0) return false
    while (!this.buffer.fits(bytes)) {
      const taker = this.#takers.first
      if (taker === undefined || this.#isPaused) return false
      this.#deliver(taker)
    }
    return true
  }

  #leavePuts(putter: Putter<T>): void {
    this.#putters.remove(putter)
    putter.release()
  }

  #leaveTakes(taker: Taker<T>): void {
    this.#takers.remove(taker)
    taker.release()
    this.#disarm(taker)
  }

  #giveUp(putter: Putter<T>, reason: unknown): void {
    this.#leavePuts(putter)
    putter.reject(reason)
    this.settle()
  }

  #abandon(taker: Taker<T>, reason: unknown): void {
    this.#leaveTakes(taker)
    taker.reject(reason)
    this.#serve()
  }

  /** Lets waiting producers in, in order, as far as they fit. */
  #admit(): void {
    for (let putter = this.#putters.first; putter !== undefined; putter = this.#putters.first) {
      if (!this.buffer.fits(putter.bytes)) return
      this.#leavePuts(putter)
      this.buffer.push(putter.item, putter.bytes)
      putter.resolve()
    }
  }

  /** Gives waiting consumers, in order, what they wait for, as far as it is there. */
  #serve(): void {
    if (this.#isPaused) return
    for (let taker = this.#takers.first; taker !== undefined; taker = this.#takers.first) {
      if (this.buffer.size > 0 ? !this.#isReady(taker) : this.#ending === undefined) return
      // Asked how long it waits, it may have failed, or called back and been served.
      if (taker === this.#takers.first) this.#deliver(taker)
    }
  }

  /** Whether the first taker, for whom there are items, goes now; if not, its timer runs. */
  #isReady(taker: Taker<T>): boolean {
    if (this.buffer.fills(taker.maxItems, taker.maxBytes)) return true
    if (taker.isDue || this.#putters.size > 0 || this.#ending !== undefined) return true
    return taker.timer === undefined && !this.#arm(taker)
  }

  /** Starts the wait for more; false when there is none. */
  #arm(taker: Taker<T>): boolean {
    const waitMs = this.#waitOf(taker)
    if (!(waitMs > 0)) return false
    if (waitMs === Infinity) return true
    taker.timer = this.#clock.setTimer(() => {
      taker.isDue = true
      this.#serve()
    }, waitMs)
    return true
  }

  /** What a taker's own function throws is for that taker, not for whoever brought the item. */
  #waitOf(taker: Taker<T>): number {
    try {
      return taker.waitsAfter(this.buffer.first)
    } catch (error) {
      this.#leaveTakes(taker)
      taker.reject(error)
      return 0
    }
  }

  #disarm(taker: Taker<T> | undefined): void {
    if (taker?.timer === undefined) return
    this.#clock.clearTimer(taker.timer)
    taker.timer = undefined
  }

  #deliver(taker: Taker<T>): void {
    this.#leaveTakes(taker)
    if (this.buffer.size > 0) taker.deliver(this.buffer.shiftBatch(taker.maxItems, taker.maxBytes))
    else if (this.#ending !== undefined && 'error' in this.#ending) taker.reject(this.#ending.error)
    else taker.deliver([])
    this.#admit()
    if (this.#idle !== undefined) this.#tellIdle()
  }
}

function noRoom(timeoutMs: number): AcquireTimeoutError {
  return new AcquireTimeoutError(`BoundedQueue: no room within ${timeoutMs} ms`, timeoutMs)
}
