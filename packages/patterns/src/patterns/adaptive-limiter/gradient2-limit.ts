import type { OptionRules } from '../../core/index.js'
import { count, numeric, optionsOf } from '../../core/index.js'
import type { Limit, LimitBounds, LimitSample } from './limit.js'
import { BOUNDS_RULES, checkBounds, clamp, isCallerTheLimit, LIMIT_BOUNDS } from './limit.js'

/** The range of a Gradient2Limit, and how fast it moves. */
export interface Gradient2LimitOptions extends LimitBounds {
  /**
   * How much slower than its long average the remote may be before the limit shrinks, from 1. Default 1.5.
   */
  readonly rttTolerance?: number
  /** Share of the new value in each step, above 0 to 1. Default 0.2. */
  readonly smoothing?: number
  /** Calls that may wait at the remote; the step by which the limit grows. From 0. Default 4. */
  readonly queueSize?: number
  /** Samples over which the long average runs, from 1. Default 600. */
  readonly longWindow?: number
}

const DEFAULTS: Required<Gradient2LimitOptions> = Object.freeze({
  ...LIMIT_BOUNDS,
  rttTolerance: 1.5,
  smoothing: 0.2,
  queueSize: 4,
  longWindow: 600,
})

const RULES: OptionRules<Gradient2LimitOptions> = {
  ...BOUNDS_RULES,
  rttTolerance: numeric({ min: 1 }),
  smoothing: numeric({ above: 0, max: 1 }),
  queueSize: numeric({ min: 0 }),
  longWindow: count(),
}

/** So many first calls are averaged plainly, before the average becomes exponential. */
const WARM_UP = 10

/**
 * Compares each latency with a long exponential average: the limit shrinks by their ratio, at most by half,
 * and grows by `queueSize` while the remote is not slower than `rttTolerance` allows. It follows a remote
 * whose latency drifts, so it accepts a longer queue there than VegasLimit does.
 * Source: Netflix concurrency-limits, Gradient2Limit. Unlike there, a dropped call halves the target, and the
 * limit may shrink, though not grow, while the caller is the limit.
 */
export class Gradient2Limit implements Limit {
  #limit: number
  #longRttMs = 0
  #samples = 0
  readonly #options: Required<Gradient2LimitOptions>

  /** @throws RangeError or TypeError that names the option, its value and what is allowed. */
  constructor(options?: Gradient2LimitOptions) {
    this.#options = optionsOf('Gradient2Limit', DEFAULTS, RULES, options)
    checkBounds('Gradient2Limit', this.#options)
    this.#limit = this.#options.initialLimit
  }

  get limit(): number {
    return this.#limit
  }

  update({ rttMs, inFlight, dropped }: LimitSample): number {
    if (!dropped) this.#learn(rttMs)
    const { smoothing, queueSize } = this.#options
    const grown = dropped ? this.#limit / 2 : this.#limit * this.#gradient(rttMs) + queueSize
    const target = isCallerTheLimit(this.#limit, inFlight) ? Math.min(grown, this.#limit) : grown
    this.#limit = clamp(this.#limit * (1 - smoothing) + target * smoothing, this.#options)
    return this.#limit
  }

  #gradient(rttMs: number): number {
    const ratio = (this.#options.rttTolerance * this.#longRttMs) / rttMs
    // Two latencies of 0 have no ratio, and nothing is wrong with them.
    return Number.isNaN(ratio) ? 1 : Math.max(0.5, Math.min(1, ratio))
  }

  #learn(rttMs: number): void {
    this.#samples += 1
    const weight = this.#samples <= WARM_UP ? 1 / this.#samples : 2 / (this.#options.longWindow + 1)
    this.#longRttMs += (rttMs - this.#longRttMs) * weight
    // After a long overload the average has grown with it; without this it would take its whole window to
    // come back.
    if (rttMs > 0 && this.#longRttMs / rttMs > 2) this.#longRttMs *= 0.95
  }
}
