import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { ImportOptions } from '../../../../../src/acquisition/configuration/import/import-manifest.js'
import { refusal, streamWritten } from '../manifest-of.js'

const partsOf = (yaml: string) => ({ requester: { authenticator: parse(yaml) as object } })
const written = (yaml: string, options?: ImportOptions) => streamWritten(partsOf(yaml), options)['auth']
const refused = (yaml: string, options?: ImportOptions) => refusal(partsOf(yaml), options)

describe('an API key', () => {
  test.each([
    ['no place: the header Authorization', '', { in: 'header', name: 'Authorization' }],
    [
      'a header by its option',
      'inject_into: { type: RequestOption, inject_into: header, field_name: X-Key }',
      { in: 'header', name: 'X-Key' },
    ],
    [
      'JSON',
      'inject_into: { type: RequestOption, inject_into: body_json, field_name: key }',
      { in: 'body', name: 'key' },
    ],
    [
      'a form',
      'inject_into: { type: RequestOption, inject_into: body_data, field_name: key }',
      { in: 'body', name: 'key' },
    ],
  ])('goes into %s', (_name, place, expected) => {
    expect(
      written(`type: ApiKeyAuthenticator\napi_token: "Token {{ config['api_key'] }}"\n${place}`),
    ).toEqual({
      type: 'apiKey',
      ...expected,
      value: 'Token ${API_KEY}',
    })
  })

  test.each([
    ['{ inject_into: cookie, field_name: key }', 'a credential goes into cookie'],
    ['{ inject_into: body_json, field_path: [auth, key] }', 'a credential goes into body_json'],
  ])('into %s is refused', (option, detail) => {
    expect(
      refused(`type: ApiKeyAuthenticator\napi_token: "{{ config['api_key'] }}"\ninject_into: ${option}`),
    ).toMatchObject({ about: 'request option', detail })
  })

  test('that is not set is asked for', () => {
    expect(
      refused(`{ type: ApiKeyAuthenticator, header: X-Key, api_token: "{{ config['team'] }}" }`),
    ).toMatchObject({ about: 'setting not given', settings: ['team'] })
  })
})

test('basic: what is left out is sent empty, or is not there', () => {
  expect(written(`{ type: BasicHttpAuthenticator, username: "{{ config['api_key'] }}" }`)).toEqual({
    type: 'basic',
    username: '${API_KEY}',
  })
  expect(written(`{ type: BasicHttpAuthenticator, password: "{{ config['team'] }}" }`)).toEqual({
    type: 'basic',
    username: '',
  })
})

test('none, none of ours, and Python', () => {
  expect(written('type: NoAuth')).toBeUndefined()
  expect(refused('{ type: JwtAuthenticator, algorithm: HS256 }')).toMatchObject({
    about: 'authenticator',
    detail: 'JwtAuthenticator has no counterpart',
  })
  expect(refused('type: toString')).toMatchObject({ detail: 'toString has no counterpart' })
})

describe('OAuth2', () => {
  const client = `
type: OAuthAuthenticator
token_refresh_endpoint: https://id.acme.example/token
client_id: "{{ config['shop'] }}"
client_secret: "{{ config['api_key'] }}"
`
  const common = {
    type: 'oauth2',
    tokenUrl: 'https://id.acme.example/token',
    clientId: '${SHOP}',
    clientSecret: '${API_KEY}',
    clientAuth: 'client_secret_post',
  }

  test.each([
    ['grant_type: client_credentials', { grant: 'clientCredentials' }],
    [
      "grant_type: client_credentials\nclient_secret: ''",
      { grant: 'clientCredentials', clientSecret: undefined },
    ],
    [
      'refresh_token: "{{ config[\'api_key\'] }}"\nscopes: []',
      { grant: 'refreshToken', refreshToken: '${API_KEY}' },
    ],
    [
      `grant_type: password
refresh_request_body: { username: "{{ config['shop'] }}", password: "{{ config['api_key'] }}", realm: users }`,
      { grant: 'password', username: '${SHOP}', password: '${API_KEY}', params: { realm: 'users' } },
    ],
    ['grant_type: password', { grant: 'password' }],
    [
      'grant_type: client_credentials\nrefresh_request_body: { grant_type: client_credentials, team: "{{ config[\'team\'] }}" }',
      { grant: 'clientCredentials' },
    ],
    [
      'grant_type: client_credentials\nrefresh_request_headers: { Accept: text/json }',
      { grant: 'clientCredentials', headers: { Accept: 'text/json' } },
    ],
    [
      `grant_type: client_credentials
refresh_request_headers:
  Authorization: "Basic {{ (config['client_id'] ~ ':' ~ config['client_secret']) | base64encode }}"`,
      { grant: 'clientCredentials', clientAuth: 'client_secret_basic' },
    ],
    [
      `grant_type: client_credentials
client_id_name: client_id
access_token_name: access_token
expires_in_name: expires_in`,
      { grant: 'clientCredentials' },
    ],
    [
      'grant_type: client_credentials\naccess_token_name: api.token\nexpires_in_name: ttl',
      { grant: 'clientCredentials', tokenPath: '["api.token"]', expiresInPath: 'ttl' },
    ],
  ])('%s', (yaml, expected) => {
    const merged = { ...(parse(client) as object), ...(parse(yaml) as object) }
    const auth = streamWritten({ requester: { authenticator: merged } })['auth']
    expect(auth).toEqual({ ...common, ...expected })
  })

  test.each([
    ['grant_type: authorization_code', 'the grant authorization_code has no counterpart'],
    ['grant_type: client_credentials\nclient_id_name: app_id', 'client_id_name app_id has no counterpart'],
    ['grant_type: client_credentials\ngrant_type_name: kind', 'grant_type_name kind has no counterpart'],
  ])('%s is refused', (yaml, detail) => {
    expect(refused(`${client}${yaml}`)).toMatchObject({ about: 'OAuth2', detail })
  })

  test('a token that needs no refreshing is a bearer token', () => {
    expect(written(`{ type: OAuthAuthenticator, access_token_value: "{{ config['api_key'] }}" }`)).toEqual({
      type: 'bearer',
      token: '${API_KEY}',
    })
    expect(refused(`{ type: OAuthAuthenticator, access_token_value: "{{ config['team'] }}" }`)).toMatchObject(
      { about: 'OAuth2', detail: 'there is no token_refresh_endpoint' },
    )
  })

  test('scopes that come from the environment are refused', () => {
    expect(
      refused(`${client}grant_type: client_credentials\nscopes: ["{{ config['shop'] }}"]`),
    ).toMatchObject({ about: 'setting in an expression', settings: ['shop'] })
  })
})

describe('a signed statement', () => {
  const assertion = (jwt: string, more = '') => `
type: OAuthAuthenticator
token_refresh_endpoint: https://id.acme.example/token
use_profile_assertion: true
${more}
profile_assertion: ${jwt}`

  test('with its issuer, subject and scopes', () => {
    const jwt = `
  type: JwtAuthenticator
  algorithm: RS256
  secret_key: "{{ config['api_key'] }}"
  jwt_payload: { iss: "{{ config['shop'] }}", sub: me@acme.example, aud: https://id.acme.example/token }
  additional_jwt_payload: { scope: 'read write' }`
    expect(written(assertion(jwt))).toEqual({
      type: 'jwtBearer',
      tokenUrl: 'https://id.acme.example/token',
      issuer: '${SHOP}',
      subject: 'me@acme.example',
      audience: 'https://id.acme.example/token',
      scopes: ['read', 'write'],
      privateKey: '${API_KEY}',
      algorithm: 'RS256',
    })
  })

  test('without scopes, by a text that is true', () => {
    const jwt = `{ algorithm: ES256, secret_key: "{{ config['api_key'] }}", jwt_payload: { iss: me } }`
    expect(written(assertion(jwt).replace('assertion: true', "assertion: '{{ True }}'"))).toEqual({
      type: 'jwtBearer',
      tokenUrl: 'https://id.acme.example/token',
      issuer: 'me',
      privateKey: '${API_KEY}',
      algorithm: 'ES256',
    })
  })

  test.each([
    ['{ algorithm: HS256, jwt_payload: { iss: me } }', 'the algorithm HS256 has no counterpart'],
    ['{ algorithm: RS256 }', 'profile_assertion is not understood'],
    ['none', 'profile_assertion is not understood'],
  ])('%s is refused', (jwt, detail) => {
    expect(refused(assertion(jwt))).toMatchObject({ about: 'OAuth2', detail })
  })

  test('that the environment decides on is not taken for one', () => {
    const yaml = `{ type: OAuthAuthenticator, use_profile_assertion: "{{ config['shop'] }}" }`
    expect(refused(yaml)).toMatchObject({ detail: 'there is no token_refresh_endpoint' })
  })
})

describe('a login', () => {
  const login = (more: string, requester = '') => `
type: SessionTokenAuthenticator
login_requester:
  type: HttpRequester
  url_base: https://id.acme.example/
  path: login
  ${requester}
${more}`
  const request = (more: string) => `session_token_path: [token]\nrequest_authentication: ${more}`
  const common = {
    type: 'login',
    url: 'https://id.acme.example/login',
    method: 'GET',
    token: { body: 'token' },
  }

  test.each([
    [
      '{ type: ApiKey, inject_into: { inject_into: header, field_name: X-Session } }',
      { in: 'header', name: 'X-Session' },
    ],
    [
      '{ type: ApiKey, inject_into: { inject_into: request_parameter, field_name: session } }',
      { in: 'query', name: 'session' },
    ],
    [
      '{ type: ApiKey, api_token: "Token {{ session_token }}", inject_into: { inject_into: header, field_name: X-Session } }',
      { in: 'header', name: 'X-Session', prefix: 'Token' },
    ],
    [
      '{ type: ApiKey, api_token: "{{ session_token }}", inject_into: { inject_into: header, field_name: X-Session } }',
      { in: 'header', name: 'X-Session' },
    ],
    ['{ type: ApiKey }', { in: 'header', name: 'Authorization', prefix: 'Bearer' }],
  ])('its token goes into %s', (authentication, place) => {
    expect(written(login(request(authentication)))).toEqual({ ...common, ...place })
  })

  test('the token stands at a place with indexes', () => {
    const yaml = login('session_token_path: [sessions, 0, "id"]\nrequest_authentication: { type: Bearer }')
    expect(written(yaml)).toMatchObject({ token: { body: 'sessions[0].id' } })
  })

  test.each([
    ['http_method: POST', { method: 'POST' }],
    [
      `request_parameters: { app: 'a&b', n: 1, of: "{{ config['shop'] }}/1", in: ['a', 'b c'] }`,
      { url: 'https://id.acme.example/login?app=a%26b&n=1&of=${SHOP}%2F1&in=a&in=b%20c' },
    ],
    [
      'http_method: POST\n  request_body_data: { user: me }',
      { method: 'POST', body: { form: { user: 'me' } } },
    ],
    ['request_headers: { Accept: text/json }', { headers: { Accept: 'text/json' } }],
    [
      `authenticator: { type: BearerAuthenticator, api_token: "{{ config['api_key'] }}" }`,
      { headers: { Authorization: 'Bearer ${API_KEY}' } },
    ],
    [
      `authenticator: { type: ApiKeyAuthenticator, header: X-Key, api_token: "{{ config['api_key'] }}" }`,
      { headers: { 'X-Key': '${API_KEY}' } },
    ],
    [
      `authenticator: { type: BasicHttpAuthenticator, username: "{{ config['shop'] }}" }`,
      { headers: { Authorization: 'Basic ${LOGIN_BASIC}' } },
    ],
  ])('is sent with %s', (requester, expected) => {
    expect(written(login(request('{ type: Bearer }'), requester))).toMatchObject(expected)
  })

  test.each([
    [
      login(
        request('{ type: Bearer }'),
        `authenticator: { type: OAuthAuthenticator, access_token_value: '', token_refresh_endpoint: "https://id.acme.example/t", grant_type: client_credentials, client_id: me }`,
      ),
      'the login is authenticated by oauth2',
    ],
    [
      login(
        request('{ type: Bearer }'),
        `authenticator: { type: ApiKeyAuthenticator, api_token: x, inject_into: { inject_into: body_json, field_name: k } }`,
      ),
      'the login is authenticated by apiKey',
    ],
    [login('session_token_path: [token]'), 'the login is not complete'],
    [
      '{ type: SessionTokenAuthenticator, request_authentication: { type: Bearer } }',
      'the login is not complete',
    ],
    [
      login('session_token_path: token\nrequest_authentication: { type: Bearer }'),
      'session_token_path is no list',
    ],
    [
      login(request('{ type: ApiKey, api_token: "<{{ session_token }}>" }')),
      'the token is put into more than a header',
    ],
  ])('refused: %s', (yaml, detail) => {
    expect(refused(yaml)).toMatchObject({ about: 'login', detail })
  })

  test('a place that a setting decides on is refused', () => {
    const yaml = login(
      `session_token_path: ["{{ config['shop'] }}"]\nrequest_authentication: { type: Bearer }`,
    )
    expect(refused(yaml)).toMatchObject({ about: 'setting in an expression', settings: ['shop'] })
  })
})

describe('a session of the older kind', () => {
  const session = (more: string) => `
type: LegacySessionTokenAuthenticator
header: X-Session
login_url: session
username: "{{ config['shop'] }}"
password: "{{ config['api_key'] }}"
session_token_response_key: id
${more}`
  const common = {
    type: 'login',
    method: 'POST',
    body: { json: { username: '${SHOP}', password: '${API_KEY}' } },
    token: { body: 'id' },
    in: 'header',
    name: 'X-Session',
  }

  test.each([
    ['api_url: https://acme.example/api/', { url: 'https://acme.example/api/session' }],
    ['url_base: https://acme.example/', { url: 'https://acme.example/session' }],
    ['', { path: 'session' }],
  ])('%s', (more, expected) => {
    expect(written(session(more))).toEqual({ ...common, ...expected })
  })

  test('a token that is given is sent as it is', () => {
    expect(written(session(`session_token: "{{ config['api_key'] }}"`))).toEqual({
      type: 'apiKey',
      in: 'header',
      name: 'X-Session',
      value: '${API_KEY}',
    })
    expect(written(session(`session_token: "{{ config['team'] }}"`))).toMatchObject({ type: 'login' })
  })
})

describe('a choice', () => {
  const choice = (path: string) => `
type: SelectiveAuthenticator
authenticator_selection_path: ${path}
authenticators:
  a: { type: NoAuth }
  b: { type: BearerAuthenticator, api_token: "{{ config['api_key'] }}" }`

  test('that the environment or nothing decides on is asked for', () => {
    for (const path of ['[shop]', '[team]']) {
      expect(refused(choice(path))).toMatchObject({
        about: 'setting in an expression',
        detail: expect.stringContaining('has to choose one of a, b') as unknown,
      })
    }
    expect(written(choice('[team]'), { set: { team: 'b' } })).toEqual({ type: 'bearer', token: '${API_KEY}' })
    expect(refused(choice('[team]'), { set: { team: 'c' } })).toMatchObject({ settings: ['team'] })
  })

  test('of nothing is refused', () => {
    expect(refused(choice('team'))).toMatchObject({
      about: 'authenticator',
      detail: 'the choice is not understood',
    })
    expect(refused('{ type: SelectiveAuthenticator, authenticator_selection_path: [team] }')).toMatchObject({
      about: 'authenticator',
    })
  })
})
