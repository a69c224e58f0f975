import {
  checkCount,
  checkDuration,
  checkFunction,
  checkOneOf,
  systemClock,
  withDefaults,
} from '../../core/index.js'
import type { Clock, Context } from '../../core/index.js'

/** What happens to an item for which there is no room. */
export type WhenFull = 'wait' | 'reject' | 'dropNewest' | 'dropOldest'

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
  /** The most bytes that wait: from 1, or Infinity; a larger item enters alone. Needs `sizeOf`. Default Infinity. */
  readonly maxQueueBytes?: number
  /** How many bytes an item counts for. Default: items have no size. */
  readonly sizeOf?: (item: T) => number
  /**
   * `wait`: `put` waits for room; `reject`: it rejects with QueueFullError; `dropNewest`: the item itself is
   * dropped; `dropOldest`: those that wait longest are. Default `wait`.
   */
  readonly whenFull?: WhenFull
  /** Default: the system's. */
  readonly clock?: Clock
}

const DEFAULTS = Object.freeze({
  workers: 5,
  batchSize: 100,
  batchWaitMs: 5000,
  maxQueueSize: 1000,
  maxQueueBytes: Infinity,
  whenFull: 'wait',
  clock: systemClock,
})

const OWNER = 'ProducerConsumerPipeline'

export function readOptions<T>(options: ProducerConsumerPipelineOptions<T>) {
  const read = withDefaults(DEFAULTS, options)
  checkHandlers(read)
  checkCount(`${OWNER}.workers`, read.workers)
  checkCount(`${OWNER}.batchSize`, read.batchSize, { orInfinity: true })
  checkDuration(`${OWNER}.batchWaitMs`, read.batchWaitMs, { orInfinity: true })
  checkCount(`${OWNER}.maxQueueSize`, read.maxQueueSize, { orInfinity: true })
  checkCount(`${OWNER}.maxQueueBytes`, read.maxQueueBytes, { orInfinity: true })
  checkOneOf(`${OWNER}.whenFull`, read.whenFull, ['wait', 'reject', 'dropNewest', 'dropOldest'])
  if (read.maxQueueBytes < Infinity) checkFunction(`${OWNER}.sizeOf`, read.sizeOf)
  return read
}

function checkHandlers<T>(options: ProducerConsumerPipelineOptions<T>): void {
  const { onItem, onBatch } = options
  if ((onItem === undefined) === (onBatch === undefined)) {
    throw new TypeError(`${OWNER}: allowed is exactly one of onItem and onBatch`)
  }
  for (const name of ['onItem', 'onBatch', 'onError', 'onDrop', 'sizeOf'] as const) {
    if (options[name] !== undefined) checkFunction(`${OWNER}.${name}`, options[name])
  }
}
