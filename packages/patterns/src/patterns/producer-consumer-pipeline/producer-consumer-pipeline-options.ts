import { clockLike, count, duration, fn, oneOf, optional, optionsOf, systemClock } from '../../core/index.js'
import type { Clock, Context, OptionRules } from '../../core/index.js'

/** What happens to an item for which there is no room. */
export type WhenFull = 'wait' | 'reject' | 'dropNewest' | 'dropOldest'

/** How a ProducerConsumerPipeline is set. */
export interface ProducerConsumerPipelineOptions<T> {
  /** Handles one item. Exactly one of `onItem` and `onBatch` is given. */
  readonly onItem?: (item: T, context: Context) => unknown
  /** Handles several items together. */
  readonly onBatch?: (items: readonly T[], context: Context) => unknown
  /**
   * Takes the items that a handler failed on. It is waited for. Default: they are kept and returned by
   * `stop`; once `maxQueueSize` of them are kept, nothing more is accepted.
   */
  readonly onError?: (error: unknown, items: readonly T[]) => unknown
  /** Takes what `dropNewest` and `dropOldest` drop. Default: drops are only counted. */
  readonly onDrop?: (item: T) => void
  /** How many handlers run at the same time: from 1. Default 5. */
  readonly workers?: number
  /** The most items that `onBatch` is given: from 1. Default 100. */
  readonly batchSize?: number
  /** How long a free worker that has a first item waits for a full batch, in milliseconds. Default 5,000. */
  readonly batchWaitMs?: number
  /** The most items that wait: from 1, or Infinity. Default 1,000. */
  readonly maxQueueSize?: number
  /**
   * The most bytes that wait: from 1, or Infinity; a larger item enters alone. Needs
   * `sizeOf`. Default Infinity.
   */
  readonly maxQueueBytes?: number
  /** How many bytes an item counts for. Default: items have no size. */
  readonly sizeOf?: (item: T) => number
  /**
   * `wait`: `put` waits for room; `reject`: it rejects with QueueFullError; `dropNewest`: the item itself is
   * dropped; `dropOldest`: those that wait longest are. Default `wait`.
   */
  readonly whenFull?: WhenFull
  /**
   * The longest that a `put` waits for room, in milliseconds: 0 or more, or Infinity. Only for `wait`.
   * Default Infinity.
   */
  readonly putTimeoutMs?: number
  /** Default: the runtime's. */
  readonly clock?: Clock
}

const DEFAULTS = Object.freeze({
  workers: 5,
  batchSize: 100,
  batchWaitMs: 5000,
  maxQueueSize: 1000,
  maxQueueBytes: Infinity,
  whenFull: 'wait',
  putTimeoutMs: Infinity,
  clock: systemClock,
})

const OWNER = 'ProducerConsumerPipeline'

const RULES: OptionRules<ProducerConsumerPipelineOptions<never>> = {
  onItem: optional(fn()),
  onBatch: optional(fn()),
  onError: optional(fn()),
  onDrop: optional(fn()),
  workers: count(),
  batchSize: count({ orInfinity: true }),
  batchWaitMs: duration({ orInfinity: true }),
  maxQueueSize: count({ orInfinity: true }),
  maxQueueBytes: count({ orInfinity: true }),
  sizeOf: optional(fn()),
  whenFull: oneOf(['wait', 'reject', 'dropNewest', 'dropOldest']),
  putTimeoutMs: duration({ orInfinity: true }),
  clock: clockLike(),
}

/** @throws TypeError or RangeError for an option outside its range. */
export function producerConsumerOptions<T>(given: ProducerConsumerPipelineOptions<T>) {
  const options = optionsOf<typeof DEFAULTS, ProducerConsumerPipelineOptions<T>>(
    OWNER,
    DEFAULTS,
    RULES,
    given,
  )
  if ((options.onItem === undefined) === (options.onBatch === undefined)) {
    throw new TypeError(`${OWNER}: allowed is exactly one of onItem and onBatch`)
  }
  if (options.maxQueueBytes < Infinity) fn()(`${OWNER}.sizeOf`, options.sizeOf)
  return options
}
