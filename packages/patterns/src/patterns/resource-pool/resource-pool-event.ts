import type { ResourceCreateError } from './errors.js'

/** Why a resource was destroyed. */
export type DestroyReason = 'idle' | 'lifetime' | 'invalid' | 'broken' | 'late' | 'closed'

/** What a pool tells its subscribers. */
export type ResourcePoolEvent =
  | { readonly type: 'create' }
  | { readonly type: 'create-failure'; readonly error: ResourceCreateError }
  | { readonly type: 'destroy'; readonly reason: DestroyReason }
  | { readonly type: 'destroy-failure'; readonly error: unknown }
