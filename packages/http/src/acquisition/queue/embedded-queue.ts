import type { Clock, TimerHandle } from 'async-patterns'
import { ClosedError, Deferred, systemClock } from 'async-patterns'
import type { PageRef } from '../ledger/page.js'
import { PageHeap } from './page-heap.js'
import type { ConsumeOptions, PageHandler, PageQueue, Redelivery } from './page-queue.js'

export interface EmbeddedQueueOptions {
  /** Pages of a source that are handled at once. Default 1 for each. */
  readonly concurrencyOf?: (source: string) => number
  /** How long a page stays away whose handler rejected. Default 1 s. */
  readonly redeliverAfterMs?: number
  readonly clock?: Clock
}

/** The pages of one source; no other source can make them wait. */
interface Lane {
  readonly heap: PageHeap
  readonly limit: number
  inHand: number
  timer: TimerHandle | undefined
}

/** A consumer at work. */
interface Consumer {
  readonly handle: PageHandler
  readonly concurrency: number
  readonly stopped: Deferred<void>
  inHand: number
  stopping: boolean
}

/** Delivery within one process: a heap for each source. What it holds is lost with the process; the ledger has it all. */
export class EmbeddedQueue implements PageQueue {
  readonly #clock: Clock
  readonly #concurrencyOf: (source: string) => number
  readonly #redeliverAfterMs: number
  readonly #lanes = new Map<string, Lane>()
  readonly #known = new Set<string>()
  readonly #disposal = new AbortController()
  #consumer: Consumer | undefined

  constructor(options: EmbeddedQueueOptions = {}) {
    this.#clock = options.clock ?? systemClock
    this.#concurrencyOf = options.concurrencyOf ?? (() => 1)
    this.#redeliverAfterMs = options.redeliverAfterMs ?? 1_000
  }

  async add(pages: readonly PageRef[]): Promise<void> {
    if (this.#disposal.signal.aborted) throw new ClosedError('The queue is disposed')
    const touched = new Set<Lane>()
    for (const page of pages) {
      if (this.#known.has(page.id)) continue
      this.#known.add(page.id)
      const lane = this.#laneOf(page.source)
      lane.heap.add(page, this.#dueAt(page))
      touched.add(lane)
    }
    for (const lane of touched) this.#deliver(lane)
  }

  /** @throws Error when the queue has a consumer already. */
  async consume(handle: PageHandler, { signal, concurrency = Infinity }: ConsumeOptions): Promise<void> {
    if (this.#consumer !== undefined) throw new Error('The queue has a consumer already')
    if (signal.aborted || this.#disposal.signal.aborted) return
    const consumer = { handle, concurrency, stopped: new Deferred<void>(), inHand: 0, stopping: false }
    this.#consumer = consumer
    const stop = (): void => this.#stop(consumer)
    signal.addEventListener('abort', stop, { once: true })
    for (const lane of this.#lanes.values()) this.#deliver(lane)
    try {
      await consumer.stopped.promise
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
    this.#known.clear()
  }

  #laneOf(source: string): Lane {
    let lane = this.#lanes.get(source)
    if (lane === undefined) {
      lane = { heap: new PageHeap(), limit: this.#concurrencyOf(source), inHand: 0, timer: undefined }
      this.#lanes.set(source, lane)
    }
    return lane
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
      if (waitMs > 0) return this.#wakeIn(lane, waitMs)
      void this.#hand(lane, lane.heap.take() as PageRef, consumer)
    }
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
    if (again === undefined) this.#known.delete(page.id)
    else lane.heap.add({ ...page, notBefore: again.notBefore }, this.#dueAt(again))
    if (consumer.stopping && consumer.inHand === 0) consumer.stopped.resolve()
    else if (wasFull) this.#deliverInTurn(page.source, lane)
    else this.#deliver(lane)
  }

  async #handled(page: PageRef, handle: PageHandler): Promise<Redelivery | undefined> {
    try {
      return await handle(page, { signal: this.#disposal.signal })
    } catch {
      return { notBefore: this.#clock.wallNow() + this.#redeliverAfterMs }
    }
  }

  /** All sources waited for one place: the one that had it goes to the end of the line. */
  #deliverInTurn(source: string, lane: Lane): void {
    this.#lanes.delete(source)
    this.#lanes.set(source, lane)
    for (const each of this.#lanes.values()) this.#deliver(each)
  }

  #stop(consumer: Consumer): void {
    consumer.stopping = true
    for (const lane of this.#lanes.values()) this.#wakeIn(lane, Infinity)
    if (consumer.inHand === 0) consumer.stopped.resolve()
  }
}
