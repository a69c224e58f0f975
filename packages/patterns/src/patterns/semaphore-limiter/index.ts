export type { Permit } from './permit.js'
export type {
  SemaphoreAcquiredEvent,
  SemaphoreEvent,
  SemaphoreQueuedEvent,
  SemaphoreRejectedEvent,
} from './semaphore-events.js'
export type { SemaphoreMetrics } from './semaphore-limiter.js'
export { SemaphoreLimiter } from './semaphore-limiter.js'
export type { SemaphoreAcquireOptions, SemaphoreOptions } from './semaphore-options.js'
