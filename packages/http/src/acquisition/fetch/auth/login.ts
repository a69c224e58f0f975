import { publicUrl } from '../../../display/index.js'
import type { TransportRequest, TransportResponse } from '../../../engines/index.js'
import { mergedHeaders } from '../../../engines/index.js'
import { AuthError } from './auth-error.js'
import type { AuthKind, AuthorizerParts, OptionProblem } from './authorizer.js'
import type { CredentialPlace } from './credential-place.js'
import { BEARER, placeOf, placeSchema } from './credential-place.js'
import { MintedAuthorizer, tokenName } from './minted-auth.js'
import { setCookiesOf } from './set-cookie.js'
import { endOf, mintedOf } from './token-reply.js'
import { askForToken } from './token-request.js'
import type { MintedToken } from './tokens.js'

type Scalar = string | number | boolean

export interface LoginAuth extends Partial<CredentialPlace> {
  readonly type: 'login'
  /** Default POST. */
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Where to log in; this or `path`, below the base URL. */
  readonly url?: string | undefined
  readonly path?: string | undefined
  readonly headers: Readonly<Record<string, Scalar>>
  /** Default: none. */
  readonly body?:
    | {
        readonly json?: unknown
        readonly form?: Readonly<Record<string, Scalar>> | undefined
        readonly text?: string | undefined
      }
    | undefined
  /** Where the answer has the token. A cookie is sent back as one, unless told otherwise. */
  readonly token: {
    /** A path in its JSON. */
    readonly body?: string | undefined
    readonly header?: string | undefined
    readonly cookie?: string | undefined
  }
  /** How long a session lives. Default: until it is refused. */
  readonly validFor?: string | undefined
}

/** A request that opens a session; what it answers authorizes the others. */
export const loginAuth: AuthKind<LoginAuth> = {
  type: 'login',
  schema: parts => {
    const { text, oneOf, strict } = parts
    const place = placeSchema(parts)
    return {
      method: oneOf(['GET', 'POST', 'PUT']).prefault('POST'),
      url: parts.url().optional(),
      path: text('a path such as /login').optional(),
      headers: parts.headerMap().prefault({}),
      body: strict({
        json: parts.json().optional(),
        form: parts.scalarMap().optional(),
        text: text().optional(),
      }).optional(),
      token: strict({
        body: parts.path().optional(),
        header: text('the name of a header').optional(),
        cookie: text('the name of a cookie').optional(),
      }),
      validFor: parts.duration(1, 'of 1ms or more').optional(),
      in: place.in.optional(),
      name: place.name.optional(),
      prefix: place.prefix.optional(),
    }
  },
  problems: ({ url, path, body, token }) => [
    ...oneOnly('url', ['url', 'path'], { url, path }),
    ...oneOnly('token', ['body', 'header', 'cookie'], token),
    ...(body === undefined ? [] : oneOnly('body', ['json', 'form', 'text'], body)),
  ],
  create: (options, parts) => {
    const request = loginRequest(options, parts.baseUrl)
    return new MintedAuthorizer({
      name: tokenName(options, request.url),
      place: sessionPlace(options),
      tokens: parts.tokens,
      mint: () => mint(options, request, parts),
    })
  },
}

/** Of these keys exactly one has to be there. */
function oneOnly(option: string, keys: readonly string[], written: object): readonly OptionProblem[] {
  const given = Object.values(written).filter(value => value !== undefined)
  const allowed = `one of ${keys.join(', ')}, and only one`
  return given.length === 1 ? [] : [{ option, allowed }]
}

function sessionPlace(options: LoginAuth): CredentialPlace {
  const { cookie } = options.token
  return placeOf(options, cookie === undefined ? BEARER : { in: 'cookie', name: cookie })
}

function loginRequest(
  { method, url, path = '', headers, body }: LoginAuth,
  baseUrl: string,
): TransportRequest {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  const { type, text } = written(body)
  const usual = { accept: 'application/json', ...(type !== undefined && { 'content-type': type }) }
  return {
    url: url ?? new URL(path.replace(/^\/+/, ''), `${baseUrl.replace(/\/+$/, '')}/`).href,
    method,
    headers: mergedHeaders(usual, texts),
    ...(text !== undefined && { body: text }),
  }
}

function written(body: LoginAuth['body']): { readonly type?: string; readonly text?: string } {
  if (body === undefined) return {}
  if (body.text !== undefined) return { type: 'text/plain; charset=utf-8', text: body.text }
  if (body.form === undefined) return { type: 'application/json', text: JSON.stringify(body.json) }
  const fields = Object.entries(body.form).map(([name, value]): [string, string] => [name, String(value)])
  return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(fields).toString() }
}

async function mint(
  { token, validFor }: LoginAuth,
  request: TransportRequest,
  parts: AuthorizerParts,
): Promise<MintedToken> {
  const response = await askForToken(request, parts)
  const now = parts.clock.wallNow()
  if (token.body !== undefined) return mintedOf(response, { tokenPath: token.body, validFor }, now)
  return { value: tokenIn(response, token), expiresAt: endOf(validFor, now) }
}

/** @throws AuthError where it is not there. */
function tokenIn({ headers, url }: TransportResponse, { header = '', cookie }: LoginAuth['token']): string {
  const value =
    cookie === undefined
      ? headers[header.toLowerCase()]
      : setCookiesOf(headers).find(one => one.name === cookie)?.value
  if (value !== undefined && value !== '') return value
  const place = cookie === undefined ? `header ${header}` : `cookie ${cookie}`
  throw new AuthError(`the login ${publicUrl(url)} answered without ${place}`, { retryAt: Infinity })
}
