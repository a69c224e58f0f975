import type { BreakerSettings } from './circuit-breaker-options.js'

/** What a closed breaker has counted. */
export interface CallCounts {
  readonly calls: number
  readonly failures: number
  readonly slowCalls: number
}

/** The rules that open a closed breaker. */
export type TripRule = 'failure-count' | 'error-rate' | 'latency' | 'slow-call-rate'

/** The first rule that these counts break; the more particular ones are asked first. */
export function brokenRule<R>(counts: CallCounts, settings: BreakerSettings<R>): TripRule | undefined {
  const { calls, failures, slowCalls } = counts
  const { failureThreshold, errorRateThreshold, slowCallRateThreshold, latencyThresholdMultiplier } = settings
  const enough = calls >= settings.minimumCalls
  // A quotient is rounded as the literal 0.07 is; a product is not: 0.07 * 100 > 7.
  const reaches = (count: number, share: number | false) => share !== false && count / calls >= share
  if (enough && reaches(slowCalls, slowCallRateThreshold)) return 'slow-call-rate'
  if (enough && latencyThresholdMultiplier !== false && slowCalls * 2 >= calls) return 'latency'
  if (failureThreshold !== false && failures >= failureThreshold) return 'failure-count'
  return enough && reaches(failures, errorRateThreshold) ? 'error-rate' : undefined
}
