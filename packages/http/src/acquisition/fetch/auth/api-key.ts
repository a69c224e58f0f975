import type { AuthKind } from './authorizer.js'
import type { CredentialPlace } from './credential-place.js'
import { placed, placeSchema } from './credential-place.js'

export interface ApiKeyAuth extends CredentialPlace {
  readonly type: 'apiKey'
  readonly value: string
}

/** A key from the pipeline file, wherever the service wants it. */
export const apiKeyAuth: AuthKind<ApiKeyAuth> = {
  type: 'apiKey',
  schema: parts => {
    const { in: where, name, prefix } = placeSchema(parts)
    return { in: where.prefault('header'), name, prefix: prefix.optional(), value: parts.headerText() }
  },
  create: ({ value, ...place }) => ({ authorize: async request => placed(request, place, value) }),
}
