import type { AuthKind, AuthorizerParts } from './authorizer.js'
import { BEARER } from './credential-place.js'
import { MintedAuthorizer, tokenName } from './minted-auth.js'
import type { SigningOptions } from './signing.js'
import { keyProblems, signedJwt, signingSchema } from './signing.js'
import { postForm } from './token-form.js'
import { mintedOf } from './token-reply.js'
import type { MintedToken } from './tokens.js'

export interface JwtBearerAuth extends SigningOptions {
  readonly type: 'jwtBearer'
  readonly tokenUrl: string
  /** Whose key it is: a service account, a client. */
  readonly issuer: string
  /** For whom the token is. Default: not told. */
  readonly subject?: string | undefined
  /** Default: `tokenUrl`. */
  readonly audience?: string | undefined
  readonly scopes?: readonly string[] | undefined
}

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** A signed statement is exchanged for a token (RFC 7523, 2.1), as service accounts do. */
export const jwtBearerAuth: AuthKind<JwtBearerAuth> = {
  type: 'jwtBearer',
  schema: parts => ({
    tokenUrl: parts.url(),
    issuer: parts.text(),
    subject: parts.text().optional(),
    audience: parts.text().optional(),
    scopes: parts.texts(),
    privateKey: parts.text('a private key as PEM'),
    ...signingSchema(parts),
  }),
  problems: keyProblems,
  create: (options, parts) =>
    new MintedAuthorizer({
      name: tokenName(options, options.tokenUrl),
      place: BEARER,
      tokens: parts.tokens,
      mint: () => mint(options, parts),
    }),
}

async function mint(options: JwtBearerAuth, parts: AuthorizerParts): Promise<MintedToken> {
  const { tokenUrl, issuer, subject, audience = tokenUrl, scopes } = options
  // Google reads the scope in the statement, others in the form.
  const scope = scopes?.join(' ')
  const assertion = await signedJwt({ iss: issuer, sub: subject, aud: audience, scope }, options, parts.clock)
  parts.secrets.add(assertion)
  const response = await postForm(tokenUrl, { grant_type: GRANT, assertion, scope }, {}, parts)
  return mintedOf(response, { tokenPath: 'access_token', expiresInPath: 'expires_in' }, parts.clock.wallNow())
}
