import type { AuthKind, Authorizer, AuthorizerParts } from './authorizer.js'
import { headersAuth } from './headers.js'

/** All ways to authorize. */
export const authKinds = { headers: headersAuth } as const

type Kinds = (typeof authKinds)[keyof typeof authKinds]

/** How a stream is authorized. */
export type AuthConfig = Kinds extends infer K ? (K extends AuthKind<infer O> ? O : never) : never

export function authorizerOf(auth: AuthConfig, parts: AuthorizerParts): Authorizer {
  // A configuration is handed only to the kind that it names.
  const kind: unknown = authKinds[auth.type]
  return (kind as AuthKind<AuthConfig>).create(auth, parts)
}
