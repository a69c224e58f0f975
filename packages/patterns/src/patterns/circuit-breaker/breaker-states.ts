import type { CallWindow } from './call-window.js'
import type { CallCounts, TripRule } from './trip-rules.js'

/** The three states as they are shown. */
export type BreakerStateName = 'closed' | 'open' | 'half-open'

/** Why a breaker changed its state. */
export type TransitionCause =
  | TripRule
  /** The open state was over, and a call came. */
  | 'open-elapsed'
  | 'probe-failed'
  /** Probes did not settle within `halfOpenMaxWaitMs`. */
  | 'probe-overdue'
  | 'probes-succeeded'
  | 'forced'
  | 'reset'

/**
 * Each transition makes a new state object, and a call keeps the one in which it began. That object is the
 * call's generation: if it is no longer the breaker's present one, the call's result moves nothing.
 */
export type BreakerState = ClosedState | OpenState | HalfOpenState

/** All calls run and are counted. */
export class ClosedState {
  readonly name = 'closed'
  readonly window: CallWindow
  /** No rule opens it until `reset`. */
  readonly forced: boolean

  constructor(window: CallWindow, forced: boolean) {
    this.window = window
    this.forced = forced
  }

  get counts(): CallCounts {
    const { calls, failures, slowCalls } = this.window
    return { calls, failures, slowCalls }
  }
}

/** No call runs. */
export class OpenState {
  readonly name = 'open'
  /** On the scale of `clock.now()`. */
  readonly since: number
  /** Infinity when it was forced open. */
  readonly until: number
  readonly cause: TransitionCause
  /** What had been counted when it opened. */
  readonly counts: CallCounts

  constructor(since: number, until: number, cause: TransitionCause, counts: CallCounts) {
    this.since = since
    this.until = until
    this.cause = cause
    this.counts = counts
  }
}

/** Some calls run, to find out how the remote is. */
export class HalfOpenState {
  readonly name = 'half-open'
  /** Probes that hold one of the `halfOpenMaxCalls` places. */
  admitted = 0
  /** Probes that hold one of the `probeCount` places. */
  inFlight = 0
  successes = 0
  failures = 0
  lastAdmittedAt = 0
  /** Why it had opened, for those who are turned away. */
  readonly opened: OpenState

  constructor(opened: OpenState) {
    this.opened = opened
  }

  get counts(): CallCounts {
    const { successes, failures } = this
    return { calls: successes + failures, failures, slowCalls: 0 }
  }

  enter(now: number): void {
    this.admitted += 1
    this.inFlight += 1
    this.lastAdmittedAt = now
  }

  /** A probe that said nothing gives its place back for another one. */
  leave(saidNothing: boolean): void {
    this.inFlight -= 1
    if (saidNothing) this.admitted -= 1
  }
}
