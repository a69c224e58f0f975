import type { Clock, OptionRules } from '../../core/index.js'
import { clockLike, count, duration, optionsOf, systemClock } from '../../core/index.js'

/** How a SemaphoreLimiter is set. */
export interface SemaphoreOptions {
  /** How much weight may be held at once: an integer of at least 1. Default 100. */
  readonly maxConcurrent?: number
  /** The longest wait for a permit; 0 never waits, Infinity waits forever. Default 30,000. */
  readonly acquireTimeoutMs?: number
  /** How many may wait; 0 lets nobody wait. Default Infinity. */
  readonly maxQueue?: number
  /** Default: the runtime's clock. */
  readonly clock?: Clock
}

/** What one caller of a SemaphoreLimiter asks for. */
export interface SemaphoreAcquireOptions {
  /** Units of capacity, 1 to `maxConcurrent`. Default 1. */
  readonly weight?: number | undefined
  /**
   * Higher goes first; equal ones first in, first out. Any finite number; a handful of levels is meant.
   * Default 0.
   */
  readonly priority?: number | undefined
  /** A name by which `setPriority` finds it while it waits. Default: none. */
  readonly id?: unknown
}

const DEFAULTS = Object.freeze({
  maxConcurrent: 100,
  acquireTimeoutMs: 30_000,
  maxQueue: Infinity,
  clock: systemClock,
})

const RULES: OptionRules<SemaphoreOptions> = {
  maxConcurrent: count(),
  acquireTimeoutMs: duration({ orInfinity: true }),
  maxQueue: count({ min: 0, orInfinity: true }),
  clock: clockLike(),
}

/** @throws TypeError or RangeError when an option is out of range. */
export function semaphoreOptions(given: SemaphoreOptions | undefined): Required<SemaphoreOptions> {
  return optionsOf('SemaphoreLimiter', DEFAULTS, RULES, given)
}
