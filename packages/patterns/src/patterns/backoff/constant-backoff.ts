import type { Random } from '../../core/index.js'
import { checkDuration, optionsOf, systemRandom } from '../../core/index.js'
import type { Backoff } from './backoff.js'
import { clampDelay } from './backoff.js'
import type { Jitter } from './jitter.js'
import { isJitter, jitterFactor, spread } from './jitter.js'

/** What a ConstantBackoff may be told besides its delay. */
export interface ConstantBackoffOptions {
  /** Default `'none'`. */
  readonly jitter?: Jitter
}

const DEFAULTS: Required<ConstantBackoffOptions> = Object.freeze({ jitter: 'none' })
const RULES = { jitter: isJitter }

/** The same delay each time. */
export class ConstantBackoff implements Backoff {
  readonly maxDelayMs: number
  readonly #jitter: number

  /** @throws TypeError or RangeError when an option is out of range. */
  constructor(delayMs: number, options?: ConstantBackoffOptions) {
    checkDuration('ConstantBackoff.delayMs', delayMs, { orInfinity: true })
    this.#jitter = jitterFactor(optionsOf('ConstantBackoff', DEFAULTS, RULES, options).jitter)
    this.maxDelayMs = clampDelay(delayMs)
  }

  delayMs(_step: number, random: Random = systemRandom): number {
    return spread(this.maxDelayMs, this.#jitter, random)
  }
}
