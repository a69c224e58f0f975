import type { Clock, Context, LatencyRecorder, OptionRules, Outcome, Random } from '../../core/index.js'
import {
  clockLike,
  count,
  duration,
  fn,
  having,
  numeric,
  oneOf,
  optional,
  optionsOf,
  orObject,
  orOff,
  share,
  systemClock,
  systemRandom,
  text,
  withDefaults,
} from '../../core/index.js'
import type { Backoff } from '../backoff/index.js'

/**
 * What a call says about the remote; `ignore` says nothing: it is not counted, and a
 * probe's place is given back.
 */
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
  /** Size of the count window, from 1 to 10,000,000; a byte each. Default 100. */
  readonly windowCalls?: number
  /** Failures in the window that open the breaker, from 1. Default 10. */
  readonly failureThreshold?: number | false
  /**
   * Share of failures in the window that opens it, 0 to 1, once there are `minimumCalls`. Default 0.1.
   * A run of failures has no share: the three rules on shares need the window `time` or `count`.
   */
  readonly errorRateThreshold?: number | false
  /**
   * Below so many calls in the window the rules on shares are not asked, from 1; `windowCalls` if that is
   * smaller. Default 10.
   */
  readonly minimumCalls?: number
  /** What a healthy call takes. More than 0. Default 100. */
  readonly baselineLatencyMs?: number
  /**
   * The latency rule: a call that takes this many times `baselineLatencyMs` or longer counts as a failure
   * even if it succeeds; and when half of the window's calls are slow (its median is), the breaker opens,
   * whether the rules on failures are on or not. More than 0. Default 3.
   */
  readonly latencyThresholdMultiplier?: number | false
  /**
   * From how long on a call is slow. Default `latencyThresholdMultiplier` (3 when off) x `baselineLatencyMs`.
   */
  readonly slowCallDurationMs?: number
  /**
   * Share of slow calls in the window that opens it, 0 to 1, once there are `minimumCalls`. Default `false`.
   */
  readonly slowCallRateThreshold?: number | false
  /**
   * How long it stays open: fixed, or a backoff (`new ExponentialBackoff({ jitter: 'full' })`) whose step is
   * how often it has opened in a row without closing in between, from 1. Default 60,000.
   */
  readonly openStateDurationMs?: number | Backoff
  /** Calls that one half-open state admits in all, from 1. Default 3. */
  readonly halfOpenMaxCalls?: number
  /** Calls that it admits at once, from 1 to `halfOpenMaxCalls`. Default 1. */
  readonly probeCount?: number
  /**
   * Successful probes that close it, from 1 to `halfOpenMaxCalls`. Default `halfOpenMaxCalls`, or as many of
   * them as leave the share of failures below `halfOpenErrorRateThreshold`.
   */
  readonly successThreshold?: number
  /**
   * Share of `halfOpenMaxCalls` that must fail to reopen it, 0 to 1; `false`: the first failure does. Default
   * `false`.
   */
  readonly halfOpenErrorRateThreshold?: number | false
  /**
   * When probes are out and no other was admitted for so long, they are given up and it reopens.
   * Measured from the last admission, so that rare calls can close it too. More than 0; `false` waits
   * forever. Default 60,000.
   */
  readonly halfOpenMaxWaitMs?: number | false
  /**
   * Judges how a call ended; asked once per call. By default a value is a success, an error a failure,
   * with these exceptions, which are ignored: a call that its caller has aborted (unless for a
   * timeout), one that was ended by a deadline before it was slow, and the refusal of a breaker, queue
   * or limiter inside this one.
   */
  readonly classify?: (outcome: Outcome<R>, context: Context) => Verdict
  /**
   * For how long our own event loop stalled lately, in milliseconds (`EventLoopMonitor.stalledMs`).
   * It is asked when a call ends and taken off the call's latency; a TimeoutError that only the
   * stall explains is ignored.
   */
  readonly stalledMs?: () => number
  /**
   * Takes the latency of every call that is judged, for `metrics().latencies`: `new RollingLatencies()` of
   * `async-patterns/observability`, say. Default: latencies are not kept.
   */
  readonly latencies?: LatencyRecorder
  /** For the jitter of a backoff. Default: the runtime's. */
  readonly random?: Random
  /** Default: the runtime's. */
  readonly clock?: Clock
}

/** The options, checked, with nothing left open. */
export interface BreakerSettings<R = unknown>
  extends Required<Omit<CircuitBreakerOptions<R>, 'classify' | 'stalledMs' | 'latencies'>> {
  readonly classify: CircuitBreakerOptions<R>['classify']
  readonly stalledMs: CircuitBreakerOptions<R>['stalledMs']
  readonly latencies: LatencyRecorder | undefined
}

/**
 * All keys are here, so that the settings of all breakers have one shape: others would
 * cost a breaker 500 bytes.
 */
const DEFAULTS: BreakerSettings = Object.freeze({
  name: 'default',
  window: 'time',
  windowMs: 30_000,
  windowCalls: 100,
  failureThreshold: 10,
  errorRateThreshold: 0.1,
  minimumCalls: 10,
  baselineLatencyMs: 100,
  latencyThresholdMultiplier: 3,
  slowCallDurationMs: 300,
  slowCallRateThreshold: false,
  openStateDurationMs: 60_000,
  halfOpenMaxCalls: 3,
  probeCount: 1,
  successThreshold: 3,
  halfOpenErrorRateThreshold: false,
  halfOpenMaxWaitMs: 60_000,
  classify: undefined,
  stalledMs: undefined,
  latencies: undefined,
  random: systemRandom,
  clock: systemClock,
})

const positiveMs = duration({ above: 0 })

const RULES = {
  name: text(),
  window: oneOf(['time', 'count', 'consecutive']),
  windowMs: positiveMs,
  windowCalls: count({ max: 10_000_000 }),
  minimumCalls: count(),
  failureThreshold: orOff(count()),
  errorRateThreshold: orOff(share()),
  slowCallRateThreshold: orOff(share()),
  baselineLatencyMs: positiveMs,
  latencyThresholdMultiplier: orOff(numeric({ above: 0 })),
  slowCallDurationMs: positiveMs,
  openStateDurationMs: orObject(having('delayMs'), duration()),
  halfOpenMaxCalls: count(),
  halfOpenErrorRateThreshold: orOff(share()),
  probeCount: count(),
  successThreshold: count(),
  halfOpenMaxWaitMs: orOff(positiveMs),
  classify: optional(fn()),
  stalledMs: optional(fn()),
  latencies: optional(having('record', 'percentiles')),
  random: fn(),
  clock: clockLike(),
} satisfies OptionRules<CircuitBreakerOptions>

/** A run of failures has no share; whoever asks for one there means something else. */
const noShare = oneOf([false])
const CONSECUTIVE_RULES = { ...RULES, errorRateThreshold: noShare, slowCallRateThreshold: noShare }

/** How many probes must fail; without the rounding error of binary fractions, 0.07 of 100 are 7. */
export function failuresToReopen(
  settings: Pick<BreakerSettings, 'halfOpenErrorRateThreshold' | 'halfOpenMaxCalls'>,
): number {
  const { halfOpenErrorRateThreshold: rate, halfOpenMaxCalls } = settings
  return Math.max(1, Math.ceil(Number(rate) * halfOpenMaxCalls * (1 - 1e-12)))
}

/** @throws RangeError or TypeError that names the option, its value and what is allowed. */
export function breakerSettings<R>(options: CircuitBreakerOptions<R> | undefined): BreakerSettings<R> {
  const isRun = options?.window === 'consecutive'
  const given = withDefaults(DEFAULTS, options)
  // These follow from other options, which are checked before them.
  const defaults: BreakerSettings = {
    ...DEFAULTS,
    errorRateThreshold: isRun ? false : DEFAULTS.errorRateThreshold,
    slowCallDurationMs: (given.latencyThresholdMultiplier || 3) * given.baselineLatencyMs,
    successThreshold: given.halfOpenMaxCalls - failuresToReopen(given) + 1,
  }
  const rules = (isRun ? CONSECUTIVE_RULES : RULES) as typeof RULES
  const settings: BreakerSettings<R> = optionsOf('CircuitBreaker', defaults, rules, options)
  const { halfOpenMaxCalls, probeCount, successThreshold } = settings
  count({ max: halfOpenMaxCalls })('CircuitBreaker.probeCount', probeCount)
  // With more it could neither close nor reopen.
  const max = halfOpenMaxCalls - failuresToReopen(settings) + 1
  count({ max })('CircuitBreaker.successThreshold', successThreshold)
  const { window, windowCalls, minimumCalls } = settings
  return {
    ...settings,
    minimumCalls: window === 'count' ? Math.min(minimumCalls, windowCalls) : minimumCalls,
  }
}
