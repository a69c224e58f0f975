import type { LatencyPercentiles } from '../../core/index.js'
import type { BreakerTotals } from './breaker-machine.js'
import type { BreakerStateName } from './breaker-states.js'
import type { CallCounts } from './trip-rules.js'

/** What a breaker has counted, at one moment; `calls`, `failures` and `slowCalls` in the present state. */
export interface BreakerMetrics extends CallCounts {
  readonly name: string
  readonly state: BreakerStateName
  /** `failures / calls`; 0 without calls. */
  readonly errorRate: number
  /** `slowCalls / calls`; 0 without calls. */
  readonly slowCallRate: number
  /** Calls that have begun and have not ended, work handed to `waitUntil` included. */
  readonly pending: number
  /** How often it has opened in a row without closing in between. */
  readonly openings: number
  /** When another try makes sense, in milliseconds; 0 when it would be let in. */
  readonly retryAfterMs: number
  readonly totals: BreakerTotals
  /** Of the option `latencies`, if that was given. */
  readonly latencies: LatencyPercentiles | undefined
}
