import { createPrivateKey, createPublicKey } from 'node:crypto'
import { jwtVerify } from 'jose'
import type { AuthConfig } from '../../acquisition/index.js'
import type { Reply } from '../reply.js'
import { jsonReply } from '../reply.js'
import type { AskedRequest } from './asked-request.js'
import { headerOf, jsonOf, Mismatch } from './asked-request.js'
import { withValue } from './path-steps.js'
import type { TokenBook } from './token-book.js'

type Kind<T extends AuthConfig['type']> = Extract<AuthConfig, { readonly type: T }>

const GRANTS = {
  clientCredentials: 'client_credentials',
  refreshToken: 'refresh_token',
  password: 'password',
} as const
const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** Gives a token to those who prove themselves as the file says. @throws Mismatch (rejects) for all others. */
export async function tokenReply(
  auth: Kind<'oauth2'> | Kind<'jwtBearer'>,
  request: AskedRequest,
  book: TokenBook,
  tokenUrl: string,
): Promise<Reply> {
  if (request.method !== 'POST')
    throw new Mismatch(`a token is asked for by ${request.method}; it is by POST`, 405)
  const form = new URLSearchParams(request.body)
  if (auth.type === 'jwtBearer') {
    expectField(form, 'grant_type', JWT_GRANT)
    const { issuer, subject, audience = tokenUrl } = auth
    await checkSigned(form.get('assertion'), auth, { issuer, audience, subject: subject ?? undefined })
    return granted(auth, book)
  }
  await checkClient(auth, request, form, tokenUrl)
  expectField(form, 'grant_type', GRANTS[auth.grant])
  expectField(form, 'scope', auth.scopes?.join(' '))
  expectField(form, 'audience', auth.audience)
  for (const [name, value] of Object.entries(auth.params)) expectField(form, name, String(value))
  for (const [name, value] of Object.entries(auth.headers)) expectHeader(request, name, String(value))
  if (auth.grant === 'password') {
    expectField(form, 'username', auth.username)
    expectField(form, 'password', auth.password)
  }
  if (auth.grant !== 'refreshToken') return granted(auth, book)
  const next = book.refreshed(form.get('refresh_token'))
  if (next === undefined)
    return jsonReply(400, { error: 'invalid_grant', error_description: 'it was used already' })
  return granted(auth, book, { refresh_token: next })
}

function granted(auth: Kind<'oauth2'> | Kind<'jwtBearer'>, book: TokenBook, more: object = {}): Reply {
  const { tokenPath = 'access_token', expiresInPath = 'expires_in' } = auth.type === 'oauth2' ? auth : {}
  const reply = withValue({ token_type: 'Bearer', ...more }, tokenPath, book.issue())
  return jsonReply(200, withValue(reply, expiresInPath, book.expiresIn) as object)
}

function expectField(form: URLSearchParams, name: string, value: string | undefined): void {
  if (value !== undefined && form.get(name) !== value)
    throw new Mismatch(`the field ${name} of the request for a token is another than declared`)
}

function expectHeader(request: AskedRequest, name: string, value: string): void {
  if (headerOf(request, name) !== value)
    throw new Mismatch(`the header ${name} of the request for a token is another than declared`)
}

async function checkClient(
  auth: Kind<'oauth2'>,
  request: AskedRequest,
  form: URLSearchParams,
  tokenUrl: string,
): Promise<void> {
  const { clientId, clientSecret, clientAuth } = auth
  if (clientAuth === 'private_key_jwt') {
    return checkSigned(form.get('client_assertion'), auth, {
      issuer: clientId,
      subject: clientId,
      audience: tokenUrl,
    })
  }
  if (clientSecret === undefined || clientAuth === 'client_secret_post') {
    expectField(form, 'client_id', clientId)
    expectField(form, 'client_secret', clientSecret)
    return undefined
  }
  const pair = [clientId, clientSecret].map(text => new URLSearchParams({ v: text }).toString().slice(2))
  return expectHeader(request, 'authorization', `Basic ${Buffer.from(pair.join(':')).toString('base64')}`)
}

async function checkSigned(
  assertion: string | null,
  {
    privateKey = '',
    algorithm = 'RS256',
  }: { readonly privateKey?: string | undefined; readonly algorithm?: string | undefined },
  claims: { readonly issuer: string; readonly audience: string; readonly subject: string | undefined },
): Promise<void> {
  const key = createPublicKey(createPrivateKey(privateKey.replaceAll('\\n', '\n')))
  const { subject, ...rest } = claims
  const expected = { ...rest, algorithms: [algorithm], ...(subject !== undefined && { subject }) }
  await jwtVerify(assertion ?? '', key, expected).catch((error: unknown) => {
    throw new Mismatch(`the signed statement is not accepted: ${String(error)}`)
  })
}

/** Opens a session for those who log in as the file says. @throws Mismatch for all others. */
export function loginReply(auth: Kind<'login'>, request: AskedRequest, book: TokenBook): Reply {
  const { method, headers, body, token } = auth
  if (request.method !== method)
    throw new Mismatch(`the login is by ${request.method}; declared is ${method}`, 405)
  for (const [name, value] of Object.entries(headers)) expectHeader(request, name, String(value))
  if (!isBody(body, request)) throw new Mismatch('the body of the login is another than declared', 401)
  const session = book.issue()
  if (token.header !== undefined) return jsonReply(200, { status: 'ok' }, [token.header, session])
  if (token.cookie !== undefined)
    return jsonReply(200, { status: 'ok' }, ['Set-Cookie', `${token.cookie}=${session}; Path=/; HttpOnly`])
  return jsonReply(200, withValue({}, token.body ?? 'token', session) as object)
}

function isBody(body: Kind<'login'>['body'], request: AskedRequest): boolean {
  if (body?.json !== undefined) return sorted(jsonOf(request)) === sorted(body.json)
  if (body?.text !== undefined) return request.body === body.text
  if (body?.form === undefined) return request.body === ''
  const declared = Object.entries(body.form).map(([name, value]): [string, string] => [name, String(value)])
  return sorted([...new URLSearchParams(request.body)]) === sorted(declared)
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
}
