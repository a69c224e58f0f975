import type { Clock, TimerHandle } from 'async-patterns'
import { checkOptions, ClosedError, Deferred, systemClock } from 'async-patterns'
import type { PageRef, Run } from '../ledger/index.js'
import { PageHeap } from './page-heap.js'
import type { ConsumeOptions, PageHandler, PageQueue, Redelivery } from './page-queue.js'

/** One stream of a queue. */
export interface QueuedStream {
  readonly name: string
  /** Pages of the stream that are handled at once. */
  readonly concurrency: number
}

/** Whose pages an EmbeddedQueue delivers, and how many at once. */
export interface EmbeddedQueueOptions {
  /**
   * How many pages of each stream are handled at once: 1 of one that is not named. With `pending`, those whose
   * pages are read. Default none.
   */
  readonly streams?: readonly QueuedStream[]
  /**
   * Reads the next portion of a stream's pending pages: those of `streams` are delivered from the start, and
   * the queue holds few of them at once. Default: it holds what is added.
   */
  readonly pending?: Run['pending']
  /** With `pending`, pages of a stream that are held at once, those in hand apart. Default 1,000. */
  readonly capacity?: number
  /** How long a page stays away whose handler rejected. Default 1 s. */
  readonly redeliverAfterMs?: number
  /** Default: the system's. */
  readonly clock?: Clock
}

/** The pages of one stream; no other stream can make them wait. */
interface Lane {
  readonly stream: string
  readonly heap: PageHeap
  readonly limit: number
  inHand: number
  timer: TimerHandle | undefined
  /** The ledger may have pages of the stream that are not here. */
  hasMore: boolean
  isReading: boolean
}

/** A consumer at work. */
interface Consumer {
  readonly handle: PageHandler
  readonly concurrency: number
  readonly stopped: Deferred<void>
  inHand: number
  stopping: boolean
  /** What a portion could not be read for. */
  failure?: { readonly error: unknown }
}

const DEFAULT_CAPACITY = 1_000

/**
 * Delivery within one process: a heap for each stream. What it holds is lost with the process; the ledger has
 * it all. With `pending` it holds no more than a portion of each stream, however many pages the ledger knows.
 */
export class EmbeddedQueue implements PageQueue {
  readonly #clock: Clock
  readonly #pending: Run['pending'] | undefined
  readonly #capacity: number
  readonly #redeliverAfterMs: number
  readonly #limits: ReadonlyMap<string, number>
  readonly #lanes = new Map<string, Lane>()
  /** Pages that are held or in hand. */
  readonly #held = new Set<string>()
  readonly #disposal = new AbortController()
  #consumer: Consumer | undefined

  /** @throws TypeError for an option that there is not. */
  constructor(options: EmbeddedQueueOptions = {}) {
    checkOptions('EmbeddedQueue', options, ['streams', 'pending', 'capacity', 'redeliverAfterMs', 'clock'])
    const { streams = [], pending, capacity = DEFAULT_CAPACITY } = options
    this.#clock = options.clock ?? systemClock
    this.#pending = pending
    this.#capacity = pending === undefined ? Infinity : capacity
    this.#redeliverAfterMs = options.redeliverAfterMs ?? 1_000
    this.#limits = new Map(streams.map(({ name, concurrency }) => [name, concurrency]))
    if (pending !== undefined) for (const { name } of streams) this.#laneOf(name).hasMore = true
  }

  async add(pages: readonly PageRef[]): Promise<void> {
    if (this.#disposal.signal.aborted) throw new ClosedError('The queue is disposed')
    const touched = new Set<Lane>()
    for (const page of pages) {
      const lane = this.#laneOf(page.stream)
      touched.add(lane)
      // What is not held now is read from the ledger when its turn comes.
      if (lane.hasMore || lane.isReading || lane.heap.size >= this.#capacity) lane.hasMore = true
      else this.#hold(lane, page)
    }
    for (const lane of touched) this.#deliver(lane)
  }

  /** @throws Error when the queue has a consumer already; what `pending` rejected with. */
  async consume(handle: PageHandler, options: ConsumeOptions): Promise<void> {
    checkOptions('EmbeddedQueue.consume', options, ['concurrency', 'signal'])
    const { signal, concurrency = Infinity } = options
    if (this.#consumer !== undefined) throw new Error('The queue has a consumer already')
    if (signal.aborted || this.#disposal.signal.aborted) return
    const consumer: Consumer = {
      handle,
      concurrency,
      stopped: new Deferred<void>(),
      inHand: 0,
      stopping: false,
    }
    this.#consumer = consumer
    const stop = (): void => this.#stop(consumer)
    signal.addEventListener('abort', stop, { once: true })
    for (const lane of this.#lanes.values()) this.#deliver(lane)
    try {
      await consumer.stopped.promise
      if (consumer.failure !== undefined) throw consumer.failure.error
    } finally {
      signal.removeEventListener('abort', stop)
      this.#consumer = undefined
    }
  }

  /** The consumer stops, the signals of the pages in hand are aborted, and what is queued is dropped. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal.abort(new ClosedError('The queue is disposed'))
    const consumer = this.#consumer
    if (consumer !== undefined) {
      this.#stop(consumer)
      await consumer.stopped.promise
    }
    this.#lanes.clear()
    this.#held.clear()
  }

  #laneOf(stream: string): Lane {
    let lane = this.#lanes.get(stream)
    if (lane === undefined) {
      lane = {
        stream,
        heap: new PageHeap(),
        limit: this.#limits.get(stream) ?? 1,
        inHand: 0,
        timer: undefined,
        hasMore: false,
        isReading: false,
      }
      this.#lanes.set(stream, lane)
    }
    return lane
  }

  #hold(lane: Lane, page: PageRef): void {
    if (this.#held.has(page.id)) return
    this.#held.add(page.id)
    lane.heap.add(page, this.#dueAt(page))
  }

  /** On the scale of the clock that only moves forward: the wall clock may be set while the page waits. */
  #dueAt({ notBefore }: Redelivery): number {
    const waitMs = notBefore - this.#clock.wallNow()
    return waitMs > 0 ? this.#clock.now() + waitMs : -Infinity
  }

  #deliver(lane: Lane): void {
    const consumer = this.#consumer
    if (consumer === undefined || consumer.stopping) return
    while (lane.inHand < lane.limit && consumer.inHand < consumer.concurrency) {
      const waitMs = (lane.heap.firstDueAt ?? Infinity) - this.#clock.now()
      if (waitMs > 0) {
        if (lane.hasMore && lane.heap.size < this.#capacity) void this.#readMore(lane, consumer)
        return this.#wakeIn(lane, waitMs)
      }
      void this.#hand(lane, lane.heap.take() as PageRef, consumer)
    }
  }

  /** The next pages that are not held; those that are held wait here, so only few are passed over. */
  async #readMore(lane: Lane, consumer: Consumer): Promise<void> {
    if (lane.isReading || this.#pending === undefined) return
    lane.isReading = true
    lane.hasMore = false
    try {
      let portion = await this.#pending(lane.stream)
      while (portion.length > 0 && portion.every(({ id }) => this.#held.has(id)))
        portion = await this.#pending(lane.stream, portion.at(-1))
      if (portion.length > 0) lane.hasMore = true
      for (const page of portion.slice(0, this.#capacity)) this.#hold(lane, page)
    } catch (error) {
      lane.hasMore = true
      consumer.failure ??= { error }
      this.#stop(consumer)
    } finally {
      lane.isReading = false
    }
    this.#deliver(lane)
  }

  #wakeIn(lane: Lane, waitMs: number): void {
    if (lane.timer !== undefined) this.#clock.clearTimer(lane.timer)
    lane.timer = undefined
    if (waitMs === Infinity) return
    lane.timer = this.#clock.setTimer(() => {
      lane.timer = undefined
      this.#deliver(lane)
    }, waitMs)
  }

  async #hand(lane: Lane, page: PageRef, consumer: Consumer): Promise<void> {
    lane.inHand += 1
    consumer.inHand += 1
    const again = await this.#handled(page, consumer.handle)
    const wasFull = consumer.inHand >= consumer.concurrency
    lane.inHand -= 1
    consumer.inHand -= 1
    if (again === undefined) this.#held.delete(page.id)
    else lane.heap.add({ ...page, notBefore: again.notBefore }, this.#dueAt(again))
    if (consumer.stopping && consumer.inHand === 0) consumer.stopped.resolve()
    else if (wasFull) this.#deliverInTurn(lane)
    else this.#deliver(lane)
  }

  async #handled(page: PageRef, handle: PageHandler): Promise<Redelivery | undefined> {
    try {
      return await handle(page, { signal: this.#disposal.signal })
    } catch {
      return { notBefore: this.#clock.wallNow() + this.#redeliverAfterMs }
    }
  }

  /** All streams waited for one place: the one that had it goes to the end of the line. */
  #deliverInTurn(lane: Lane): void {
    this.#lanes.delete(lane.stream)
    this.#lanes.set(lane.stream, lane)
    for (const each of this.#lanes.values()) this.#deliver(each)
  }

  #stop(consumer: Consumer): void {
    consumer.stopping = true
    for (const lane of this.#lanes.values()) this.#wakeIn(lane, Infinity)
    if (consumer.inHand === 0) consumer.stopped.resolve()
  }
}
