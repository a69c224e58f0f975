export { BoundedQueue } from './bounded-queue.js'
export type { BoundedQueueOptions } from './bounded-queue-options.js'
export type { TakeBatchOptions } from './waiters.js'
