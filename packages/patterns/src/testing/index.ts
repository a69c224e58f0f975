/// <reference lib="esnext.disposable" preserve="true" />
export { seededRandom } from '../core/index.js'
export type { ManualClockOptions } from './manual-clock.js'
export { lateBy, ManualClock } from './manual-clock.js'
export type { SimulateOptions, TrafficOptions, World } from './simulate.js'
export { simulate } from './simulate.js'
