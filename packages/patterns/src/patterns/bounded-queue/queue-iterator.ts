import { CancellableContext, contextOf } from '../../core/index.js'
import type { Within } from '../../core/index.js'
import type { TakeBatchOptions } from './waiters.js'

const END = Object.freeze({ done: true, value: undefined }) satisfies IteratorResult<never, undefined>
const ONE = Object.freeze({ maxItems: 1 })

/** What it takes from: the queue. */
interface ItemSource<T> {
  takeBatch(limits: TakeBatchOptions<T>, within: Within): Promise<T[]>
}

/** Takes from a queue for `for await`; unlike a generator's, its `return` ends a `next` that still waits. */
export class QueueIterator<T> implements AsyncIterator<T, undefined>, AsyncIterable<T> {
  readonly #queue: ItemSource<T>
  readonly #context = new CancellableContext(contextOf(undefined), 1, Infinity)

  constructor(queue: ItemSource<T>) {
    this.#queue = queue
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    try {
      const batch = await this.#queue.takeBatch(ONE, this.#context)
      return batch.length === 0 ? END : { done: false, value: batch[0] as T }
    } catch (error) {
      if (this.#context.aborted) return END
      throw error
    }
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#context.cancel(undefined)
    return Promise.resolve(END)
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
