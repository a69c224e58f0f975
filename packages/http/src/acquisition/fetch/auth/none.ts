import type { AuthKind } from './authorizer.js'

export interface NoAuth {
  readonly type: 'none'
}

/** Requests go out as they are. */
export const noAuth: AuthKind<NoAuth> = {
  type: 'none',
  schema: () => ({}),
  create: () => ({ authorize: async request => request }),
}
