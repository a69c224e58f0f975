import {
  checkFunction,
  clockLike,
  count,
  duration,
  fn,
  optional,
  optionsOf,
  systemClock,
} from '../../core/index.js'
import type { Clock, OptionRules } from '../../core/index.js'
import { BoundedQueue } from '../bounded-queue/index.js'
import type { TakeBatchOptions } from '../bounded-queue/index.js'
import { SourceReader } from './source-reader.js'
import { END } from './stage.js'
import type { Stage, StageIterator } from './stage.js'

/** When a batch is handed on: when it holds so much, or has waited so long. */
export interface BatchOptions<T> {
  /** At most so many items: from 1. Default 100. */
  readonly maxItems?: number
  /** At most so many bytes; a larger item comes alone. Needs `sizeOf`. Default Infinity. */
  readonly maxBytes?: number
  /** How many bytes an item counts for. Default: items have no size. */
  readonly sizeOf?: (item: T) => number
  /** How long to wait for more once a first item is there, in milliseconds. Default Infinity. */
  readonly maxWaitMs?: number
  /** Default: the system's. */
  readonly clock?: Clock
}

const DEFAULTS = Object.freeze({ maxItems: 100, maxBytes: Infinity, maxWaitMs: Infinity, clock: systemClock })

const RULES = {
  maxItems: count(),
  maxBytes: count({ orInfinity: true }),
  sizeOf: optional(fn()),
  maxWaitMs: duration({ orInfinity: true }),
  clock: clockLike(),
} satisfies OptionRules<BatchOptions<unknown>>

/**
 * A stage that gathers items into arrays of at least one. While a batch is being worked on, the next one
 * fills, but never more than one. An error of the source comes after the items before it.
 * @throws TypeError or RangeError that names the option.
 */
export function batch<T>(options?: BatchOptions<T>): Stage<T, T[]> {
  const settings = optionsOf('batch', DEFAULTS, RULES, options)
  if (settings.maxBytes < Infinity) checkFunction('batch.sizeOf', settings.sizeOf)
  return source => ({ [Symbol.asyncIterator]: () => new BatchIterator(source, settings) })
}

class BatchIterator<T> implements StageIterator<T[]> {
  readonly #source: SourceReader<T>
  readonly #queue: BoundedQueue<T>
  readonly #limits: TakeBatchOptions<T>
  #filling: Promise<void> | undefined

  constructor(source: AsyncIterable<T>, settings: typeof DEFAULTS & BatchOptions<T>) {
    this.#source = new SourceReader(source)
    const { maxItems, maxBytes, maxWaitMs, sizeOf, clock } = settings
    this.#queue = new BoundedQueue({ maxItems, maxBytes, clock, ...(sizeOf && { sizeOf }) })
    this.#limits = { maxItems, maxBytes, maxWaitMs }
  }

  async next(): Promise<IteratorResult<T[], undefined>> {
    this.#filling ??= this.#fill()
    const items = await this.#queue.takeBatch(this.#limits)
    return items.length === 0 ? END : { done: false, value: items }
  }

  async return(): Promise<IteratorResult<T[], undefined>> {
    this.#queue.closeAndDrain()
    await this.#source.close()
    await this.#filling
    return END
  }

  async #fill(): Promise<void> {
    try {
      for (let one = await this.#source.next(); one.done !== true; one = await this.#source.next()) {
        await this.#queue.put(one.value)
      }
      this.#queue.close()
    } catch (error) {
      this.#queue.fail(error)
    }
  }
}
