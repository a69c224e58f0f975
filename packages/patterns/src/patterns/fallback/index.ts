export type { FallbackEvent, FallbackOptions } from './fallback.js'
export { Fallback } from './fallback.js'
