import {
  checkCount,
  checkDuration,
  checkFunction,
  checkNumber,
  disposeValue,
  systemClock,
  systemRandom,
  withDefaults,
} from '../../core/index.js'
import type { Clock, Random } from '../../core/index.js'

export interface ResourcePoolOptions<T> {
  /**
   * Makes a resource. `signal` is aborted after `createTimeoutMs`; what arrives after that is destroyed at once.
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
  /** The longest that making one may take, in milliseconds: 0 or more, or Infinity. Default 30,000. */
  readonly createTimeoutMs?: number
  /** A resource idle for so long is destroyed, in milliseconds: 0 or more, or Infinity. Default 60,000. */
  readonly idleTimeoutMs?: number
  /** A resource is not given out at this age, in milliseconds, and destroyed when idle. Default Infinity. */
  readonly maxLifetimeMs?: number
  /** Each lifetime is shorter by a random share of up to this, so that not all end at once: 0 to 1. Default 0.1. */
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
  idleTimeoutMs: 60_000,
  maxLifetimeMs: Infinity,
  lifetimeJitter: 0.1,
  clock: systemClock,
  random: systemRandom,
})

/** The options with all defaults in place. */
export type CheckedPoolOptions<T> = ResourcePoolOptions<T> &
  Required<Omit<ResourcePoolOptions<T>, 'validate'>>

/** @throws RangeError or TypeError for an option outside its range. */
export function checkPoolOptions<T>(given: ResourcePoolOptions<T>): CheckedPoolOptions<T> {
  const options: CheckedPoolOptions<T> = withDefaults(DEFAULTS, given)
  checkFunction('ResourcePool.create', options.create)
  checkFunction('ResourcePool.destroy', options.destroy)
  if (options.validate !== undefined) checkFunction('ResourcePool.validate', options.validate)
  checkCount('ResourcePool.max', options.max)
  checkCount('ResourcePool.min', options.min, { min: 0, max: options.max })
  for (const name of ['acquireTimeoutMs', 'createTimeoutMs', 'idleTimeoutMs', 'maxLifetimeMs'] as const) {
    checkDuration(`ResourcePool.${name}`, options[name], { orInfinity: true })
  }
  checkNumber('ResourcePool.lifetimeJitter', options.lifetimeJitter, { min: 0, max: 1 })
  return options
}
