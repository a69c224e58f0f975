import type { Events, Random } from '../../core/index.js'
import type { BreakerEvent } from './breaker-events.js'
import { BreakerOpenError } from './breaker-open-error.js'
import type { BreakerState, BreakerStateName, TransitionCause } from './breaker-states.js'
import { ClosedState, HalfOpenState, OpenState } from './breaker-states.js'
import type { CallWindow } from './call-window.js'
import type { BreakerSettings, Verdict } from './circuit-breaker-options.js'
import { failuresToReopen } from './circuit-breaker-options.js'
import { ConsecutiveWindow } from './consecutive-window.js'
import { CountWindow } from './count-window.js'
import { TimeWindow } from './time-window.js'
import type { CallCounts } from './trip-rules.js'
import { brokenRule } from './trip-rules.js'

/** How calls ended since the breaker was made, in whatever state they began. */
export interface BreakerTotals {
  readonly succeeded: number
  /** Slow calls are among them while the latency rule is on. */
  readonly failed: number
  readonly ignored: number
  readonly rejected: number
}

const NOTHING: CallCounts = Object.freeze({ calls: 0, failures: 0, slowCalls: 0 })
const noChance: Random = () => 0

/**
 * The states and the ways between them. It is told the time and sets no timer: an open state ends at the
 * first call after its time, an overdue probe is noticed at the next look.
 */
export class BreakerMachine<R> {
  /** How often it has opened in a row without closing in between. */
  openings = 0
  totals = { succeeded: 0, failed: 0, ignored: 0, rejected: 0 }
  /** A decorrelated backoff builds on it; 0 while it is closed. */
  #lastOpenForMs = 0
  #state: BreakerState
  readonly #settings: BreakerSettings<R>
  readonly #events: Events<BreakerEvent>

  constructor(settings: BreakerSettings<R>, events: Events<BreakerEvent>) {
    this.#settings = settings
    this.#events = events
    this.#state = new ClosedState(this.newWindow(), false)
  }

  newWindow(): CallWindow {
    const { window, windowMs, windowCalls } = this.#settings
    if (window === 'time') return new TimeWindow(windowMs)
    return window === 'count' ? new CountWindow(windowCalls) : new ConsecutiveWindow()
  }

  /** The state at `now`, overdue probes given up. An open state whose time is over shows only in `nameAt`. */
  stateAt(now: number): BreakerState {
    const state = this.#state
    if (state.name !== 'half-open' || state.inFlight === 0) return state
    const dueAt = state.lastAdmittedAt + (this.#settings.halfOpenMaxWaitMs || Infinity)
    if (now >= dueAt) this.#open('probe-overdue', state.counts, dueAt)
    return this.#state
  }

  /** What a call at `now` would meet. */
  nameAt(now: number): BreakerStateName {
    const state = this.stateAt(now)
    return state.name === 'open' && now >= state.until ? 'half-open' : state.name
  }

  /**
   * Lets a call in and gives the state in which it begins.
   * @throws BreakerOpenError when the call is turned away.
   */
  admit(now: number): BreakerState {
    const found = this.stateAt(now)
    if (found.name === 'open' && now >= found.until) {
      this.#become(new HalfOpenState(found), 'open-elapsed', NOTHING, now)
    }
    // Read again: whoever listens to that transition may have forced or reset the breaker.
    const state = this.#state
    if (state.name === 'closed') return state
    if (state.name === 'open' || !this.#hasPlace(state)) throw this.#rejection(state, now)
    state.enter(now)
    return state
  }

  /** Counts how a call ended that began in the state `began`. */
  report(began: BreakerState, verdict: Verdict, latencyMs: number, now: number): void {
    if (verdict === 'ignore') {
      this.totals.ignored += 1
      return
    }
    const { slowCallDurationMs, latencyThresholdMultiplier, latencies } = this.#settings
    if (latencies !== undefined) latencies.record(latencyMs)
    const slow = latencyMs >= slowCallDurationMs
    const failed = verdict === 'failure' || (slow && latencyThresholdMultiplier !== false)
    if (failed) this.totals.failed += 1
    else this.totals.succeeded += 1
    if (began !== this.stateAt(now)) return
    if (began.name === 'closed') this.#count(began, failed, slow, now)
    else this.#probed(began as HalfOpenState, failed, now)
  }

  /** When another try makes sense, in milliseconds; 0 when it would be let in. */
  retryAfterMs(now: number): number {
    const state = this.stateAt(now)
    if (state.name === 'closed') return 0
    if (state.name === 'half-open') return this.#hasPlace(state) ? 0 : this.#settings.slowCallDurationMs
    return state.until === Infinity ? this.#openForMs(1, noChance, 0) : Math.max(0, state.until - now)
  }

  forceOpen(now: number): void {
    const state = this.stateAt(now)
    this.#become(new OpenState(now, Infinity, 'forced', state.counts), 'forced', state.counts, now)
  }

  close(cause: 'forced' | 'reset', now: number): void {
    this.#close(cause, this.stateAt(now).counts, now)
  }

  /** Takes a state from elsewhere, without an event: nothing has happened here. */
  restore(state: BreakerState, openings: number, totals: BreakerTotals): void {
    this.#state = state
    this.openings = openings
    this.totals = { ...totals }
  }

  #count(state: ClosedState, failed: boolean, slow: boolean, now: number): void {
    const { window, forced } = state
    window.record(now, failed, slow)
    if (forced || !(failed || slow)) return
    const rule = brokenRule(window, this.#settings)
    if (rule !== undefined) this.#open(rule, state.counts, now)
  }

  #probed(state: HalfOpenState, failed: boolean, now: number): void {
    if (failed) {
      state.failures += 1
      if (state.failures >= failuresToReopen(this.#settings)) this.#open('probe-failed', state.counts, now)
      return
    }
    state.successes += 1
    if (state.successes >= this.#settings.successThreshold) this.#close('probes-succeeded', state.counts, now)
  }

  #hasPlace(state: HalfOpenState): boolean {
    const { probeCount, halfOpenMaxCalls } = this.#settings
    return state.inFlight < probeCount && state.admitted < halfOpenMaxCalls
  }

  #open(cause: TransitionCause, counts: CallCounts, now: number): void {
    this.openings += 1
    this.#lastOpenForMs = this.#openForMs(this.openings, this.#settings.random, this.#lastOpenForMs)
    this.#become(new OpenState(now, now + this.#lastOpenForMs, cause, counts), cause, counts, now)
  }

  #close(cause: TransitionCause, counts: CallCounts, now: number): void {
    this.openings = 0
    this.#lastOpenForMs = 0
    this.#become(new ClosedState(this.newWindow(), cause === 'forced'), cause, counts, now)
  }

  #openForMs(openings: number, random: Random, lastMs: number): number {
    const { openStateDurationMs: duration } = this.#settings
    return typeof duration === 'number' ? duration : duration.delayMs(openings, random, lastMs)
  }

  /** The one door between states. */
  #become(next: BreakerState, cause: TransitionCause, counts: CallCounts, at: number): void {
    const from = this.#state.name
    this.#state = next
    if (this.#events.wanted('transition')) {
      const { name: breaker, clock } = this.#settings
      const wallAt = clock.wallNow() - (clock.now() - at)
      const openForMs = next.name === 'open' ? next.until - next.since : 0
      const { openings } = this
      const type = 'transition'
      this.#events.emit({
        type,
        breaker,
        from,
        to: next.name,
        cause,
        at,
        wallAt,
        openings,
        openForMs,
        counts,
      })
    }
  }

  #rejection(state: OpenState | HalfOpenState, now: number): BreakerOpenError {
    this.totals.rejected += 1
    const { since, cause, counts } = state.name === 'open' ? state : state.opened
    const retryAfterMs = this.retryAfterMs(now)
    const breaker = this.#settings.name
    if (this.#events.wanted('rejection')) {
      this.#events.emit({ type: 'rejection', breaker, state: state.name, retryAfterMs })
    }
    const { openings } = this
    const openForMs = now - since
    return new BreakerOpenError({
      breaker,
      state: state.name,
      cause,
      counts,
      openForMs,
      openings,
      retryAfterMs,
    })
  }
}
