import {
  checkCount,
  checkDuration,
  checkFunction,
  checkNumber,
  systemClock,
  withDefaults,
} from '../../core/index.js'
import type { Clock } from '../../core/index.js'

export interface BatchProcessorOptions<T, R> {
  /**
   * Handles a batch: one result for each item, in the same order. An `Error` in place of a result is that
   * item's alone; a rejection is the error of all items of the batch.
   */
  readonly process: (items: readonly T[]) => readonly (R | Error)[] | PromiseLike<readonly (R | Error)[]>
  /** A batch goes when it has so many items: from 1. Default 100. */
  readonly maxBatchSize?: number
  /** A batch goes when its first item has waited so long, in milliseconds. Default 1,000. */
  readonly maxWaitMs?: number
  /** A batch goes before it exceeds so many bytes; a larger item goes alone. Needs `sizeOf`. Default Infinity. */
  readonly maxBatchBytes?: number
  /** How many bytes an item counts for. Default: items have no size. */
  readonly sizeOf?: (item: T) => number
  /** How many batches are handled at the same time: from 1. Default 5. */
  readonly maxConcurrentBatches?: number
  /** How many items may wait; beyond it `add` waits for room. Default Infinity: the callers' own waiting bounds it. */
  readonly maxQueueSize?: number
  /** Default: the system's. */
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

export function readOptions<T, R>(options: BatchProcessorOptions<T, R>) {
  const read = withDefaults(DEFAULTS, options)
  checkFunction('BatchProcessor.process', read.process)
  checkCount('BatchProcessor.maxBatchSize', read.maxBatchSize, { orInfinity: true })
  checkDuration('BatchProcessor.maxWaitMs', read.maxWaitMs, { orInfinity: true })
  checkNumber('BatchProcessor.maxBatchBytes', read.maxBatchBytes, { min: 1, orInfinity: true })
  checkCount('BatchProcessor.maxConcurrentBatches', read.maxConcurrentBatches)
  checkCount('BatchProcessor.maxQueueSize', read.maxQueueSize, { orInfinity: true })
  if (read.maxBatchBytes < Infinity || read.sizeOf !== undefined) {
    checkFunction('BatchProcessor.sizeOf', read.sizeOf)
  }
  return read
}
