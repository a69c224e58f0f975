import {
  abortReason,
  CancellableContext,
  ClosedError,
  checkDuration,
  contextOf,
  isAborted,
  keepShape,
  QueueFullError,
  tooLate,
  checkOptions,
  misuse,
} from '../../core/index.js'
import type { Clock, Context, Within } from '../../core/index.js'
import { BoundedQueue } from '../bounded-queue/index.js'
import { producerConsumerOptions } from './producer-consumer-pipeline-options.js'
import type { ProducerConsumerPipelineOptions, WhenFull } from './producer-consumer-pipeline-options.js'

/** How patient a `stop` is. */
export interface StopOptions {
  /** Whether what waits is still handled. Default true. */
  readonly drain?: boolean
  /**
   * After so many milliseconds what still waits is given back unhandled, and the signal of the running
   * handlers is aborted. Default: no limit.
   */
  readonly timeoutMs?: number
}

/** How a ProducerConsumerPipeline stands at this moment. */
export interface ProducerConsumerPipelineMetrics {
  /** Items that wait. */
  readonly queued: number
  /** Bytes that wait, if `sizeOf` was given. */
  readonly queuedBytes: number
  /** Items that are being handled now. */
  readonly inFlight: number
  readonly handled: number
  readonly failed: number
  readonly dropped: number
}

const ONE = Object.freeze({ maxItems: 1 })
const DONE = Promise.resolve()
const nothing = (): void => undefined

type Checked<T> = ReturnType<typeof producerConsumerOptions<T>>
type Handler<I> = (items: I, context: Context) => unknown

/**
 * Producers put items into a bounded queue, a fixed number of workers handle them.
 * No item is lost unseen: each is handled, or reaches `onError` or `onDrop`, or is returned by `stop`.
 */
export class ProducerConsumerPipeline<T> implements AsyncDisposable {
  readonly #queue: BoundedQueue<T>
  readonly #options: Pick<Checked<T>, 'maxQueueSize' | 'workers' | 'batchSize' | 'batchWaitMs'> &
    Pick<ProducerConsumerPipelineOptions<T>, 'onItem' | 'onBatch' | 'onError' | 'onDrop'>
  readonly #whenFull: WhenFull
  readonly #clock: Clock
  /** One for all handlers: it is aborted when `stop` runs out of time. */
  readonly #context = new CancellableContext(contextOf(undefined), 1, Infinity)
  readonly #unhandled: T[] = []
  #workers: Promise<void>[] = []
  #inFlight = 0
  #handled = 0
  #failed = 0
  #dropped = 0

  /** @throws TypeError or RangeError that names the option. */
  constructor(options: ProducerConsumerPipelineOptions<T>) {
    const { maxQueueSize, maxQueueBytes, sizeOf, putTimeoutMs, clock, ...rest } =
      producerConsumerOptions(options)
    const bounds = { maxItems: maxQueueSize, maxBytes: maxQueueBytes, putTimeoutMs, clock }
    this.#queue = new BoundedQueue({ ...bounds, ...(sizeOf !== undefined && { sizeOf }) })
    this.#options = { maxQueueSize, ...rest }
    this.#whenFull = rest.whenFull
    this.#clock = clock
  }

  /** True while nothing waits and nothing is being handled. */
  get idle(): boolean {
    return this.#queue.size === 0 && this.#inFlight === 0
  }

  /** How it stands at this moment. */
  metrics(): ProducerConsumerPipelineMetrics {
    return {
      queued: this.#queue.size,
      queuedBytes: this.#queue.bytes,
      inFlight: this.#inFlight,
      handled: this.#handled,
      failed: this.#failed,
      dropped: this.#dropped,
    }
  }

  /** Starts the workers; what was put before is handled then. A second call does nothing. */
  start(): void {
    if (this.#workers.length > 0) return
    // The queue rejects its takers when it has failed: that error is for producers, to workers it is the end.
    const { workers } = this.#options
    this.#workers = Array.from({ length: workers }, () => this.#work().catch(nothing))
  }

  /**
   * Adds an item, and resolves once it is in or dropped. Without room it does as `whenFull` says. A wait ends
   * by an abort with its reason, at the deadline with DeadlineExceededError, and after `putTimeoutMs` with
   * AcquireTimeoutError. Rejects with ClosedError after `stop`.
   */
  put(item: T, within?: Within): Promise<void> {
    if (this.#whenFull === 'wait') return this.#queue.put(item, within)
    const refused = misuse('ProducerConsumerPipeline', nothing, within)
    if (refused !== undefined) return refused
    if (isAborted(within)) return Promise.reject(abortReason(within))
    const late = tooLate(within, this.#clock)
    if (late !== undefined) return Promise.reject(late)
    try {
      if (this.tryPut(item)) return DONE
    } catch (error) {
      return Promise.reject(error)
    }
    return this.#refuse(item)
  }

  /** Adds items one after the other, as `put` does; rejects with the first that could not be added. */
  async putMany(items: Iterable<T> | AsyncIterable<T>, within?: Within): Promise<void> {
    for await (const item of items) await this.put(item, within)
  }

  /**
   * Adds the item if that needs no wait (`dropOldest` makes room for it); false when not, or after `stop`.
   */
  tryPut(item: T): boolean {
    let isIn = this.#queue.tryPut(item)
    if (this.#whenFull !== 'dropOldest') return isIn
    while (!isIn && !this.#queue.closed) {
      this.#drop(this.#queue.tryTake() as T)
      isIn = this.#queue.tryPut(item)
    }
    return isIn
  }

  /**
   * Accepts nothing more, and resolves when all handlers have settled: after that nothing is handled.
   * Returns the items that were not handled: those kept because there is no `onError`, and those
   * that `drain: false` or `timeoutMs` left over. A handler that ignores its signal holds the stop up.
   * A pipeline that was never started handles nothing. May be called again to be less patient.
   */
  async stop(options?: StopOptions): Promise<T[]> {
    checkOptions('ProducerConsumerPipeline.stop', options, ['drain', 'timeoutMs'])
    const { drain = true, timeoutMs } = options ?? {}
    if (timeoutMs !== undefined) checkDuration('ProducerConsumerPipeline.stop.timeoutMs', timeoutMs)
    if (drain && this.#workers.length > 0) this.#queue.close()
    else this.#giveBack(this.#queue.closeAndDrain())
    const timer =
      timeoutMs === undefined ? undefined : this.#clock.setTimer(() => this.#cutShort(), timeoutMs)
    await Promise.all(this.#workers)
    await new Promise<void>(resolve => this.#context.releaseWhenDone(resolve))
    if (timer !== undefined) this.#clock.clearTimer(timer)
    return [...this.#unhandled]
  }

  /** Handles what waits, then ends, as `stop()` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #cutShort(): void {
    this.#giveBack(this.#queue.drain())
    this.#context.cancel(new ClosedError('ProducerConsumerPipeline: stopped before the handler had finished'))
  }

  #refuse(item: T): Promise<void> {
    if (this.#queue.closed) return this.#queue.put(item)
    if (this.#whenFull === 'reject')
      return Promise.reject(new QueueFullError('ProducerConsumerPipeline: full'))
    this.#drop(item)
    return DONE
  }

  #drop(item: T): void {
    this.#dropped += 1
    try {
      this.#options.onDrop?.(item)
    } catch (error) {
      throwLater(error)
    }
  }

  #work(): Promise<void> {
    const { onItem, onBatch } = this.#options
    if (onItem !== undefined) return this.#handleItems(onItem)
    return this.#handleBatches(onBatch as Handler<readonly T[]>)
  }

  /** What is there is taken without a promise; only an empty queue is waited for. */
  async #handleItems(onItem: Handler<T>): Promise<void> {
    for (;;) {
      const waited = this.#queue.size > 0 ? undefined : await this.#queue.takeBatch(ONE)
      if (waited?.length === 0) return
      const item = waited === undefined ? (this.#queue.tryTake() as T) : (waited[0] as T)
      this.#inFlight += 1
      try {
        const result = onItem(item, this.#context)
        if (isThenable(result)) await result
        this.#handled += 1
      } catch (error) {
        await this.#giveToOnError(error, [item])
      }
      this.#inFlight -= 1
    }
  }

  async #handleBatches(onBatch: Handler<readonly T[]>): Promise<void> {
    const limits = { maxItems: this.#options.batchSize, maxWaitMs: this.#options.batchWaitMs }
    for (;;) {
      const items = await this.#queue.takeBatch(limits)
      if (items.length === 0) return
      this.#inFlight += items.length
      try {
        await onBatch(items, this.#context)
        this.#handled += items.length
      } catch (error) {
        await this.#giveToOnError(error, items)
      }
      this.#inFlight -= items.length
    }
  }

  async #giveToOnError(error: unknown, items: readonly T[]): Promise<void> {
    this.#failed += items.length
    const { onError } = this.#options
    if (onError === undefined || this.#context.aborted) return this.#keep(items, error)
    try {
      await onError(error, items)
    } catch (failure) {
      throwLater(failure)
    }
  }

  /** One by one: there may be more than a call can have arguments. */
  #giveBack(items: readonly T[]): void {
    for (const item of items) this.#unhandled.push(item)
  }

  /** Keeps what nobody else has seen, and refuses more before that grows without bound. */
  #keep(items: readonly T[], cause: unknown): void {
    this.#giveBack(items)
    if (this.#unhandled.length < this.#options.maxQueueSize) return
    this.#queue.fail(
      new ClosedError('ProducerConsumerPipeline: too many items have failed, and there is no onError', {
        cause,
      }),
    )
  }
}

keepShape(new ProducerConsumerPipeline({ onItem: nothing }))

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function'
}

/** The caller's own callback has failed: the process hears of it, the worker goes on. */
function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
