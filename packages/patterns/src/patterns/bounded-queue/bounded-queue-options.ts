import {
  checkCount,
  checkDuration,
  checkFunction,
  checkNumber,
  systemClock,
  withDefaults,
} from '../../core/index.js'
import type { Clock, Within } from '../../core/index.js'
import type { BatchLimits } from './waiters.js'

export interface BoundedQueueOptions<T> {
  /** The most items that it holds: from 1, or Infinity. Default 1,000. */
  readonly maxItems?: number
  /** The most bytes that it holds, from 1, or Infinity; a larger item enters alone. Needs `sizeOf`. Default Infinity. */
  readonly maxBytes?: number
  /** How many bytes an item counts for; asked once, when it is put. Default: items have no size. */
  readonly sizeOf?: (item: T) => number
  /** Default: the system's. */
  readonly clock?: Clock
}

export interface PutOptions extends Within {
  /** The longest wait for room, in milliseconds; Infinity is no limit. Default Infinity. */
  readonly timeoutMs?: number
}

const DEFAULTS = Object.freeze({ maxItems: 1000, maxBytes: Infinity, clock: systemClock })

export function readOptions<T>(options: BoundedQueueOptions<T> | undefined) {
  const read = withDefaults(DEFAULTS, options)
  checkCount('BoundedQueue.maxItems', read.maxItems, { orInfinity: true })
  checkNumber('BoundedQueue.maxBytes', read.maxBytes, { min: 1, orInfinity: true })
  if (read.maxBytes < Infinity || read.sizeOf !== undefined) {
    checkFunction('BoundedQueue.sizeOf', read.sizeOf)
  }
  return read
}

/** The longest wait for room. */
export function readTimeout(options: PutOptions | undefined): number {
  const timeoutMs = options?.timeoutMs ?? Infinity
  checkDuration('BoundedQueue.put(timeoutMs)', timeoutMs, { orInfinity: true })
  return timeoutMs
}

export function checkLimits({ maxItems, maxBytes, maxWaitMs }: BatchLimits<never>): void {
  const name = 'BoundedQueue.takeBatch'
  if (maxItems !== undefined) checkCount(`${name}(maxItems)`, maxItems, { orInfinity: true })
  if (maxBytes !== undefined) checkNumber(`${name}(maxBytes)`, maxBytes, { min: 0, orInfinity: true })
  if (maxWaitMs !== undefined && typeof maxWaitMs !== 'function') {
    checkDuration(`${name}(maxWaitMs)`, maxWaitMs, { orInfinity: true })
  }
}
