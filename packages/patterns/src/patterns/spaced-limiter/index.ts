export { Departure } from './departure.js'
export type { SpacedLimiterOptions } from './spaced-limiter.js'
export { SpacedLimiter } from './spaced-limiter.js'
