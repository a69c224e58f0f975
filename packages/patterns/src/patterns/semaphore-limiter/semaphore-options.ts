import type { Clock, Within } from '../../core/index.js'
import { checkCount, checkDuration, systemClock, withDefaults } from '../../core/index.js'

export interface SemaphoreOptions {
  /** How much weight may be held at once: an integer of at least 1. Default 100. */
  readonly maxConcurrent?: number
  /** The longest wait for a permit; 0 never waits, Infinity waits for ever. Default 30,000. */
  readonly acquireTimeoutMs?: number
  /** How many may wait; 0 lets nobody wait. Default Infinity. */
  readonly maxQueue?: number
  /** Default: the runtime's clock. */
  readonly clock?: Clock
}

/** What one caller asks for. */
export interface PermitRequest {
  /** Units of capacity, 1 to `maxConcurrent`. Default 1. */
  readonly weight?: number | undefined
  /** Higher goes first; equal ones first in, first out. Any finite number; a handful of levels is meant. Default 0. */
  readonly priority?: number | undefined
}

/** A request, together with the caller's signal and deadline: both end the wait. */
export interface AcquireOptions extends Within, PermitRequest {}

const DEFAULTS = Object.freeze({
  maxConcurrent: 100,
  acquireTimeoutMs: 30_000,
  maxQueue: Infinity,
  clock: systemClock,
})

/** @throws TypeError or RangeError when an option is out of range. */
export function checkedOptions(options: SemaphoreOptions | undefined): Required<SemaphoreOptions> {
  const checked = withDefaults(DEFAULTS, options)
  checkCount('SemaphoreLimiter.maxConcurrent', checked.maxConcurrent)
  checkDuration('SemaphoreLimiter.acquireTimeoutMs', checked.acquireTimeoutMs, { orInfinity: true })
  checkCount('SemaphoreLimiter.maxQueue', checked.maxQueue, { min: 0, orInfinity: true })
  return checked
}
