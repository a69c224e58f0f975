import type { Clock, Context, NumberRange, Outcome } from '../../core/index.js'
import {
  checkCount,
  checkDuration,
  checkFunction,
  checkNumber,
  checkOneOf,
  systemClock,
  withDefaults,
} from '../../core/index.js'

/** What a call says about the remote; `ignore` says nothing: it is not counted, and a probe's place is given back. */
export type Verdict = 'success' | 'failure' | 'ignore'

/**
 * What the breaker of a name does. Every rule that can be off is switched off by `false`.
 * Thresholds trip when they are reached. The rules are asked when a failed or slow call ends, so a
 * success never opens the breaker.
 */
export interface CircuitBreakerOptions<R = unknown> {
  /** Shown in events, errors and metrics. Default `default`. */
  readonly name?: string
  /**
   * What is remembered while closed: the calls of the last `windowMs`, the last `windowCalls` calls, or the
   * present run of failures, which one success ends. Default `time`.
   */
  readonly window?: 'time' | 'count' | 'consecutive'
  /** Length of the time window; it moves in steps of a tenth. More than 0. Default 30,000. */
  readonly windowMs?: number
  /** Size of the count window, from 1. Default 100. */
  readonly windowCalls?: number
  /** Failures in the window that open the breaker, from 1. Default 10. */
  readonly failureThreshold?: number | false
  /**
   * Share of failures in the window that opens it, 0 to 1, once there are `minimumCalls`. Default 0.1.
   * A run of failures has no share: the three rules on shares need the window `time` or `count`.
   */
  readonly errorRateThreshold?: number | false
  /**
   * Below so many calls in the window the rules on shares are not asked, from 1; `windowCalls` if that is smaller.
   * Default 10.
   */
  readonly minimumCalls?: number
  /** What a healthy call takes. More than 0. Default 100. */
  readonly baselineLatencyMs?: number
  /**
   * The latency rule: a call that takes this many times `baselineLatencyMs` or longer counts as a failure even
   * if it succeeds; and when half of the window's calls are slow (its median is), the breaker opens, whether the
   * rules on failures are on or not. More than 0. Default 3.
   */
  readonly latencyThresholdMultiplier?: number | false
  /** From how long on a call is slow. Default `latencyThresholdMultiplier` (3 when off) x `baselineLatencyMs`. */
  readonly slowCallDurationMs?: number
  /** Share of slow calls in the window that opens it, 0 to 1, once there are `minimumCalls`. Default `false`. */
  readonly slowCallRateThreshold?: number | false
  /**
   * How long it stays open: fixed, or by how often it has opened in a row without closing in between (from 1),
   * such as `openings => backoff.delayMs(openings)`. The function should give 0 or more; 60,000 is
   * taken for anything else. Default 60,000.
   */
  readonly openStateDurationMs?: number | ((openings: number) => number)
  /** Calls that one half-open state admits in all, from 1. Default 3. */
  readonly halfOpenMaxCalls?: number
  /** Calls that it admits at once, from 1 to `halfOpenMaxCalls`. Default 1. */
  readonly probeCount?: number
  /** Successful probes that close it, from 1 to `halfOpenMaxCalls`. Default `halfOpenMaxCalls`. One failure reopens it. */
  readonly successThreshold?: number
  /**
   * When probes are out and no other was admitted for so long, they are given up and it reopens. Measured from the
   * last admission, so that rare calls can close it too. `false`: waits for ever. Default 60,000.
   */
  readonly halfOpenMaxWaitMs?: number | false
  /**
   * Judges how a call ended; asked once per call. By default a value is a success, an error a failure, with these
   * exceptions, which are ignored: a call that its caller has aborted (unless for a timeout), one that was ended by a
   * deadline before it was slow, and the refusal of a breaker, queue or limiter inside this one.
   */
  readonly classify?: (outcome: Outcome<R>, context: Context) => Verdict
  /**
   * For how long our own event loop stalled lately, in milliseconds (`EventLoopMonitor.stalledMs`). It is asked when
   * a call ends and taken off the call's latency; a TimeoutError that only the stall explains is ignored.
   */
  readonly stalledMs?: () => number
  /** Default: the runtime's. */
  readonly clock?: Clock
}

type BreakerDefaults = Required<
  Omit<CircuitBreakerOptions<never>, 'successThreshold' | 'slowCallDurationMs' | 'classify' | 'stalledMs'>
>

const DEFAULTS: BreakerDefaults = Object.freeze({
  name: 'default',
  window: 'time',
  windowMs: 30_000,
  windowCalls: 100,
  failureThreshold: 10,
  errorRateThreshold: 0.1,
  minimumCalls: 10,
  baselineLatencyMs: 100,
  latencyThresholdMultiplier: 3,
  slowCallRateThreshold: false,
  openStateDurationMs: 60_000,
  halfOpenMaxCalls: 3,
  probeCount: 1,
  halfOpenMaxWaitMs: 60_000,
  clock: systemClock,
})

/** The options, checked, with nothing left open. */
export interface BreakerSettings<R = unknown>
  extends Required<Omit<CircuitBreakerOptions<R>, 'classify' | 'stalledMs'>> {
  readonly classify: CircuitBreakerOptions<R>['classify']
  readonly stalledMs: CircuitBreakerOptions<R>['stalledMs']
}

/** @throws RangeError or TypeError that names the option, its value and what is allowed. */
export function breakerSettings<R>(options: CircuitBreakerOptions<R> | undefined): BreakerSettings<R> {
  checkNoShares(options)
  const chosen = withDefaults(DEFAULTS, options)
  const multiplier = chosen.latencyThresholdMultiplier
  const settings: BreakerSettings<R> = {
    ...chosen,
    minimumCalls:
      chosen.window === 'count' ? Math.min(chosen.minimumCalls, chosen.windowCalls) : chosen.minimumCalls,
    errorRateThreshold: chosen.window === 'consecutive' ? false : chosen.errorRateThreshold,
    slowCallDurationMs:
      chosen.slowCallDurationMs ?? (multiplier === false ? 3 : multiplier) * chosen.baselineLatencyMs,
    successThreshold: chosen.successThreshold ?? chosen.halfOpenMaxCalls,
    classify: chosen.classify,
    stalledMs: chosen.stalledMs,
  }
  checkClosed(settings)
  checkOpen(settings)
  return settings
}

/** A run of failures has no share; whoever asks for one there means something else. */
function checkNoShares<R>(given: CircuitBreakerOptions<R> | undefined): void {
  if (given?.window !== 'consecutive') return
  for (const option of ['errorRateThreshold', 'slowCallRateThreshold'] as const) {
    const share = given[option] ?? false
    if (share !== false) {
      throw new RangeError(`CircuitBreaker.${option} is ${share}; allowed with consecutive failures is false`)
    }
  }
}

type Check = (name: string, value: unknown, range?: NumberRange) => void

/** More than 0: the smallest duration or factor that means anything. */
const POSITIVE: NumberRange = { min: Number.EPSILON }
const SHARE: NumberRange = { min: 0, max: 1 }

function checkClosed<R>(settings: BreakerSettings<R>): void {
  checkOneOf('CircuitBreaker.window', settings.window, ['time', 'count', 'consecutive'])
  const checks: readonly [keyof BreakerSettings, Check, NumberRange?][] = [
    ['windowMs', checkDuration, POSITIVE],
    ['windowCalls', checkCount],
    ['minimumCalls', checkCount],
    ['failureThreshold', checkCount],
    ['errorRateThreshold', checkNumber, SHARE],
    ['slowCallRateThreshold', checkNumber, SHARE],
    ['baselineLatencyMs', checkDuration, POSITIVE],
    ['latencyThresholdMultiplier', checkNumber, POSITIVE],
    ['slowCallDurationMs', checkDuration, POSITIVE],
  ]
  for (const [option, check, range] of checks) {
    if (settings[option] !== false) check(`CircuitBreaker.${option}`, settings[option], range)
  }
}

function checkOpen<R>(settings: BreakerSettings<R>): void {
  const { openStateDurationMs, halfOpenMaxCalls, halfOpenMaxWaitMs, classify, stalledMs } = settings
  if (typeof openStateDurationMs !== 'function') {
    checkDuration('CircuitBreaker.openStateDurationMs', openStateDurationMs)
  }
  checkCount('CircuitBreaker.halfOpenMaxCalls', halfOpenMaxCalls)
  checkCount('CircuitBreaker.probeCount', settings.probeCount, { max: halfOpenMaxCalls })
  checkCount('CircuitBreaker.successThreshold', settings.successThreshold, { max: halfOpenMaxCalls })
  if (halfOpenMaxWaitMs !== false) checkDuration('CircuitBreaker.halfOpenMaxWaitMs', halfOpenMaxWaitMs)
  if (classify !== undefined) checkFunction('CircuitBreaker.classify', classify)
  if (stalledMs !== undefined) checkFunction('CircuitBreaker.stalledMs', stalledMs)
}
