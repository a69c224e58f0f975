import type { PatternEvent } from '../../core/index.js'
import type { BreakerStateName, TransitionCause } from './breaker-states.js'
import type { CallCounts } from './trip-rules.js'

/** The breaker went from one state to another. */
export interface BreakerTransitionEvent extends PatternEvent {
  readonly type: 'transition'
  readonly breaker: string
  readonly from: BreakerStateName
  readonly to: BreakerStateName
  readonly cause: TransitionCause
  /** When, on the scale of `clock.now()`; an overdue probe's transition lies where it was due. */
  readonly at: number
  /** When, in milliseconds since the epoch. */
  readonly wallAt: number
  /** How often the breaker has opened in a row without closing in between. */
  readonly openings: number
  /** On the way to `open`: how long it stays so, in milliseconds; Infinity when forced. Otherwise 0. */
  readonly openForMs: number
  /** What the state that ended had counted: a closed one its window, a half-open one its settled probes. */
  readonly counts: CallCounts
}

/** A call was turned away. */
export interface BreakerRejectionEvent extends PatternEvent {
  readonly type: 'rejection'
  readonly breaker: string
  readonly state: BreakerStateName
  readonly retryAfterMs: number
}

/** On the channels `async-patterns:circuit-breaker:transition` and `:rejection`. */
export type BreakerEvent = BreakerTransitionEvent | BreakerRejectionEvent
