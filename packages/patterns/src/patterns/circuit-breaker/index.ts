export type { BreakerCall } from './breaker-call.js'
export type { BreakerHealthCheckOptions } from './breaker-health-check.js'
export { BreakerHealthCheck } from './breaker-health-check.js'
export type {
  BreakerEvent,
  BreakerRejectionEvent,
  BreakerTransitionEvent,
} from './breaker-events.js'
export type { BreakerTotals } from './breaker-machine.js'
export type { BreakerMetrics } from './breaker-metrics.js'
export { breakerOptionsFromEnv } from './breaker-options-from-env.js'
export type { BreakerRejection } from './breaker-open-error.js'
export { BreakerOpenError } from './breaker-open-error.js'
export type { BreakerSnapshot } from './breaker-snapshot.js'
export type { BreakerStateName, TransitionCause } from './breaker-states.js'
export { CircuitBreaker } from './circuit-breaker.js'
export type { CircuitBreakerOptions, Verdict } from './circuit-breaker-options.js'
export type { CallCounts, TripRule } from './trip-rules.js'
