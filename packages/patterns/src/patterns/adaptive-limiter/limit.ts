import { checkCount, count } from '../../core/index.js'

/** How calls went: one, or all of a window. */
export interface LimitSample {
  /** What the remote took, without the wait for a permit; in milliseconds, the mean. */
  readonly rttMs: number
  /** Calls in flight when it began, itself included; the most. */
  readonly inFlight: number
  /** Whether one was refused or timed out for overload. */
  readonly dropped: boolean
}

/**
 * A rule for how many calls may be in flight: arithmetic alone, without clock or promise.
 * While fewer than half of the limit are in flight the caller is what limits, and the limit does not grow.
 */
export interface Limit {
  /** The present limit; not rounded, at least 1. */
  readonly limit: number
  /** Learns from a sample, and gives the new limit. */
  update(sample: LimitSample): number
}

/** The range of a limit. */
export interface LimitBounds {
  /** Where it starts, from `minLimit` to `maxLimit`. Default 20. */
  readonly initialLimit?: number
  /** Floor, from 1. Default 1. */
  readonly minLimit?: number
  /** Ceiling. Default 200. */
  readonly maxLimit?: number
}

export const LIMIT_BOUNDS: Required<LimitBounds> = Object.freeze({
  initialLimit: 20,
  minLimit: 1,
  maxLimit: 200,
})

/** Each by itself; `checkBounds` holds them against each other. */
export const BOUNDS_RULES = { initialLimit: count(), minLimit: count(), maxLimit: count() }

/** @throws RangeError that names the option, its value and what is allowed. */
export function checkBounds(
  owner: string,
  { initialLimit, minLimit, maxLimit }: Required<LimitBounds>,
): void {
  checkCount(`${owner}.maxLimit`, maxLimit, { min: minLimit })
  checkCount(`${owner}.initialLimit`, initialLimit, { min: minLimit, max: maxLimit })
}

export function clamp(limit: number, { minLimit, maxLimit }: Required<LimitBounds>): number {
  return Math.min(maxLimit, Math.max(minLimit, limit))
}

/** Whether the caller asks for so little that its calls say nothing about the limit. */
export function isCallerTheLimit(limit: number, inFlight: number): boolean {
  return inFlight * 2 < limit
}
