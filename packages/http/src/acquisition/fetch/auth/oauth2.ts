import { hash } from 'node:crypto'
import type { TransportResponse } from '../../../engines/index.js'
import { AuthError } from './auth-error.js'
import type { AuthKind, AuthorizerParts, OptionProblem } from './authorizer.js'
import type { ClientOptions } from './client-auth.js'
import { clientProblems, clientProof } from './client-auth.js'
import type { CredentialPlace } from './credential-place.js'
import { placeOf, placeSchema } from './credential-place.js'
import { MintedAuthorizer, tokenName } from './minted-auth.js'
import { signingSchema } from './signing.js'
import { postForm } from './token-form.js'
import { mintedOf } from './token-reply.js'
import { replyOf } from './token-request.js'
import type { MintedToken } from './tokens.js'

type Scalar = string | number | boolean

export interface OAuth2Auth extends ClientOptions, Partial<CredentialPlace> {
  readonly type: 'oauth2'
  readonly grant: 'clientCredentials' | 'refreshToken' | 'password'
  /** Sent joined by spaces. */
  readonly scopes?: readonly string[] | undefined
  readonly audience?: string | undefined
  /** Further fields of the form; they replace those of the same name. */
  readonly params: Readonly<Record<string, Scalar>>
  /** Further headers of the request for a token. */
  readonly headers: Readonly<Record<string, Scalar>>
  /** For the grant of that name. Once the service has given another, that one is used, also by later runs. */
  readonly refreshToken?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** Default `access_token`. */
  readonly tokenPath: string
  /** Seconds, or a moment. Default `expires_in`. */
  readonly expiresInPath: string
  /** For how long a token is used whose reply does not say. Default: until it is refused. */
  readonly validFor?: string | undefined
}

/** OAuth 2.0 (RFC 6749): a token endpoint gives tokens that live for some time. */
export const oauth2Auth: AuthKind<OAuth2Auth> = {
  type: 'oauth2',
  schema: parts => {
    const { text, oneOf, path } = parts
    const place = placeSchema(parts)
    return {
      grant: oneOf(['clientCredentials', 'refreshToken', 'password']),
      tokenUrl: parts.url(),
      clientId: text(),
      clientSecret: text().optional(),
      clientAuth: oneOf(['client_secret_basic', 'client_secret_post', 'private_key_jwt']).prefault(
        'client_secret_basic',
      ),
      privateKey: text('a private key as PEM').optional(),
      ...signingSchema(parts),
      scopes: parts.texts(),
      audience: text().optional(),
      params: parts.scalarMap().prefault({}),
      headers: parts.headerMap().prefault({}),
      refreshToken: text().optional(),
      username: text().optional(),
      password: text().optional(),
      tokenPath: path().prefault('access_token'),
      expiresInPath: path().prefault('expires_in'),
      validFor: parts.duration(1, 'of 1ms or more').optional(),
      in: place.in.optional(),
      name: place.name.optional(),
      prefix: place.prefix.optional(),
    }
  },
  problems: options => [
    ...clientProblems(options, options.grant === 'clientCredentials'),
    ...missing(options, options.grant === 'refreshToken' ? ['refreshToken'] : []),
    ...missing(options, options.grant === 'password' ? ['username', 'password'] : []),
  ],
  create: (options, parts) =>
    new MintedAuthorizer({
      name: tokenName(options, options.tokenUrl),
      place: placeOf(options),
      tokens: parts.tokens,
      mint: () => (options.grant === 'refreshToken' ? refresh(options, parts) : mint(options, parts)),
    }),
}

function missing(options: OAuth2Auth, needed: readonly (keyof OAuth2Auth)[]): readonly OptionProblem[] {
  return needed
    .filter(option => options[option] === undefined)
    .map(option => ({ option, allowed: `a text: grant ${options.grant} needs it` }))
}

async function mint(
  options: OAuth2Auth,
  parts: AuthorizerParts,
  refreshToken?: string,
): Promise<MintedToken> {
  const response = await ask(options, parts, refreshToken)
  learn(response, parts)
  return mintedOf(response, options, parts.clock.wallNow())
}

/**
 * Exchanges the refresh token that is in force. Whether a new one could be kept is found out before the old one
 * is given up, and it is kept before anything else is done.
 */
async function refresh(options: OAuth2Auth, parts: AuthorizerParts): Promise<MintedToken> {
  const { kept, secrets } = parts
  const name = refreshTokenName(options)
  const current = whileKept(() => {
    const token = kept.get(name) ?? options.refreshToken ?? ''
    kept.check()
    return token
  })
  secrets.add(current)
  const response = await ask(options, parts, current)
  const next = learn(response, parts)
  if (next !== undefined && next !== current) whileKept(() => kept.set(name, next))
  return mintedOf(response, options, parts.clock.wallNow())
}

function whileKept<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AuthError(`the refresh token cannot be kept: ${reason}`, { cause, retryAt: Infinity })
  }
}

/** Another refresh token in the configuration is another name: then that one is in force. */
function refreshTokenName({ tokenUrl, clientId, refreshToken }: OAuth2Auth): string {
  return hash('sha256', JSON.stringify([tokenUrl, clientId, refreshToken]), 'base64url')
}

const GRANTS = {
  clientCredentials: 'client_credentials',
  refreshToken: 'refresh_token',
  password: 'password',
} as const

async function ask(
  options: OAuth2Auth,
  parts: AuthorizerParts,
  refreshToken: string | undefined,
): Promise<TransportResponse> {
  const { grant, username, password, scopes, audience } = options
  const client = await clientProof(options, parts)
  const fields = {
    grant_type: GRANTS[grant],
    refresh_token: refreshToken,
    ...(grant === 'password' && { username, password }),
    scope: scopes?.join(' '),
    audience,
    ...client.fields,
    ...asTexts(options.params),
  }
  return postForm(options.tokenUrl, fields, { ...client.headers, ...asTexts(options.headers) }, parts)
}

/** All that the reply holds of credentials is a secret from now on; the refresh token of it, where there is one. */
function learn(response: TransportResponse, { secrets }: AuthorizerParts): string | undefined {
  const reply = replyOf(response)
  if (typeof reply !== 'object' || reply === null) return undefined
  const { refresh_token: refreshToken, id_token: idToken } = reply as Record<string, unknown>
  for (const token of [refreshToken, idToken]) if (typeof token === 'string') secrets.add(token)
  return typeof refreshToken === 'string' && refreshToken !== '' ? refreshToken : undefined
}

function asTexts(values: Readonly<Record<string, Scalar>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}
