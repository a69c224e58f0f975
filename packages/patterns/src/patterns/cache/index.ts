export type { CacheEvent, CacheLoad, CacheMetrics } from './cache.js'
export { Cache } from './cache.js'
export type { CacheOptions } from './cache-options.js'
