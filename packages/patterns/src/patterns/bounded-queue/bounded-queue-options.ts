import {
  checkCount,
  checkDuration,
  checkOptions,
  checkNumber,
  clockLike,
  count,
  duration,
  fn,
  numeric,
  optional,
  optionsOf,
  systemClock,
} from '../../core/index.js'
import type { Clock, OptionRules } from '../../core/index.js'
import type { TakeBatchOptions } from './waiters.js'

/** How a BoundedQueue is set. */
export interface BoundedQueueOptions<T> {
  /** The most items that it holds: an integer of at least 1, or Infinity. Default 1,000. */
  readonly maxItems?: number
  /**
   * The most bytes that it holds: from 1, or Infinity; a larger item enters alone. Needs
   * `sizeOf`. Default Infinity.
   */
  readonly maxBytes?: number
  /** How many bytes an item counts for; asked once, when it is put. Default: items have no size. */
  readonly sizeOf?: (item: T) => number
  /** The longest that a `put` waits for room, in milliseconds: 0 or more, or Infinity. Default Infinity. */
  readonly putTimeoutMs?: number
  /** Default: the runtime's. */
  readonly clock?: Clock
}

const OWNER = 'BoundedQueue'

const DEFAULTS = Object.freeze({
  maxItems: 1000,
  maxBytes: Infinity,
  putTimeoutMs: Infinity,
  clock: systemClock,
})

const RULES: OptionRules<BoundedQueueOptions<never>> = {
  maxItems: count({ orInfinity: true }),
  maxBytes: numeric({ min: 1, orInfinity: true }),
  sizeOf: optional(fn()),
  putTimeoutMs: duration({ orInfinity: true }),
  clock: clockLike(),
}

/** @throws TypeError or RangeError for an option outside its range. */
export function queueOptions<T>(given: BoundedQueueOptions<T> | undefined) {
  const options = optionsOf<typeof DEFAULTS, BoundedQueueOptions<T>>(OWNER, DEFAULTS, RULES, given)
  if (options.maxBytes < Infinity) fn()(`${OWNER}.sizeOf`, options.sizeOf)
  return options
}

/** @throws TypeError or RangeError for a limit outside its range. */
export function checkTakeBatch(options: TakeBatchOptions<never>): void {
  const name = `${OWNER}.takeBatch`
  checkOptions(name, options, ['maxItems', 'maxBytes', 'maxWaitMs'])
  const { maxItems, maxBytes, maxWaitMs } = options
  if (maxItems !== undefined) checkCount(`${name}.maxItems`, maxItems, { orInfinity: true })
  if (maxBytes !== undefined) checkNumber(`${name}.maxBytes`, maxBytes, { min: 0, orInfinity: true })
  if (maxWaitMs !== undefined && typeof maxWaitMs !== 'function') {
    checkDuration(`${name}.maxWaitMs`, maxWaitMs, { orInfinity: true })
  }
}
