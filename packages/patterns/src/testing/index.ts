/// <reference lib="esnext.disposable" preserve="true" />
export { seededRandom } from '../core/index.js'
export type { ManualClockOptions } from './manual-clock.js'
export { lateBy, ManualClock } from './manual-clock.js'
export type { SimulateOptions, TrafficOptions, World } from './simulate.js'
export { simulate } from './simulate.js'
export {
  type BreakerUnderTest,
  type BreakerWish,
  type ConformanceAdapter,
  type ConformanceCase,
  ConformanceFailure,
  type ConformanceOptions,
  type ConformanceResult,
  type ConformanceTime,
  conformance,
  conformanceCases,
  type Runner,
  type SemaphoreUnderTest,
  type Task,
} from './conformance/index.js'
