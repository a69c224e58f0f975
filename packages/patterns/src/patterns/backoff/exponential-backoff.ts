import type { OptionRules, Random } from '../../core/index.js'
import { duration, numeric, optionsOf, systemRandom } from '../../core/index.js'
import type { Backoff } from './backoff.js'
import { clampDelay } from './backoff.js'
import type { Jitter } from './jitter.js'
import { isJitter, jitterFactor, spread } from './jitter.js'

/** The first delay, how delays grow, and the longest one. */
export interface ExponentialBackoffOptions {
  /** The first delay. Default 1,000. */
  readonly baseDelayMs?: number
  /** No delay is longer; a shorter one than `baseDelayMs` holds for the first too. Default 60,000. */
  readonly maxDelayMs?: number
  /** By how much each delay exceeds the one before: at least 1. Default 2. */
  readonly exponentialBase?: number
  /** Default 0.1. */
  readonly jitter?: Jitter
}

const DEFAULTS: Required<ExponentialBackoffOptions> = Object.freeze({
  baseDelayMs: 1_000,
  maxDelayMs: 60_000,
  exponentialBase: 2,
  jitter: 0.1,
})

const RULES: OptionRules<ExponentialBackoffOptions> = {
  baseDelayMs: duration(),
  maxDelayMs: duration({ orInfinity: true }),
  exponentialBase: numeric({ min: 1 }),
  jitter: isJitter,
}

/**
 * `baseDelayMs`, then that times `exponentialBase`, and so on up to `maxDelayMs`; jitter comes after the cap.
 */
export class ExponentialBackoff implements Backoff {
  readonly maxDelayMs: number
  readonly #baseDelayMs: number
  readonly #exponentialBase: number
  readonly #jitter: number

  /**
   * `owner` is whose options these are, for the errors.
   * @throws TypeError or RangeError when an option is out of range.
   */
  constructor(options?: ExponentialBackoffOptions, owner = 'ExponentialBackoff') {
    const checked = optionsOf(owner, DEFAULTS, RULES, options)
    const { baseDelayMs, maxDelayMs, exponentialBase, jitter } = checked
    this.#jitter = jitterFactor(jitter)
    this.maxDelayMs = clampDelay(maxDelayMs)
    this.#baseDelayMs = baseDelayMs
    this.#exponentialBase = exponentialBase
  }

  delayMs(step: number, random: Random = systemRandom): number {
    // Zero times an overflow to Infinity is NaN, which is no delay.
    const grown = this.#baseDelayMs === 0 ? 0 : this.#baseDelayMs * this.#exponentialBase ** (step - 1)
    return spread(Math.min(grown, this.maxDelayMs), this.#jitter, random)
  }
}
