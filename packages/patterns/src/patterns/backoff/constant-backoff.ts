import type { Random } from '../../core/index.js'
import { checkDuration, systemRandom } from '../../core/index.js'
import type { Backoff } from './backoff.js'
import { clampDelay } from './backoff.js'
import type { Jitter } from './jitter.js'
import { jitterFactor, spread } from './jitter.js'

export interface ConstantBackoffOptions {
  /** Default `'none'`. */
  readonly jitter?: Jitter
}

/** The same delay each time. */
export class ConstantBackoff implements Backoff {
  readonly maxDelayMs: number
  readonly #jitter: number

  /** @throws TypeError or RangeError when an option is out of range. */
  constructor(delayMs: number, options?: ConstantBackoffOptions) {
    checkDuration('ConstantBackoff.delayMs', delayMs, { orInfinity: true })
    this.#jitter = jitterFactor('ConstantBackoff.jitter', options?.jitter ?? 'none')
    this.maxDelayMs = clampDelay(delayMs)
  }

  delayMs(_step: number, random: Random = systemRandom): number {
    return spread(this.maxDelayMs, this.#jitter, random)
  }
}
