export type { CacheEvent, CacheLoad, CacheMetrics } from './cache.js'
export { Cache } from './cache.js'
export type { LoadContext } from './shared-load.js'
export type { CacheOptions } from './cache-options.js'
