export type { ChaosEvent, ChaosOptions } from './chaos.js'
export { Chaos, ChaosError } from './chaos.js'
