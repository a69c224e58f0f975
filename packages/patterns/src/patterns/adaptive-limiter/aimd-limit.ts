import type { OptionRules } from '../../core/index.js'
import { duration, numeric, optionsOf } from '../../core/index.js'
import type { Limit, LimitBounds, LimitSample } from './limit.js'
import { BOUNDS_RULES, checkBounds, clamp, isCallerTheLimit, LIMIT_BOUNDS } from './limit.js'

/** The range of an AimdLimit, and what it takes for overload. */
export interface AimdLimitOptions extends LimitBounds {
  /** What the limit is multiplied with on overload, 0.5 to below 1. Default 0.9. */
  readonly backoffRatio?: number
  /** A call that took longer counts as dropped. More than 0. Default 5,000. */
  readonly timeoutMs?: number
}

const DEFAULTS: Required<AimdLimitOptions> = Object.freeze({
  ...LIMIT_BOUNDS,
  backoffRatio: 0.9,
  timeoutMs: 5_000,
})

const RULES: OptionRules<AimdLimitOptions> = {
  ...BOUNDS_RULES,
  backoffRatio: numeric({ min: 0.5, below: 1 }),
  timeoutMs: duration({ above: 0 }),
}

/**
 * Additive increase, multiplicative decrease: one more for each sample that went well, a tenth less for each
 * with drops. It reacts to losses only, so it suits remotes that say when they have too much.
 * Source: D. Chiu, R. Jain, 1989; Netflix concurrency-limits, AIMDLimit.
 */
export class AimdLimit implements Limit {
  #limit: number
  readonly #options: Required<AimdLimitOptions>

  /** @throws RangeError or TypeError that names the option, its value and what is allowed. */
  constructor(options?: AimdLimitOptions) {
    this.#options = optionsOf('AimdLimit', DEFAULTS, RULES, options)
    checkBounds('AimdLimit', this.#options)
    this.#limit = this.#options.initialLimit
  }

  get limit(): number {
    return this.#limit
  }

  update({ rttMs, inFlight, dropped }: LimitSample): number {
    const { backoffRatio, timeoutMs } = this.#options
    if (dropped || rttMs > timeoutMs) this.#limit *= backoffRatio
    else if (!isCallerTheLimit(this.#limit, inFlight)) this.#limit += 1
    this.#limit = clamp(this.#limit, this.#options)
    return this.#limit
  }
}
