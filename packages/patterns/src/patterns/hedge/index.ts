export type { HedgeEvent, HedgeMetrics } from './hedge.js'
export { Hedge } from './hedge.js'
export type { HedgeOptions } from './hedge-options.js'
export { HedgeLostError } from './hedged-call.js'
