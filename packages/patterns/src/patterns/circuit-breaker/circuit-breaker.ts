import type {
  CallContext,
  Clock,
  Listener,
  Operation,
  Outcome,
  Policy,
  PolicyDescription,
  Within,
} from '../../core/index.js'
import {
  abortReason,
  checkOptions,
  checkNumber,
  checkWithin,
  Deferred,
  disposeValue,
  Events,
  isAborted,
  checkFunction,
  ownContextOf,
  runOperation,
  tooLate,
} from '../../core/index.js'
import { BreakerCall } from './breaker-call.js'
import type { BreakerEvent } from './breaker-events.js'
import { BreakerMachine } from './breaker-machine.js'
import type { BreakerMetrics } from './breaker-metrics.js'
import type { BreakerSnapshot } from './breaker-snapshot.js'
import { restoreInto, snapshotOf } from './breaker-snapshot.js'
import type { BreakerState, BreakerStateName } from './breaker-states.js'
import type { BreakerSettings, CircuitBreakerOptions, Verdict } from './circuit-breaker-options.js'
import { breakerSettings } from './circuit-breaker-options.js'
import { defaultVerdict, isStallsFault } from './default-verdict.js'

/**
 * Stops calling a remote that fails, and finds out with few calls when it is healthy again.
 *
 * Closed: calls run and are counted; when a rule of the options is broken it opens. Open: calls are rejected
 * with BreakerOpenError. The first call after `openStateDurationMs` makes it half-open, and is a probe:
 * `probeCount` probes run at once, `halfOpenMaxCalls` in all, `successThreshold` successes close it, one
 * failure (or a share, `halfOpenErrorRateThreshold`) opens it again. A result counts only in the state in which its call began. There is no timer.
 *
 * Source: M. Nygard, Release It!, 2nd ed., ch. 5.
 */
export class CircuitBreaker<in R = unknown> implements Policy<R> {
  readonly #clock: Clock
  readonly #settings: BreakerSettings<R>
  readonly #events = new Events<BreakerEvent>('circuit-breaker')
  readonly #machine: BreakerMachine<R>
  #pending = 0
  #drained: Deferred<void> | undefined

  /** @throws RangeError or TypeError that names the option, its value and what is allowed. */
  constructor(options?: CircuitBreakerOptions<R>) {
    this.#settings = breakerSettings(options)
    this.#clock = this.#settings.clock
    this.#machine = new BreakerMachine(this.#settings, this.#events)
  }

  /**
   * A breaker in the state that `toJSON` has written, in this process or another. Time that has passed since
   * then (by the wall clock) counts. Calls in flight at that time are not known any more. The counts are kept
   * only if the options name the same kind of window.
   * @throws TypeError when `snapshot` is not one.
   */
  static fromJSON<R = unknown>(
    snapshot: BreakerSnapshot,
    options?: CircuitBreakerOptions<R>,
  ): CircuitBreaker<R> {
    checkOptions('CircuitBreaker', options, Object.keys(Object(options)))
    const breaker = new CircuitBreaker<R>({ ...options, name: options?.name ?? snapshot.name })
    restoreInto(breaker.#machine, snapshot, breaker.#settings)
    return breaker
  }

  get name(): string {
    return this.#settings.name
  }

  /** What a call would meet now: `half-open` as soon as an open state's time is over. */
  get state(): BreakerStateName {
    return this.#machine.nameAt(this.#clock.now())
  }

  /** Closed, nothing in flight, and no failure or slow call remembered. */
  get idle(): boolean {
    const now = this.#clock.now()
    const state = this.#machine.stateAt(now)
    if (state.name !== 'closed' || state.forced || this.#pending > 0) return false
    state.window.slide(now)
    return state.window.failures === 0 && state.window.slowCalls === 0
  }

  /**
   * Runs the operation, unless the breaker is open, the caller has aborted already or its deadline
   * has passed. The operation's own value or error passes through unchanged. A call that is turned
   * away rejects with BreakerOpenError, with the caller's reason or with DeadlineExceededError; the
   * last two count as nothing.
   */
  execute<T extends R>(operation: Operation<T>, within?: Within): Promise<T> {
    const startedAt = this.#clock.now()
    let began: BreakerState
    try {
      // The check is a call, which costs more than this look.
      if (typeof operation !== 'function') checkFunction('CircuitBreaker.operation', operation)
      began = within === undefined ? this.#machine.admit(startedAt) : this.#admit(startedAt, within)
    } catch (rejection) {
      return Promise.reject(rejection)
    }
    const context = ownContextOf(within)
    this.#pending += 1
    return runOperation(operation, context).then(
      value => {
        if (this.#settings.classify === undefined) this.#end(began, startedAt, context, 'success')
        else this.#judge(began, startedAt, context, { ok: true, value })
        return value
      },
      (error: unknown) => {
        this.#judge(began, startedAt, context, { ok: false, error })
        throw error
      },
    )
  }

  /**
   * Lets one call through that the caller runs and judges; for streams.
   * @throws BreakerOpenError when it is turned away, the caller's reason when it has aborted already,
   * DeadlineExceededError when its deadline has passed.
   */
  acquire(within?: Within): BreakerCall {
    const startedAt = this.#clock.now()
    const began = this.#admit(startedAt, within)
    const context = ownContextOf(within)
    this.#pending += 1
    return new BreakerCall(verdict => this.#end(began, startedAt, context, verdict))
  }

  /**
   * Counts a call that was made elsewhere and took so long: a success, or a failure by the latency rule.
   * Outside the closed state it does nothing, for it is no probe.
   */
  recordLatency(latencyMs: number): void {
    checkNumber('CircuitBreaker.recordLatency.latencyMs', latencyMs, { min: 0 })
    const now = this.#clock.now()
    const state = this.#machine.stateAt(now)
    if (state.name === 'closed') this.#machine.report(state, 'success', this.#withoutStall(latencyMs), now)
  }

  /** Resolves when no call is in flight, work handed to `waitUntil` included. */
  waitPending(): Promise<void> {
    if (this.#pending === 0) return Promise.resolve()
    this.#drained ??= new Deferred()
    return this.#drained.promise
  }

  metrics(): BreakerMetrics {
    const now = this.#clock.now()
    const machine = this.#machine
    const state = machine.stateAt(now)
    if (state.name === 'closed') state.window.slide(now)
    const { counts } = state
    const { calls, failures, slowCalls } = counts
    return {
      name: this.name,
      state: machine.nameAt(now),
      ...counts,
      errorRate: calls === 0 ? 0 : failures / calls,
      slowCallRate: calls === 0 ? 0 : slowCalls / calls,
      pending: this.#pending,
      openings: machine.openings,
      retryAfterMs: machine.retryAfterMs(now),
      totals: { ...machine.totals },
      latencies: this.#settings.latencies?.percentiles(),
    }
  }

  describe(): PolicyDescription {
    const { name, window, slowCallDurationMs, openStateDurationMs, probeCount } = this.#settings
    const options = { name, window, slowCallDurationMs, openStateDurationMs, probeCount }
    return { pattern: 'circuit-breaker', role: 'breaker', options }
  }

  /** Closed, with nothing remembered; also the end of `forceOpen` and `forceClosed`. Totals go on. */
  reset(): void {
    this.#machine.close('reset', this.#clock.now())
  }

  /** Open until `reset` or `forceClosed`. */
  forceOpen(): void {
    this.#machine.forceOpen(this.#clock.now())
  }

  /** Closed until `reset` or `forceOpen`: calls are counted, but no rule opens it. */
  forceClosed(): void {
    this.#machine.close('forced', this.#clock.now())
  }

  toJSON(): BreakerSnapshot {
    return snapshotOf(this.#machine, this.#settings)
  }

  /** Transitions and rejections, in the order in which they happen; dispose the result to stop. */
  subscribe(listener: Listener<BreakerEvent>): Disposable {
    return this.#events.subscribe(listener)
  }

  #admit(now: number, within: Within | undefined): BreakerState {
    checkWithin('CircuitBreaker', within)
    if (isAborted(within)) throw abortReason(within)
    const late = tooLate(within, this.#clock)
    if (late !== undefined) throw late
    return this.#machine.admit(now)
  }

  #judge(began: BreakerState, startedAt: number, context: CallContext, outcome: Outcome<R>): void {
    let verdict: Verdict = 'ignore'
    try {
      verdict = this.#verdict(outcome, context, startedAt)
    } catch (error) {
      if (outcome.ok) disposeValue(outcome.value)
      throw error
    } finally {
      // A classifier that throws must not keep a probe's place.
      this.#end(began, startedAt, context, verdict)
    }
  }

  #verdict(outcome: Outcome<R>, context: CallContext, startedAt: number): Verdict {
    const { classify, stalledMs, slowCallDurationMs } = this.#settings
    if (classify !== undefined) return classify(outcome, context)
    if (outcome.ok) return 'success'
    const latencyMs = this.#withoutStall(this.#clock.now() - startedAt)
    if (stalledMs !== undefined && isStallsFault(outcome.error, latencyMs)) return 'ignore'
    return defaultVerdict(outcome.error, context, latencyMs >= slowCallDurationMs)
  }

  #end(began: BreakerState, startedAt: number, context: CallContext, verdict: Verdict): void {
    const now = this.#clock.now()
    this.#machine.report(began, verdict, this.#withoutStall(now - startedAt), now)
    // Late work of a probe loads the remote still, so its place is not free before that is done.
    if (context.hasLateWork) context.releaseWhenDone(() => this.#leave(began, verdict))
    else this.#leave(began, verdict)
  }

  #leave(began: BreakerState, verdict: Verdict): void {
    if (began.name === 'half-open') began.leave(verdict === 'ignore')
    this.#pending -= 1
    if (this.#pending > 0 || this.#drained === undefined) return
    this.#drained.resolve()
    this.#drained = undefined
  }

  /** What of a latency is the remote's, and not our own event loop's. */
  #withoutStall(latencyMs: number): number {
    const { stalledMs } = this.#settings
    return stalledMs === undefined ? latencyMs : Math.max(0, latencyMs - stalledMs())
  }
}
