import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ConfigInputs } from '../../../src/acquisition/configuration/load-config.js'
import { planIdentity } from '../../../src/acquisition/configuration/plan-identity.js'
import { load, minimal, problems } from './config-rig.js'

const withAuth = (auth: object | string): string =>
  `${minimal}    auth: ${typeof auth === 'string' ? auth : JSON.stringify(auth)}\n`
const oauth2 = {
  type: 'oauth2',
  grant: 'clientCredentials',
  tokenUrl: 'https://id.test/token',
  clientId: 'me',
}
const login = { type: 'login', path: '/login', token: { body: 'token' } }

describe('a mistake in auth', () => {
  test.each([
    [
      { type: 'oauth' },
      'auth.type is "oauth"; allowed is one of none, headers, bearer, basic, apiKey, oauth2, jwtBearer, login',
    ],
    [{ type: 'bearer' }, 'auth.token is missing; it must be a text without line breaks'],
    [
      { type: 'bearer', token: 'a\nb' },
      'auth.token is [redacted]; allowed is a text without line breaks and control characters',
    ],
    [{ type: 'basic', username: 'a:b' }, 'auth.username is "a:b"; allowed is a text without a colon'],
    [{ type: 'apiKey', value: 'k' }, 'auth.name is missing; it must be a name'],
    [
      { type: 'apiKey', name: 'k', value: 'v', in: 'path' },
      'auth.in is "path"; allowed is one of header, query, body, cookie',
    ],
    [oauth2, 'auth.clientSecret is missing; it must be a text'],
    [
      { ...oauth2, clientSecret: 's', grant: 'implicit' },
      'auth.grant is "implicit"; allowed is one of clientCredentials, refreshToken, password',
    ],
    [
      { ...oauth2, grant: 'refreshToken' },
      'auth.refreshToken is missing; it must be a text: grant refreshToken needs it',
    ],
    [
      { ...oauth2, grant: 'password', username: 'u' },
      'auth.password is missing; it must be a text: grant password needs it',
    ],
    [
      { ...oauth2, clientSecret: 's', tokenUrl: '/token' },
      'auth.tokenUrl is "/token"; allowed is an http or https URL without credentials',
    ],
    [{ ...oauth2, clientSecret: 's', validFor: 60 }, 'auth.validFor is 60; allowed is a duration'],
    [{ ...oauth2, clientSecret: 's', tokenPath: 'a..b' }, 'auth.tokenPath is "a..b"; allowed is a path'],
    [{ ...oauth2, clientSecret: 's', scope: 'a' }, 'auth.scope is an unknown key; did you mean "scopes"?'],
    [
      { ...login, url: 'http://a.test/' },
      'auth.url is "http://a.test/"; allowed is one of url, path, and only one',
    ],
    [
      { ...login, token: {} },
      'auth.token is [redacted]; allowed is one of body, header, cookie, and only one',
    ],
    [
      { ...login, body: { json: { a: 1 }, text: 'a' } },
      'auth.body is a mapping; allowed is one of json, form, text, and only one',
    ],
  ])('%j', (auth, message) => {
    expect(problems(withAuth(auth)).join('\n')).toContain(`sources[0].${message}`)
  })
})

describe('A-14 the credentials of auth', () => {
  const secrets = {
    bearer: [{ type: 'bearer', token: 'S3CRET-one' }],
    basic: [{ type: 'basic', username: 'anna', password: 'S3CRET-one' }],
    apiKey: [{ type: 'apiKey', name: 'k', value: 'S3CRET-one' }],
    oauth2: [
      {
        ...oauth2,
        clientSecret: 'S3CRET-one',
        params: { api_key: 'S3CRET-two' },
        headers: { 'x-api-key': 'S3CRET-three' },
      },
    ],
    refreshToken: [{ ...oauth2, grant: 'refreshToken', refreshToken: 'S3CRET-one' }],
    password: [{ ...oauth2, grant: 'password', username: 'anna', password: 'S3CRET-one' }],
    'login by JSON': [
      { ...login, body: { json: { user: { name: 'anna', password: 'S3CRET-one' }, pin: 12345 } } },
    ],
    'login by form': [{ ...login, body: { form: { user: 'anna', passwd: 'S3CRET-one' } } }],
    'login by text': [{ ...login, body: { text: 'S3CRET-one' } }],
  }

  test.each(Object.entries(secrets))(
    '%s: are shown nowhere, learnt, and no part of the plan',
    (_kind, [auth = {}]) => {
      const text = withAuth(auth)
      const loaded = load(text)
      expect(loaded.describe()).not.toMatch(/S3CRET|12345/)
      const found = JSON.stringify(auth).match(/S3CRET-\w+/g) ?? []
      for (const secret of found) expect(loaded.secrets.credentials).toContain(secret)
      const rotated = load(text.replaceAll('S3CRET', 'OTHER'))
      expect(planIdentity(rotated.config, rotated.secrets)).toEqual(
        planIdentity(loaded.config, loaded.secrets),
      )
      const mistaken = problems(`${text}    nonsense: 1\n`.replace('"type":', '"nonsense":1,"type":'))
      expect(mistaken.length).toBeGreaterThan(0)
      expect(mistaken.join('\n')).not.toMatch(/S3CRET|12345/)
    },
  )

  test('a private key is a credential as a whole', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const auth = {
      type: 'jwtBearer',
      tokenUrl: 'https://id.test/t',
      issuer: 'me',
      algorithm: 'ES256',
      privateKey: '${PEM}',
    }
    const inputs: ConfigInputs = { environment: { PEM: pem } }
    const loaded = load(withAuth(auth), inputs)
    expect(loaded.secrets.redactWhole(JSON.stringify({ key: pem }))).toBe('{"key":"[redacted]"}')
    expect(loaded.describe()).toContain('sources[0].auth.privateKey: ${PEM}')
  })

  test('where tokens come from is none', () => {
    const auth = { ...oauth2, clientSecret: 's3cret', tokenPath: 'data.access_token' }
    const loaded = load(withAuth(auth))
    const plain = 'https://id.test/token data.access_token expires_in me'
    expect(loaded.secrets.redact(plain)).toBe(plain)
    expect(loaded.describe()).toContain('sources[0].auth.tokenUrl: https://id.test/token')
    expect(loaded.config.streams[0]?.auth).toMatchObject({ clientAuth: 'client_secret_basic', params: {} })
  })
})
