/** Somebody has to wait; `waiting` counts that one too. */
export interface SemaphoreQueuedEvent {
  readonly type: 'queued'
  readonly weight: number
  readonly priority: number
  readonly waiting: number
}

/** Somebody who waited got a permit. One that is free at once makes no event. */
export interface SemaphoreAcquiredEvent {
  readonly type: 'acquired'
  readonly weight: number
  readonly waitedMs: number
}

/** A request was refused. `timeout` is the semaphore's own `acquireTimeoutMs`, `deadline` the caller's. */
export interface SemaphoreRejectedEvent {
  readonly type: 'rejected'
  readonly reason: 'queue-full' | 'timeout' | 'deadline' | 'aborted' | 'too-heavy' | 'cleared'
  readonly weight: number
}

/** On the channels `async-patterns:semaphore-limiter:<type>`. */
export type SemaphoreEvent = SemaphoreQueuedEvent | SemaphoreAcquiredEvent | SemaphoreRejectedEvent
