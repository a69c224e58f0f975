import type { KeyObject } from 'node:crypto'
import { generateKeyPairSync } from 'node:crypto'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { startTokenService } from '../../../support/token-service.js'
import { problems } from '../../configuration/config-rig.js'
import { minimal } from '../../configuration/config-rig.js'
import { AuthRig } from './auth-rig.js'

interface Pair {
  readonly pem: string
  readonly publicKey: KeyObject
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const other = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const pemOf = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1' = 'pkcs8'): string =>
  key.export({ type, format: 'pem' } as { type: 'pkcs8'; format: 'pem' }).toString()
/** As an environment variable has it in which line breaks are written out. */
const inOneLine = (pem: string): string => pem.replaceAll('\n', '\\n')

const keys: Record<string, Pair & { algorithm: string }> = {
  'RS256, PKCS#8': { algorithm: 'RS256', pem: pemOf(rsa.privateKey), publicKey: rsa.publicKey },
  'RS256, PKCS#1': { algorithm: 'RS256', pem: pemOf(rsa.privateKey, 'pkcs1'), publicKey: rsa.publicKey },
  'ES256, in one line': { algorithm: 'ES256', pem: inOneLine(pemOf(ec.privateKey)), publicKey: ec.publicKey },
  'ES256, SEC1': { algorithm: 'ES256', pem: pemOf(ec.privateKey, 'sec1'), publicKey: ec.publicKey },
}

describe.each(Object.entries(keys))('signed by %s', (_how, { algorithm, pem, publicKey }) => {
  test('jwtBearer exchanges a statement of the service account for a token', async () => {
    await using service = await startTokenService()
    await using rig = new AuthRig(service.url)
    const tokenUrl = `${service.url}/token`
    const authorizer = rig.authorizer({
      type: 'jwtBearer',
      tokenUrl,
      issuer: 'robot@acme.test',
      subject: 'anna@acme.test',
      scopes: ['read', 'write'],
      privateKey: pem,
      keyId: 'key-7',
      algorithm,
    })
    expect((await rig.get(authorizer)).statusCode).toBe(200)
    const form = service.to('/token')[0]?.form
    expect(form?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    const assertion = form?.get('assertion') ?? ''
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: algorithm, typ: 'JWT', kid: 'key-7' })
    const currentDate = new Date(rig.clock.wallNow())
    const { payload } = await jwtVerify(assertion, publicKey, { currentDate })
    const now = Math.floor(rig.clock.wallNow() / 1_000)
    expect(payload).toEqual({
      iss: 'robot@acme.test',
      sub: 'anna@acme.test',
      aud: tokenUrl,
      scope: 'read write',
      iat: now,
      exp: now + 300,
      jti: expect.any(String) as string,
    })
    expect(rig.secrets.redact(assertion)).toBe('[redacted]')
  })

  test('private_key_jwt says who the client is, each time anew', async () => {
    await using service = await startTokenService()
    await using rig = new AuthRig(service.url)
    const authorizer = rig.authorizer({
      type: 'oauth2',
      grant: 'clientCredentials',
      tokenUrl: `${service.url}/token`,
      clientId: 'me',
      clientAuth: 'private_key_jwt',
      privateKey: pem,
      algorithm,
    })
    await rig.get(authorizer)
    service.revoke()
    await rig.get(authorizer)
    const ids: unknown[] = []
    for (const { form, headers } of service.to('/token')) {
      expect(headers.authorization).toBeUndefined()
      expect(form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
      const { payload } = await jwtVerify(form.get('client_assertion') ?? '', publicKey, {
        issuer: 'me',
        subject: 'me',
        audience: `${service.url}/token`,
        currentDate: new Date(rig.clock.wallNow()),
      })
      ids.push(payload.jti)
    }
    expect([ids.length, new Set(ids).size]).toEqual([2, 2])
  })
})

describe('a key that is of no use is told by its name, and not shown', () => {
  const jwtBearer = { type: 'jwtBearer', tokenUrl: 'https://a.test/token', issuer: 'me' }
  const oauth2 = {
    type: 'oauth2',
    grant: 'clientCredentials',
    tokenUrl: 'https://a.test/token',
    clientId: 'me',
    clientAuth: 'private_key_jwt',
  }
  const told = (auth: object, environment: Record<string, string> = {}): string =>
    problems(`${minimal}    auth: ${JSON.stringify(auth)}\n`, { environment }).join('\n')
  const rs256 = 'allowed is a private key for RS256 (RSA) as PEM, not encrypted'

  test.each([
    ['no key at all', jwtBearer, { privateKey: 'c3VwZXItc2VjcmV0' }, rs256],
    ['a public key', jwtBearer, { privateKey: rsa.publicKey.export({ type: 'spki', format: 'pem' }) }, rs256],
    ['a key of another algorithm', jwtBearer, { privateKey: pemOf(ec.privateKey) }, rs256],
    [
      'a key on another curve',
      jwtBearer,
      { privateKey: pemOf(other.privateKey), algorithm: 'ES256' },
      'ES256 (EC on P-256)',
    ],
    ['a key of a client', oauth2, { privateKey: 'c3VwZXItc2VjcmV0' }, rs256],
  ])('%s', (_what, auth, more: { privateKey: unknown }, allowed) => {
    const message = told({ ...auth, ...more })
    expect(message).toContain(`sources[0].auth.privateKey is [redacted]; `)
    expect(message).toContain(allowed)
    for (const line of String(more.privateKey).split('\n').filter(Boolean).slice(1, -1))
      expect(message).not.toContain(line)
  })

  test('from the environment, and one that is missing', () => {
    const message = told({ ...jwtBearer, privateKey: '${KEY}' }, { KEY: 'super-secret' })
    expect(message).toContain('sources[0].auth.privateKey is "${KEY}" from the environment; allowed is')
    expect(told(oauth2)).toContain(
      'sources[0].auth.privateKey is missing; it must be a private key for RS256',
    )
  })
})
