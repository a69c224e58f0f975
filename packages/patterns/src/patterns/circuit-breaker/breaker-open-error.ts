import { RejectionError } from '../../core/index.js'
import type { TransitionCause } from './breaker-states.js'
import type { CallCounts } from './trip-rules.js'

/** The numbers behind a rejection. */
export type BreakerRejection = {
  readonly breaker: string
  /** `half-open`: all probes' places are taken. */
  readonly state: 'open' | 'half-open'
  /** Why it opened. */
  readonly cause: TransitionCause
  /** What had been counted when it opened. */
  readonly counts: CallCounts
  /** How long ago it opened, in milliseconds. */
  readonly openForMs: number
  /** How often it has opened in a row without closing in between. */
  readonly openings: number
  readonly retryAfterMs: number
}

/** The breaker turned the call away; the operation was not run. A retry does not spend attempts on it. */
export class BreakerOpenError extends RejectionError {
  readonly code = 'CIRCUIT_OPEN'
  /**
   * When another try makes sense, in milliseconds: the rest of the open state; where no end is known (all
   * probes' places taken, forced open) the time in which a healthy probe ends, or a whole open state.
   */
  readonly retryAfterMs: number

  constructor(rejection: BreakerRejection) {
    const { breaker, state, cause, retryAfterMs } = rejection
    super(`Circuit breaker ${JSON.stringify(breaker)} is ${state} (opened by ${cause})`, { facts: rejection })
    this.retryAfterMs = retryAfterMs
  }

  override explain(): BreakerRejection {
    return super.explain() as BreakerRejection
  }
}
