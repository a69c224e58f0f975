import { CancellableContext, ClosedError, contextOf } from '../../core/index.js'
import type { Context, Within } from '../../core/index.js'
import { BoundedQueue } from '../bounded-queue/index.js'
import { SourceReader } from './source-reader.js'
import { END } from './stage.js'
import type { StageIterator } from './stage.js'

/** What is done with each item. */
export type Mapper<A, B> = (item: A, context: Context) => B | PromiseLike<B>

export interface MapSettings {
  readonly concurrency: number
  readonly ordered: boolean
}

const ONE = Object.freeze({ maxItems: 1 })

/** One run of `map` over a source. */
export class MapIterator<A, B> implements StageIterator<B> {
  readonly #source: SourceReader<A>
  readonly #mapper: Mapper<A, B>
  readonly #settings: MapSettings
  readonly #context: CancellableContext
  /** What is to come, in its order; bounded by `#places`. */
  readonly #results = new BoundedQueue<B | Promise<B>>({ maxItems: Infinity })
  readonly #running = new Set<Promise<unknown>>()
  /** How many items were asked of the source whose results have not been taken: at most `concurrency`. */
  #places = 0
  #isPulling = false
  #stopped: Promise<void> | undefined

  constructor(source: AsyncIterable<A>, mapper: Mapper<A, B>, settings: MapSettings, within?: Within) {
    this.#source = new SourceReader(source)
    this.#mapper = mapper
    this.#settings = settings
    const outer = contextOf(within)
    this.#context = new CancellableContext(outer, outer.attempt, outer.deadlineAt)
  }

  async next(): Promise<IteratorResult<B, undefined>> {
    this.#pull()
    try {
      const batch = await this.#results.takeBatch(ONE)
      if (batch.length === 0) return await this.#ended()
      const value = await (batch[0] as B | Promise<B>)
      this.#places -= 1
      this.#pull()
      return { done: false, value }
    } catch (error) {
      return this.#failed(error)
    }
  }

  async return(): Promise<IteratorResult<B, undefined>> {
    await this.#stop()
    return END
  }

  async #ended(): Promise<IteratorResult<B, undefined>> {
    await this.#stopped
    await this.#lateWork()
    return END
  }

  /** The first error is thrown once everything has stopped; what fails on the way down is its consequence. */
  async #failed(reason: unknown): Promise<IteratorResult<B, undefined>> {
    const isConsequence = this.#stopped !== undefined
    await Promise.allSettled([this.#stop()])
    if (isConsequence) return END
    throw reason
  }

  /** Asks the source for one item at a time, for as long as there is a place for its result. */
  #pull(): void {
    if (this.#isPulling || this.#source.hasEnded || this.#places >= this.#settings.concurrency) return
    this.#isPulling = true
    this.#places += 1
    this.#pullOne().catch((error: unknown) => this.#results.fail(error))
  }

  async #pullOne(): Promise<void> {
    const result = await this.#source.next()
    this.#isPulling = false
    if (result.done === true) return this.#sourceEnded()
    if (this.#results.closed) return
    this.#begin(result.value)
    this.#pull()
  }

  async #sourceEnded(): Promise<void> {
    if (!this.#settings.ordered) await Promise.all(this.#running)
    this.#results.close()
  }

  #begin(item: A): void {
    const call = this.#call(item)
    if (this.#settings.ordered) this.#results.tryPut(call)
    const work = this.#settings.ordered ? call : this.#putWhenDone(call)
    this.#running.add(work)
    const done = (): void => void this.#running.delete(work)
    work.then(done, done)
  }

  async #call(item: A): Promise<B> {
    return this.#mapper(item, this.#context)
  }

  async #putWhenDone(call: Promise<B>): Promise<void> {
    try {
      this.#results.tryPut(await call)
    } catch (error) {
      this.#results.fail(error)
    }
  }

  #stop(): Promise<void> {
    this.#stopped ??= this.#shutDown()
    return this.#stopped
  }

  async #shutDown(): Promise<void> {
    void this.#results.closeAndDrain()
    this.#context.cancel(new ClosedError('the pipeline has ended'))
    const closing = this.#source.close()
    await Promise.allSettled([...this.#running, closing])
    await this.#lateWork()
    await closing
  }

  /** Waits for what was handed to `waitUntil`, and stops listening to the caller's signal. */
  async #lateWork(): Promise<void> {
    this.#context.close()
    await new Promise<void>(resolve => this.#context.releaseWhenDone(resolve))
  }
}
