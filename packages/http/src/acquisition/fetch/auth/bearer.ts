import type { AuthKind } from './authorizer.js'
import { BEARER, placed } from './credential-place.js'

export interface BearerAuth {
  readonly type: 'bearer'
  /** Sent as `authorization: Bearer <token>` (RFC 6750). */
  readonly token: string
}

/** A token from the pipeline file. */
export const bearerAuth: AuthKind<BearerAuth> = {
  type: 'bearer',
  schema: ({ headerText }) => ({ token: headerText() }),
  create: ({ token }) => ({ authorize: async request => placed(request, BEARER, token) }),
}
