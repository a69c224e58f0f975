export type {
  AdaptiveLimiterMetrics,
  AdaptiveLimiterOptions,
  LimitChangedEvent,
  LoadVerdict,
} from './adaptive-limiter.js'
export { AdaptiveLimiter } from './adaptive-limiter.js'
export type { AimdLimitOptions } from './aimd-limit.js'
export { AimdLimit } from './aimd-limit.js'
export type { Gradient2LimitOptions } from './gradient2-limit.js'
export { Gradient2Limit } from './gradient2-limit.js'
export type { Limit, LimitBounds, LimitSample } from './limit.js'
export type { VegasLimitOptions } from './vegas-limit.js'
export { VegasLimit } from './vegas-limit.js'
