export { allOf, JointRateLimiter } from './all-of.js'
export { Departure } from './departure.js'
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

// The algorithms, one file each.
export { SlidingWindowLimiter, type SlidingWindowLimiterOptions } from './rates/sliding-window.js'
export { SpacedLimiter, type SpacedLimiterOptions } from './rates/spaced.js'
export { TokenBucketLimiter, type TokenBucketLimiterOptions } from './rates/token-bucket.js'
