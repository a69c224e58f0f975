export { allOf, JointRateLimiter } from './all-of.js'
export type { RateLimitedFacts } from './errors.js'
export { CostTooHighError, RateLimitedError } from './errors.js'
export type { Rate } from './rate.js'
export type {
  RateAcquireOptions,
  RateLimiterEvent,
  RateLimiterMetrics,
  RateLimiterRejectEvent,
  RateLimiterWaitEvent,
} from './rate-limiter.js'
export { RateLimiter } from './rate-limiter.js'
export { TimedRateLimiter } from './timed-rate-limiter.js'
export { WindowGuard } from './window-guard.js'
