export type { HedgeEvent, HedgeMetrics } from './hedge.js'
export { Hedge } from './hedge.js'
export { HedgeLostError } from './hedge-lost-error.js'
export type { HedgeOptions } from './hedge-options.js'
