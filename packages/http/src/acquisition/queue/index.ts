export type { EmbeddedQueueOptions, QueuedStream } from './embedded-queue.js'
export { EmbeddedQueue } from './embedded-queue.js'
export type { ConsumeOptions, DeliveryContext, PageHandler, PageQueue, Redelivery } from './page-queue.js'
