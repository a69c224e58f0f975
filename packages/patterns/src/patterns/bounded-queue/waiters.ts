import { keepShape } from '../../core/index.js'
import type { Linked, TimerHandle } from '../../core/index.js'

const nothing = (): void => undefined

/** What a `takeBatch` asks for; everything that is left out is no limit, except the wait, which is 0. */
export interface TakeBatchOptions<T> {
  /** At most so many items. Default Infinity: all that are there. */
  readonly maxItems?: number
  /** At most so many bytes; a first item that is larger comes alone. Default Infinity. */
  readonly maxBytes?: number
  /**
   * How long to wait for more once a first item is there, in milliseconds; Infinity waits for a full batch.
   * As a function it is asked about that first item, which may have waited already; what it throws rejects
   * this `takeBatch` alone. Default 0.
   */
  readonly maxWaitMs?: number | ((first: T) => number)
}

/** Waits for items. */
export class Taker<T> implements Linked<Taker<T>> {
  previous: Taker<T> | undefined = undefined
  next: Taker<T> | undefined = undefined
  /** Ends what it has set up: its timer, its listener for an abort. */
  release: () => void = nothing
  readonly maxItems: number
  readonly maxBytes: number
  readonly maxWaitMs: number | ((first: T) => number)
  readonly deliver: (items: T[]) => void
  readonly reject: (reason: unknown) => void
  /** Runs while a batch has begun to fill. */
  timer: TimerHandle | undefined = undefined
  /** It has waited for more as long as it wanted. */
  isDue = false

  constructor(limits: TakeBatchOptions<T>, deliver: (items: T[]) => void, reject: (reason: unknown) => void) {
    this.maxItems = limits.maxItems ?? Infinity
    this.maxBytes = limits.maxBytes ?? Infinity
    this.maxWaitMs = limits.maxWaitMs ?? 0
    this.deliver = deliver
    this.reject = reject
  }

  waitsAfter(first: T): number {
    return typeof this.maxWaitMs === 'number' ? this.maxWaitMs : this.maxWaitMs(first)
  }
}

/** Waits for room for its item. */
export class Putter<T> implements Linked<Putter<T>> {
  previous: Putter<T> | undefined = undefined
  next: Putter<T> | undefined = undefined
  /** Ends what it has set up: its timer, its listener for an abort. */
  release: () => void = nothing
  readonly item: T
  readonly bytes: number
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void

  constructor(item: T, bytes: number, resolve: () => void, reject: (reason: unknown) => void) {
    this.item = item
    this.bytes = bytes
    this.resolve = resolve
    this.reject = reject
  }
}

keepShape(new Taker({ maxItems: 1 }, nothing, nothing))
keepShape(new Putter(undefined, 0, nothing, nothing))
