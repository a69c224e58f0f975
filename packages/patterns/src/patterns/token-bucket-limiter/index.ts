export type { TokenBucketLimiterOptions } from './token-bucket-limiter.js'
export { TokenBucketLimiter } from './token-bucket-limiter.js'
