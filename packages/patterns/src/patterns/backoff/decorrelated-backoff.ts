import type { Random } from '../../core/index.js'
import { duration, optionsOf, systemRandom } from '../../core/index.js'
import type { Backoff } from './backoff.js'
import { clampDelay } from './backoff.js'

/** The range of the delays. */
export interface DecorrelatedBackoffOptions {
  /** The shortest delay. Default 1,000. */
  readonly baseDelayMs?: number
  /** No delay is longer. Default 60,000. */
  readonly maxDelayMs?: number
}

const DEFAULTS = Object.freeze({ baseDelayMs: 1_000, maxDelayMs: 60_000 })
const RULES = { baseDelayMs: duration(), maxDelayMs: duration({ orInfinity: true }) }

/**
 * Each delay lies anywhere between `baseDelayMs` and three times the one before. The range is capped, not the
 * number drawn from it, so that chance is not lost at `maxDelayMs`.
 * Source: "decorrelated jitter" of M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export class DecorrelatedBackoff implements Backoff {
  readonly maxDelayMs: number
  readonly #baseDelayMs: number

  /**
   * `owner` is whose options these are, for the errors.
   * @throws TypeError or RangeError when an option is out of range.
   */
  constructor(options?: DecorrelatedBackoffOptions, owner = 'DecorrelatedBackoff') {
    const { baseDelayMs, maxDelayMs } = optionsOf(owner, DEFAULTS, RULES, options)
    this.maxDelayMs = clampDelay(maxDelayMs)
    this.#baseDelayMs = Math.min(baseDelayMs, this.maxDelayMs)
  }

  delayMs(_step: number, random: Random = systemRandom, previousMs = 0): number {
    const low = this.#baseDelayMs
    const high = Math.min(this.maxDelayMs, Math.max(low, previousMs) * 3)
    return low + random() * (high - low)
  }
}
