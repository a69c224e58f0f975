import { clockLike, count, duration, fn, optionsOf, systemClock } from '../../core/index.js'
import type { Clock, OptionRules } from '../../core/index.js'

/** How a Cache is set. */
export interface CacheOptions<K, V> {
  /**
   * How long a value is fresh, in milliseconds from when it was stored: 0 or more, or
   * Infinity. Default 300,000.
   */
  readonly ttlMs?: number
  /**
   * Entries kept, stale ones included; the least recently used go first. An integer of at least 1, or
   * Infinity. Default 10,000.
   */
  readonly maxEntries?: number
  /**
   * Bytes kept, as `sizeOf` counts them: 1 or more, or Infinity. A value that is larger alone is not kept.
   * Default Infinity.
   */
  readonly maxBytes?: number
  /** The bytes of an entry: 0 or more. Needed if `maxBytes` is given, else of no use. */
  readonly sizeOf?: (value: V, key: K) => number
  /** So long after it went stale a value is still given out, while one load refreshes it. Default 0. */
  readonly staleWhileRevalidateMs?: number
  /** So long after it went stale a value is given out when the load fails. Default 0. */
  readonly staleIfErrorMs?: number
  /** Default: the runtime's. */
  readonly clock?: Clock
}

const DEFAULTS = Object.freeze({
  ttlMs: 300_000,
  maxEntries: 10_000,
  maxBytes: Infinity,
  sizeOf: () => 0,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 0,
  clock: systemClock,
})

const RULES: OptionRules<CacheOptions<never, never>> = {
  ttlMs: duration({ orInfinity: true }),
  maxEntries: count({ orInfinity: true }),
  maxBytes: count({ orInfinity: true }),
  sizeOf: fn(),
  staleWhileRevalidateMs: duration({ orInfinity: true }),
  staleIfErrorMs: duration({ orInfinity: true }),
  clock: clockLike(),
}

/** The options with all defaults in place. */
export type CheckedCacheOptions<K, V> = Required<CacheOptions<K, V>>

/** @throws RangeError or TypeError for an option outside its range. */
export function cacheOptions<K, V>(given: CacheOptions<K, V> | undefined): CheckedCacheOptions<K, V> {
  const options = optionsOf<typeof DEFAULTS, CacheOptions<K, V>>('Cache', DEFAULTS, RULES, given)
  if (options.maxBytes !== Infinity) fn()('Cache.sizeOf', given?.sizeOf)
  return options
}
