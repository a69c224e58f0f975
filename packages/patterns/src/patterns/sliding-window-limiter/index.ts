export type { SlidingWindowLimiterOptions } from './sliding-window-limiter.js'
export { SlidingWindowLimiter } from './sliding-window-limiter.js'
