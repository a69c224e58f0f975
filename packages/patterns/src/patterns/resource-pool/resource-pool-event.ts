import type { AcquireTimeoutError, DeadlineExceededError } from '../../core/index.js'
import type { ResourceCreateError } from './errors.js'

/** Why a resource was destroyed. */
export type DestroyReason = 'idle' | 'lifetime' | 'invalid' | 'broken' | 'late' | 'closed'

/** An acquire was refused: no resource was there for it in time. */
export interface ResourcePoolRejectEvent {
  readonly type: 'reject'
  /** DeadlineExceededError when it was the caller's deadline, else AcquireTimeoutError. */
  readonly error: AcquireTimeoutError | DeadlineExceededError
}

/** The error of an acquire that was refused. */
export type PoolRejection = ResourcePoolRejectEvent['error']

/** What a pool tells its subscribers. */
export type ResourcePoolEvent =
  | ResourcePoolRejectEvent
  | { readonly type: 'create' }
  | { readonly type: 'create-failure'; readonly error: ResourceCreateError }
  | { readonly type: 'destroy'; readonly reason: DestroyReason }
  | { readonly type: 'destroy-failure'; readonly error: unknown }
