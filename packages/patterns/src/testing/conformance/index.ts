export type {
  BreakerUnderTest,
  BreakerWish,
  ConformanceAdapter,
  ConformanceTime,
  Runner,
  SemaphoreUnderTest,
  Task,
} from './adapter.js'
export type { ConformanceCase } from './case.js'
export { ConformanceFailure } from './case.js'
export type { ConformanceOptions, ConformanceResult } from './conformance.js'
export { conformance, conformanceCases } from './conformance.js'
