import type { OptionRules } from '../../core/index.js'
import { count, numeric, optionsOf } from '../../core/index.js'
import type { Limit, LimitBounds, LimitSample } from './limit.js'
import { BOUNDS_RULES, checkBounds, clamp, isCallerTheLimit, LIMIT_BOUNDS } from './limit.js'

/** The range of a VegasLimit, and how fast it moves. */
export interface VegasLimitOptions extends LimitBounds {
  /** Share of the new value in each step, above 0 to 1. Default 1. */
  readonly smoothing?: number
  /**
   * The least latency is measured again after this many samples, as a multiple of the
   * limit, from 1. Default 30.
   */
  readonly probeMultiplier?: number
}

const DEFAULTS: Required<VegasLimitOptions> = Object.freeze({
  ...LIMIT_BOUNDS,
  smoothing: 1,
  probeMultiplier: 30,
})

const RULES: OptionRules<VegasLimitOptions> = {
  ...BOUNDS_RULES,
  smoothing: numeric({ above: 0, max: 1 }),
  probeMultiplier: count(),
}

/**
 * Estimates the remote's queue from latency: `limit * (1 - least / present)`. It grows while the queue is
 * short (below 3 log10 limit), shrinks when it is long (above 6 log10 limit) or a call is dropped.
 * Source: L. Brakmo, L. Peterson, TCP Vegas, 1995; Netflix concurrency-limits, VegasLimit.
 */
export class VegasLimit implements Limit {
  #limit: number
  #leastRttMs = Infinity
  #sinceProbe = 0
  readonly #options: Required<VegasLimitOptions>

  /** @throws RangeError or TypeError that names the option, its value and what is allowed. */
  constructor(options?: VegasLimitOptions) {
    this.#options = optionsOf('VegasLimit', DEFAULTS, RULES, options)
    checkBounds('VegasLimit', this.#options)
    this.#limit = this.#options.initialLimit
  }

  get limit(): number {
    return this.#limit
  }

  update({ rttMs, inFlight, dropped }: LimitSample): number {
    this.#learnLeast(rttMs, dropped)
    const target = dropped ? this.#limit - log10(this.#limit) : this.#target(rttMs, inFlight)
    const { smoothing } = this.#options
    this.#limit = clamp(this.#limit * (1 - smoothing) + target * smoothing, this.#options)
    return this.#limit
  }

  /** What a dropped call took says nothing about the remote's work. */
  #learnLeast(rttMs: number, dropped: boolean): void {
    if (dropped) return
    this.#sinceProbe += 1
    const isProbe = this.#sinceProbe >= this.#options.probeMultiplier * this.#limit
    if (isProbe) this.#sinceProbe = 0
    if (isProbe || rttMs < this.#leastRttMs) this.#leastRttMs = rttMs
  }

  #target(rttMs: number, inFlight: number): number {
    const limit = this.#limit
    if (rttMs <= 0) return limit
    const queue = Math.ceil(limit * (1 - this.#leastRttMs / rttMs))
    const step = log10(limit)
    if (queue > 6 * step) return limit - step
    if (queue >= 3 * step || isCallerTheLimit(limit, inFlight)) return limit
    return queue <= step ? limit + 6 * step : limit + step
  }
}

/** At least 1, so that small limits move too. */
function log10(limit: number): number {
  return Math.max(1, Math.log10(limit))
}
