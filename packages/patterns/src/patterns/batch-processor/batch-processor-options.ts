import {
  clockLike,
  count,
  duration,
  fn,
  numeric,
  optional,
  optionsOf,
  systemClock,
} from '../../core/index.js'
import type { Clock, Context, OptionRules } from '../../core/index.js'

/** How a BatchProcessor is set. */
export interface BatchProcessorOptions<T, R> {
  /**
   * Handles a batch: one result for each item, in the same order. An `Error` in place of a result is that
   * item's alone; a rejection is the error of all items of the batch. `context.signal` is aborted when
   * `close` or `stop` runs out of time.
   */
  readonly process: (
    items: readonly T[],
    context: Context,
  ) => readonly (R | Error)[] | PromiseLike<readonly (R | Error)[]>
  /** A batch goes when it has so many items: an integer of at least 1, or Infinity. Default 100. */
  readonly maxBatchSize?: number
  /**
   * A batch goes when its first item has waited so long, in milliseconds. 0 gathers what is added in one turn
   * of the event loop, promises that settle in it included. Default 1,000.
   */
  readonly maxWaitMs?: number
  /**
   * A batch goes before it exceeds so many bytes; a larger item goes alone. Needs `sizeOf`. Default Infinity.
   */
  readonly maxBatchBytes?: number
  /** How many bytes an item counts for. Default: items have no size. */
  readonly sizeOf?: (item: T) => number
  /** How many batches are handled at the same time: an integer of at least 1. Default 5. */
  readonly maxConcurrentBatches?: number
  /**
   * How many items may wait; beyond it `add` waits for room. Default Infinity: the callers' own waiting
   * bounds it.
   */
  readonly maxQueueSize?: number
  /** Default: the runtime's. */
  readonly clock?: Clock
}

const DEFAULTS = Object.freeze({
  maxBatchSize: 100,
  maxWaitMs: 1000,
  maxBatchBytes: Infinity,
  maxConcurrentBatches: 5,
  maxQueueSize: Infinity,
  clock: systemClock,
})

const RULES: OptionRules<BatchProcessorOptions<never, unknown>> = {
  process: fn(),
  maxBatchSize: count({ orInfinity: true }),
  maxWaitMs: duration({ orInfinity: true }),
  maxBatchBytes: numeric({ min: 1, orInfinity: true }),
  sizeOf: optional(fn()),
  maxConcurrentBatches: count(),
  maxQueueSize: count({ orInfinity: true }),
  clock: clockLike(),
}

/** @throws TypeError or RangeError for an option outside its range. */
export function batchProcessorOptions<T, R>(given: BatchProcessorOptions<T, R>) {
  const options = optionsOf<typeof DEFAULTS, BatchProcessorOptions<T, R>>(
    'BatchProcessor',
    DEFAULTS,
    RULES,
    given,
  )
  if (options.maxBatchBytes < Infinity) fn()('BatchProcessor.sizeOf', options.sizeOf)
  return options
}
