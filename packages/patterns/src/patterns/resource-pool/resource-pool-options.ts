import {
  clockLike,
  count,
  disposeValue,
  duration,
  fn,
  optional,
  optionsOf,
  share,
  systemClock,
  systemRandom,
} from '../../core/index.js'
import type { Clock, Random } from '../../core/index.js'

/** How a ResourcePool is set. */
export interface ResourcePoolOptions<T> {
  /**
   * Makes a resource. `signal` is aborted after `createTimeoutMs`; what arrives after
   * that is destroyed at once.
   */
  readonly create: (signal: AbortSignal) => T | PromiseLike<T>
  /** Ends a resource. What it throws is told by the event `destroy-failure` only. Default: disposes it. */
  readonly destroy?: (resource: T) => void | PromiseLike<void>
  /** Asked before an idle resource is given out; false, or an error, destroys it. Default: none is asked. */
  readonly validate?: (resource: T) => boolean | PromiseLike<boolean>
  /** Resources that `fill` makes and that are kept however long they are idle: 0 to `max`. Default 0. */
  readonly min?: number
  /** Resources at once, those being made included: an integer of at least 1. Default 10. */
  readonly max?: number
  /** The longest wait for a resource, in milliseconds: 0 or more, or Infinity. Default 30,000. */
  readonly acquireTimeoutMs?: number
  /** The longest that making one may take, in milliseconds: 1 or more, or Infinity. Default 30,000. */
  readonly createTimeoutMs?: number
  /**
   * The longest that `validate` may take, in milliseconds: 1 or more, or Infinity. After that the resource is
   * destroyed, and whoever waited for it gets another one. Default 5,000.
   */
  readonly validateTimeoutMs?: number
  /**
   * The longest that `destroy` is waited for, by `close` say, in milliseconds: 1 or more, or Infinity; after
   * that the event `destroy-failure` has a TimeoutError. Default 30,000.
   */
  readonly destroyTimeoutMs?: number
  /** A resource idle for so long is destroyed, in milliseconds: 0 or more, or Infinity. Default 60,000. */
  readonly idleTimeoutMs?: number
  /** A resource is not given out at this age, in milliseconds, and destroyed when idle. Default Infinity. */
  readonly maxLifetimeMs?: number
  /**
   * Each lifetime is shorter by a random share of up to this, so that not all end at
   * once: 0 to 1. Default 0.1.
   */
  readonly lifetimeJitter?: number
  /** Default: the runtime's. */
  readonly clock?: Clock
  /** Chance, for the jitter. Default: the runtime's. */
  readonly random?: Random
}

const DEFAULTS = Object.freeze({
  destroy: disposeValue,
  min: 0,
  max: 10,
  acquireTimeoutMs: 30_000,
  createTimeoutMs: 30_000,
  validateTimeoutMs: 5_000,
  destroyTimeoutMs: 30_000,
  idleTimeoutMs: 60_000,
  maxLifetimeMs: Infinity,
  lifetimeJitter: 0.1,
  clock: systemClock,
  random: systemRandom,
})

const RULES = {
  create: fn(),
  destroy: fn(),
  validate: optional(fn()),
  max: count(),
  min: count({ min: 0 }),
  acquireTimeoutMs: duration({ orInfinity: true }),
  createTimeoutMs: duration({ min: 1, orInfinity: true }),
  validateTimeoutMs: duration({ min: 1, orInfinity: true }),
  destroyTimeoutMs: duration({ min: 1, orInfinity: true }),
  idleTimeoutMs: duration({ orInfinity: true }),
  maxLifetimeMs: duration({ orInfinity: true }),
  lifetimeJitter: share(),
  clock: clockLike(),
  random: fn(),
}

/** The options with all defaults in place. */
export type CheckedPoolOptions<T> = ResourcePoolOptions<T> &
  Required<Omit<ResourcePoolOptions<T>, 'validate'>>

/** @throws RangeError or TypeError for an option outside its range. */
export function poolOptions<T>(given: ResourcePoolOptions<T>): CheckedPoolOptions<T> {
  const options = optionsOf<typeof DEFAULTS, ResourcePoolOptions<T>>('ResourcePool', DEFAULTS, RULES, given)
  count({ min: 0, max: options.max })('ResourcePool.min', options.min)
  return options
}
