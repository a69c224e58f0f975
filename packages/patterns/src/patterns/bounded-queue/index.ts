export { BoundedQueue } from './bounded-queue.js'
export type { BoundedQueueOptions, PutOptions } from './bounded-queue-options.js'
export type { BatchLimits } from './waiters.js'
