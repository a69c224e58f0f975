import { httpOrigin } from '../../../engines/index.js'
import { apiKeyAuth } from './api-key.js'
import type { AuthKind, Authorizer, AuthorizerParts, OptionProblem } from './authorizer.js'
import { basicAuth } from './basic.js'
import { bearerAuth } from './bearer.js'
import { HookAuthorizer } from './hook-authorizer.js'
import type { HookAuthorizerParts } from './hook-authorizer.js'
import { headersAuth } from './headers.js'
import { jwtBearerAuth } from './jwt-bearer.js'
import { loginAuth } from './login.js'
import { noAuth } from './none.js'
import { oauth2Auth } from './oauth2.js'

/** All ways to authorize. */
export const authKinds = {
  none: noAuth,
  headers: headersAuth,
  bearer: bearerAuth,
  basic: basicAuth,
  apiKey: apiKeyAuth,
  oauth2: oauth2Auth,
  jwtBearer: jwtBearerAuth,
  login: loginAuth,
} as const

type Kinds = (typeof authKinds)[keyof typeof authKinds]

/** How a stream is authorized. */
export type AuthConfig = Kinds extends infer K ? (K extends AuthKind<infer O> ? O : never) : never

/**
 * Credentials go into requests to the origins that they are for; others are left as they are. `hook`: code that adds
 * to what the configuration says.
 */
export function authorizerOf(
  auth: AuthConfig,
  parts: AuthorizerParts,
  hook?: Pick<HookAuthorizerParts, 'hook' | 'timeoutMs'>,
): Authorizer {
  const own = kindOf(auth).create(auth, parts)
  const authorizer = hook === undefined ? own : new HookAuthorizer(own, { ...parts, ...hook })
  const { baseUrl, allow = [] } = parts
  const home = `${httpOrigin(baseUrl)}/`
  const origins = new Set([baseUrl, ...allow].map(httpOrigin))
  return {
    authorize: async (request, within) =>
      // Most lie there, and taking a URL apart costs more.
      request.url.startsWith(home) || origins.has(httpOrigin(request.url))
        ? authorizer.authorize(request, within)
        : request,
    accepted: sent => authorizer.accepted?.(sent),
    refused: async (sent, response, within) =>
      (await authorizer.refused?.(sent, response, within)) ?? 'final',
  }
}

/** What is wrong with options that the schema of their kind has taken. */
export function authProblems(auth: AuthConfig): readonly OptionProblem[] {
  return kindOf(auth).problems?.(auth) ?? []
}

/** The query's parameter in which a credential is sent that stands nowhere in the file, or in it. */
export function credentialParameter(auth: AuthConfig | undefined): string | undefined {
  return auth !== undefined && 'in' in auth && auth.in === 'query' ? auth.name : undefined
}

/** A configuration is handed only to the kind that it names. */
function kindOf(auth: AuthConfig): AuthKind<AuthConfig> {
  const kind: unknown = authKinds[auth.type]
  return kind as AuthKind<AuthConfig>
}
