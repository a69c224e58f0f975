import { literal, str } from '../jinja/index.js'
import type { Component, Value } from '../manifest/component.js'
import { isComponent, textOf } from '../manifest/component.js'
import { Refusal } from '../manifest/refusal.js'
import type { Templates } from '../manifest/templates.js'
import { childOf } from '../manifest/templates.js'
import { durationText } from '../emit/durations.js'
import { pathText } from '../emit/paths.js'
import type { Json } from '../emit/values.js'
import { Values } from '../emit/values.js'
import { holds } from './known-condition.js'

/** Authentication as the pipeline writes it; undefined for none. */
export type Auth = Readonly<Record<string, Json | undefined>> | undefined

/** What is logged in with is written like any other request. */
export type LoginRequest = (requester: Component) => {
  readonly url: string
  readonly method: string
  readonly headers?: Json | undefined
  readonly body?: Json | undefined
}

type Convert = (component: Component, reader: AuthReader) => Auth

/** A way to authenticate of the CDK: a line here. */
const KINDS: Readonly<Record<string, Convert>> = {
  NoAuth: () => undefined,
  BearerAuthenticator: (component, reader) => ({
    type: 'bearer',
    token: reader.secret(component, 'api_token'),
  }),
  BasicHttpAuthenticator: (component, reader) => ({
    type: 'basic',
    username: reader.text(component, 'username'),
    password: reader.optional(component, 'password'),
  }),
  ApiKeyAuthenticator: apiKey,
  OAuthAuthenticator: oauth,
  SessionTokenAuthenticator: session,
  LegacySessionTokenAuthenticator: legacySession,
  SelectiveAuthenticator: selective,
}

/** Converts authenticators. */
export class AuthReader {
  readonly templates: Templates
  readonly login: LoginRequest
  readonly #values: Values

  constructor(templates: Templates, login: LoginRequest) {
    this.templates = templates
    this.login = login
    this.#values = new Values(templates, { slice: () => undefined })
  }

  /** @throws Refusal for one that the pipeline has no counterpart for. */
  convert(component: Component): Auth {
    const type = textOf(component['type'])
    const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined
    if (kind !== undefined) return kind(component, this)
    const line = this.templates.lines.of(component, 'type')
    const isCustom = component['class_name'] !== undefined
    throw isCustom
      ? new Refusal('custom component', `authenticator ${textOf(component['class_name'])}`, { line })
      : new Refusal('authenticator', `${type} has no counterpart`, { line })
  }

  text(component: Component, key: string): string {
    return this.optional(component, key) ?? ''
  }

  optional(component: Component, key: string): string | undefined {
    const expression = this.templates.of(component, key)
    if (expression.kind === 'constant' && (expression.value === undefined || expression.value === null))
      return undefined
    return this.#values.plainText(expression, key)
  }

  /** One that must not be empty. */
  secret(component: Component, key: string): string {
    const text = this.text(component, key)
    if (text !== '') return text
    throw this.templates.notGiven(component, key, `${key} is empty`)
  }

  map(component: Component, key: string): Record<string, Json> {
    const fields = childOf(component, key) ?? {}
    const entries = Object.entries(fields).map(([name, value]) => {
      const expression = this.templates.read(value, component)
      return [this.#name(name, component), this.#values.request(expression, key, false)] as const
    })
    return Object.fromEntries(entries.filter((one): one is [string, Json] => one[1] !== undefined))
  }

  #name(name: string, component: Component): string {
    return this.#values.plainText(this.templates.read(name, component), 'a name')
  }
}

function apiKey(component: Component, reader: AuthReader): Auth {
  const option = childOf(component, 'inject_into')
  const value = reader.secret(component, 'api_token')
  if (option === undefined)
    return { type: 'apiKey', in: 'header', name: reader.text(component, 'header') || 'Authorization', value }
  return { type: 'apiKey', ...placeIn(option, reader), value }
}

function placeIn(option: Component, reader: AuthReader): { readonly in: string; readonly name: string } {
  const places: Readonly<Record<string, string>> = {
    header: 'header',
    request_parameter: 'query',
    body_json: 'body',
    body_data: 'body',
  }
  const into = places[textOf(option['inject_into'])]
  if (into === undefined || option['field_path'] !== undefined) {
    throw new Refusal('request option', `a credential goes into ${textOf(option['inject_into'])}`)
  }
  return { in: into, name: reader.text(option, 'field_name') }
}

function oauth(component: Component, reader: AuthReader): Auth {
  const isAssertion = reader.templates.of(component, 'use_profile_assertion')
  if (isAssertion.kind === 'constant' && holds(isAssertion.value)) return assertion(component, reader)
  const grant = reader.optional(component, 'grant_type') ?? 'refresh_token'
  const headers = component['refresh_request_headers']
  const isBasic = isComponent(headers) && isBasicHeader(headers['Authorization'])
  const fixed = reader.optional(component, 'access_token_value')
  if (fixed !== undefined && fixed !== '' && component['token_refresh_endpoint'] === undefined) {
    return { type: 'bearer', token: fixed }
  }
  const tokenUrl = reader.optional(component, 'token_refresh_endpoint')
  if (tokenUrl === undefined) throw new Refusal('OAuth2', 'there is no token_refresh_endpoint')
  return {
    type: 'oauth2',
    grant: grantOf(grant),
    tokenUrl,
    clientId: reader.secret(component, 'client_id'),
    clientSecret: reader.optional(component, 'client_secret') || undefined,
    clientAuth: isBasic ? 'client_secret_basic' : 'client_secret_post',
    ...(grant === 'refresh_token' && { refreshToken: reader.secret(component, 'refresh_token') }),
    ...password(component, reader, grant),
    scopes: scopesOf(component, reader),
    params: paramsOf(component, reader, grant),
    headers: isBasic ? undefined : filled(reader.map(component, 'refresh_request_headers')),
    ...namesOf(component, reader),
  }
}

function grantOf(grant: string): string {
  const grants: Readonly<Record<string, string>> = {
    refresh_token: 'refreshToken',
    client_credentials: 'clientCredentials',
    password: 'password',
  }
  const found = grants[grant]
  if (found === undefined) throw new Refusal('OAuth2', `the grant ${grant} has no counterpart`)
  return found
}

function password(component: Component, reader: AuthReader, grant: string): Readonly<Record<string, Json>> {
  if (grant !== 'password') return {}
  const { username, password: secret } = reader.map(component, 'refresh_request_body')
  return { ...(username !== undefined && { username }), ...(secret !== undefined && { password: secret }) }
}

/** `Basic` and the client's id and secret, however they were put together. */
function isBasicHeader(value: Value | undefined): boolean {
  return typeof value === 'string' && /^Basic .*client_id.*client_secret.*base64encode/s.test(value)
}

function scopesOf(component: Component, reader: AuthReader): Json | undefined {
  const { scopes } = component
  if (!Array.isArray(scopes) || scopes.length === 0) return undefined
  return (scopes as readonly Value[]).map(scope => {
    const read = reader.templates.read(scope, component)
    if (read.kind !== 'constant') throw reader.templates.unknown(component, 'scopes', read)
    return str(read.value)
  })
}

/** What the form has beside what the grant sends anyway. */
function paramsOf(component: Component, reader: AuthReader, grant: string): Json | undefined {
  const own = new Set([
    'grant_type',
    'client_id',
    'client_secret',
    'refresh_token',
    ...(grant === 'password' ? ['username', 'password'] : []),
  ])
  const names = ['client_id_name', 'client_secret_name', 'refresh_token_name', 'grant_type_name'] as const
  for (const name of names) {
    const given = reader.optional(component, name)
    if (given !== undefined && !own.has(given))
      throw new Refusal('OAuth2', `${name} ${given} has no counterpart`)
  }
  const body = reader.map(component, 'refresh_request_body')
  return filled(Object.fromEntries(Object.entries(body).filter(([name]) => !own.has(name))))
}

function namesOf(component: Component, reader: AuthReader): Readonly<Record<string, Json | undefined>> {
  const token = reader.optional(component, 'access_token_name')
  const expires = reader.optional(component, 'expires_in_name')
  return {
    ...(token !== undefined && token !== 'access_token' && { tokenPath: pathText([token]) }),
    ...(expires !== undefined && expires !== 'expires_in' && { expiresInPath: pathText([expires]) }),
  }
}

function filled(map: Readonly<Record<string, Json>>): Json | undefined {
  return Object.keys(map).length === 0 ? undefined : map
}

/** A signed statement that is exchanged for a token, as service accounts do it. */
function assertion(component: Component, reader: AuthReader): Auth {
  const jwt = childOf(component, 'profile_assertion')
  const payload = jwt === undefined ? undefined : childOf(jwt, 'jwt_payload')
  if (jwt === undefined || payload === undefined)
    throw new Refusal('OAuth2', 'profile_assertion is not understood')
  const algorithm = reader.text(jwt, 'algorithm')
  if (!['RS256', 'ES256'].includes(algorithm))
    throw new Refusal('OAuth2', `the algorithm ${algorithm} has no counterpart`)
  const extra = reader.map(jwt, 'additional_jwt_payload')
  const scope = extra['scope'] ?? reader.optional(payload, 'scope')
  return {
    type: 'jwtBearer',
    tokenUrl: reader.text(component, 'token_refresh_endpoint'),
    issuer: reader.secret(payload, 'iss'),
    subject: reader.optional(payload, 'sub'),
    audience: reader.optional(payload, 'aud'),
    ...(typeof scope === 'string' && { scopes: scope.split(/[\s,]+/) }),
    privateKey: reader.secret(jwt, 'secret_key'),
    algorithm,
  }
}

function session(component: Component, reader: AuthReader): Auth {
  const requester = childOf(component, 'login_requester')
  const request = childOf(component, 'request_authentication')
  if (requester === undefined || request === undefined)
    throw new Refusal('login', 'the login is not complete')
  const path = component['session_token_path']
  const duration = reader.optional(component, 'expiration_duration')
  const option = childOf(request, 'inject_into')
  const place =
    request['type'] === 'Bearer' || option === undefined
      ? { in: 'header', name: 'Authorization', prefix: 'Bearer' }
      : placeIn(option, reader)
  return {
    type: 'login',
    ...reader.login(requester),
    token: { body: pathText(tokenPath(path, component, reader)) },
    ...(duration !== undefined && { validFor: durationText(duration) }),
    ...bare(place),
    ...prefixOf(request, reader),
  }
}

/** The pipeline would put `Bearer` before a token in this header. */
function bare<P extends { readonly name: string; readonly prefix?: string }>(place: P): P {
  const isUsual = place.prefix === undefined && place.name.toLowerCase() === 'authorization'
  return isUsual ? { ...place, prefix: '' } : place
}

function tokenPath(
  path: Value | undefined,
  component: Component,
  reader: AuthReader,
): readonly (string | number)[] {
  if (!Array.isArray(path)) throw new Refusal('login', 'session_token_path is no list')
  return (path as readonly Value[]).map(one => {
    const read = reader.templates.read(one, component)
    if (read.kind !== 'constant') throw reader.templates.unknown(component, 'session_token_path', read)
    const value = typeof read.value === 'string' ? literal(read.value) : read.value
    return typeof value === 'number' ? value : str(value)
  })
}

/** Newer manifests say what stands before a token: `Token {{ session_token }}`. */
function prefixOf(request: Component, reader: AuthReader): Readonly<Record<string, Json>> {
  const { api_token: token } = request
  if (typeof token !== 'string') return {}
  const [, prefix] = /^(.*?)\s*\{\{\s*session_token\s*\}\}$/.exec(token) ?? []
  if (prefix === undefined) throw new Refusal('login', 'the token is put into more than a header')
  return prefix === '' ? {} : { prefix: reader.text({ ...request, api_token: prefix }, 'api_token') }
}

function legacySession(component: Component, reader: AuthReader): Auth {
  const given = reader.optional(component, 'session_token')
  const name = reader.text(component, 'header')
  if (given !== undefined && given !== '') return { type: 'apiKey', in: 'header', name, value: given }
  const base = reader.text(component, 'api_url') || reader.text(component, 'url_base')
  return {
    type: 'login',
    ...(base === ''
      ? { path: reader.text(component, 'login_url') }
      : { url: base + reader.text(component, 'login_url') }),
    method: 'POST',
    body: {
      json: {
        username: reader.secret(component, 'username'),
        password: reader.secret(component, 'password'),
      },
    },
    token: { body: pathText([reader.text(component, 'session_token_response_key')]) },
    ...bare({ in: 'header', name }),
  }
}

function selective(component: Component, reader: AuthReader): Auth {
  const path = component['authenticator_selection_path']
  const ways = childOf(component, 'authenticators')
  if (!Array.isArray(path) || ways === undefined)
    throw new Refusal('authenticator', 'the choice is not understood')
  const steps = (path as readonly Value[]).map(String)
  const found = reader.templates.settings.of(steps)
  const chosen = found.is === 'value' && found.value !== undefined ? ways[str(found.value)] : undefined
  if (isComponent(chosen)) return reader.convert(chosen)
  const known = Object.keys(ways).join(', ')
  throw new Refusal(
    'setting in an expression',
    `--set ${steps.join('.')}=... has to choose one of ${known}`,
    {
      line: reader.templates.lines.of(component, 'authenticator_selection_path'),
      settings: [steps.join('.')],
    },
  )
}
