import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { AskedRequest } from '../../../support/web-service.js'
import { startTokenService } from '../../../support/token-service.js'
import { AuthRig } from './auth-rig.js'

const CLIENT = { clientId: 'my client', clientSecret: 's3cret:+/ü' }
/** RFC 6749, 2.3.1: both are encoded as in a form before they are put together. */
const BASIC = `Basic ${Buffer.from('my+client:s3cret%3A%2B%2F%C3%BC').toString('base64')}`

const clientCredentials = (url: string, more: object = {}): object => ({
  type: 'oauth2',
  grant: 'clientCredentials',
  tokenUrl: `${url}/token`,
  ...CLIENT,
  ...more,
})

const refreshToken = (url: string, more: object = {}): object => ({
  ...clientCredentials(url, more),
  grant: 'refreshToken',
  refreshToken: 'refresh-0-0123456789',
  ...more,
})

describe('a request for a token', () => {
  test('client_secret_basic is the default; scopes, audience, params and headers are sent', async () => {
    await using service = await startTokenService({
      isClient: ({ headers }) => headers.authorization === BASIC,
    })
    await using rig = new AuthRig(service.url)
    const more = {
      scopes: ['read', 'write:all'],
      audience: 'https://api.test',
      params: { resource: 'r 1', depth: 2 },
      headers: { 'X-Tenant': 'acme' },
    }
    const answer = await rig.get(rig.authorizer(clientCredentials(service.url, more)))
    expect(answer.statusCode).toBe(200)
    const [request] = service.to('/token') as [AskedRequest]
    expect(request.method).toBe('POST')
    expect(Object.fromEntries(request.form)).toEqual({
      grant_type: 'client_credentials',
      scope: 'read write:all',
      audience: 'https://api.test',
      resource: 'r 1',
      depth: '2',
    })
    expect(request.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'x-tenant': 'acme',
    })
  })

  test.each([
    [
      'client_secret_post',
      { clientAuth: 'client_secret_post' },
      { client_id: 'my client', client_secret: 's3cret:+/ü' },
    ],
    [
      'a public client',
      { grant: 'password', username: 'u', password: 'p', clientSecret: undefined },
      { client_id: 'my client', grant_type: 'password', username: 'u', password: 'p' },
    ],
    [
      'the grant of the params',
      { params: { grant_type: 'account_credentials' } },
      { grant_type: 'account_credentials' },
    ],
  ])('%s', async (_how, more, fields) => {
    await using service = await startTokenService()
    await using rig = new AuthRig(service.url)
    await rig.get(rig.authorizer(clientCredentials(service.url, more)))
    const [request] = service.to('/token') as [AskedRequest]
    expect(Object.fromEntries(request.form)).toMatchObject(fields)
    expect(request.headers.authorization).toBe(
      'grant_type' in fields && fields.grant_type === 'account_credentials' ? BASIC : undefined,
    )
  })

  test('a wrong client is told as the endpoint says it, is final, and is asked for once', async () => {
    await using service = await startTokenService({ isClient: () => false })
    await using rig = new AuthRig(service.url)
    const authorizer = rig.authorizer(clientCredentials(service.url))
    for (const _ of [1, 2, 3])
      await expect(rig.get(authorizer)).rejects.toMatchObject({
        code: 'AUTH_FAILED',
        message: `the token endpoint ${service.url}/token answered 401 invalid_client`,
      })
    expect(service.requests.length).toBe(1)
  })

  test('A-14 an error holds no secret, whatever the endpoint echoes', async () => {
    await using service = await startTokenService()
    await using rig = new AuthRig(service.url)
    rig.secrets.add('s3cret:+/ü')
    const body = { error: { message: `bad ${BASIC}, s3cret:+/ü\u009b`, code: 1 }, error_description: 'why' }
    service.failures.push({ status: 403, body })
    const failed = rig.get(rig.authorizer(clientCredentials(service.url)))
    await expect(failed).rejects.toThrow('answered 403 why: bad Basic [redacted], [redacted]\\u009b')
  })

  test('the token and its end at other paths, and sent elsewhere', async () => {
    await using service = await startTokenService({ expiresIn: 1 })
    await using rig = new AuthRig(service.url)
    const moment = (ms: number): string => new Date(rig.clock.wallNow() + ms).toISOString()
    Object.assign(service.extra, { data: { auth: { key: 'k' } }, lives: moment(100_000) })
    const more = { tokenPath: 'data.auth.key', expiresInPath: 'lives', in: 'query', name: 'access_token' }
    const authorizer = rig.authorizer(clientCredentials(service.url, more))
    await rig.get(authorizer)
    expect(service.to('/items')[0]?.query.get('access_token')).toBe('k')
    expect(service.to('/items')[0]?.headers.authorization).toBeUndefined()
    const authorize = () => authorizer.authorize({ url: service.url }, {})
    const before = service.to('/token').length
    await rig.clock.advance(70_000)
    await authorize()
    expect(service.to('/token').length).toBe(before)
    await rig.clock.advance(20_000)
    await authorize()
    expect(service.to('/token').length).toBe(before + 1)
  })

  test.each([
    ['a page that is no JSON', { body: '<html>' }, 'AUTH_UNAVAILABLE', 'answered what is no JSON'],
    [
      'no token',
      { body: { ok: false, error: 'not_allowed' } },
      'AUTH_FAILED',
      'answered without a token at access_token: not_allowed',
    ],
    [
      'a redirect',
      { status: 302, headers: { location: 'http://127.0.0.1:1/token' } },
      'AUTH_FAILED',
      'answered 302',
    ],
    ['a reply without end', { body: { access_token: 'x'.repeat(2 ** 20) } }, 'AUTH_FAILED', 'did not answer'],
    ['a fault of the server', { status: 503 }, 'AUTH_UNAVAILABLE', 'answered 503'],
    ['a wish for quiet', { status: 429 }, 'AUTH_UNAVAILABLE', 'answered 429'],
  ])('%s', async (_what, answer, code, message) => {
    await using service = await startTokenService()
    await using rig = new AuthRig(service.url)
    service.failures.push(answer)
    const failed = rig.get(rig.authorizer(clientCredentials(service.url)))
    await expect(failed).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string })
    expect(service.requests.length).toBe(1)
  })

  test('an endpoint that is down, and then up again', async () => {
    await using service = await startTokenService()
    await using rig = new AuthRig(service.url)
    const authorizer = rig.authorizer(
      clientCredentials('http://127.0.0.1:1', { tokenUrl: 'http://127.0.0.1:1/token' }),
    )
    await expect(rig.get(authorizer)).rejects.toMatchObject({ code: 'AUTH_UNAVAILABLE' })
    const other = rig.authorizer(clientCredentials(service.url))
    service.failures.push({ status: 500 })
    await expect(rig.get(other)).rejects.toMatchObject({ code: 'AUTH_UNAVAILABLE' })
    expect((await rig.get(other)).statusCode).toBe(200)
  })

  test('an endpoint that asks for quiet is left alone until then', async () => {
    await using service = await startTokenService()
    await using rig = new AuthRig(service.url)
    const authorizer = rig.authorizer(clientCredentials(service.url))
    service.failures.push({ status: 503, headers: { 'retry-after': '60' } })
    for (const _ of [1, 2, 3]) await expect(rig.get(authorizer)).rejects.toThrow('answered 503')
    expect(service.to('/token').length).toBe(1)
    await rig.clock.advance(60_000)
    expect((await rig.get(authorizer)).statusCode).toBe(200)
  })

  test('an endpoint that never answers is given up after 30 seconds', async () => {
    await using service = await startTokenService()
    await using rig = new AuthRig(service.url)
    service.failures.push('never')
    const failed = rig.get(rig.authorizer(clientCredentials(service.url))).catch((error: unknown) => error)
    while (service.to('/token').length === 0) await sleep(1)
    await rig.clock.advance(30_000)
    expect(await failed).toMatchObject({ code: 'AUTH_UNAVAILABLE' })
  })
})

describe('the life of a token', () => {
  test('A-13 it is renewed in time before it expires, and not before', async () => {
    await using service = await startTokenService({ expiresIn: 100 })
    await using rig = new AuthRig(service.url)
    const authorizer = rig.authorizer(clientCredentials(service.url))
    await rig.get(authorizer)
    await rig.clock.advance(79_000)
    await rig.get(authorizer)
    expect(service.to('/token').length).toBe(1)
    await rig.clock.advance(2_000)
    await rig.get(authorizer)
    expect([service.to('/token').length, service.to('/items').length]).toEqual([2, 3])
  })

  test('validFor holds where the reply does not say how long', async () => {
    await using service = await startTokenService({ expiresIn: undefined })
    await using rig = new AuthRig(service.url)
    const authorizer = rig.authorizer(clientCredentials(service.url, { validFor: '10m' }))
    await rig.get(authorizer)
    await rig.clock.advance(569_000)
    await rig.get(authorizer)
    expect(service.to('/token').length).toBe(1)
    await rig.clock.advance(2_000)
    await rig.get(authorizer)
    expect(service.to('/token').length).toBe(2)
  })

  test('A-13 50 refusals at once cause one renewal, over all streams and sources with the same options', async () => {
    await using service = await startTokenService()
    await using rig = new AuthRig(service.url)
    const one = rig.authorizer(clientCredentials(service.url))
    const other = rig.authorizer(clientCredentials(service.url))
    const all = () => Promise.all(Array.from({ length: 50 }, (_, i) => rig.get(i % 2 === 0 ? one : other)))
    await all()
    service.revoke()
    const answers = await all()
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
    expect(service.to('/token').length).toBe(2)
  })

  test('A-13 a service that refuses every token is asked for two, however many pages there are', async () => {
    await using service = await startTokenService({ refusesAll: true })
    await using rig = new AuthRig(service.url)
    const authorizer = rig.authorizer(clientCredentials(service.url))
    for (const _ of [1, 2, 3]) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => rig.get(authorizer)))
      expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([401]))
    }
    expect(service.to('/token').length).toBe(2)
  })

  test('a token that was renewed and taken may be refused, and renewed, again', async () => {
    await using service = await startTokenService()
    await using rig = new AuthRig(service.url)
    const authorizer = rig.authorizer(clientCredentials(service.url))
    for (const renewals of [1, 2, 3, 4]) {
      expect((await rig.get(authorizer)).statusCode).toBe(200)
      expect(service.to('/token').length).toBe(renewals)
      service.revoke()
    }
  })
})

describe('a refresh token', () => {
  test('is used as long as no other comes', async () => {
    await using service = await startTokenService()
    await using rig = new AuthRig(service.url)
    const authorizer = rig.authorizer(refreshToken(service.url))
    await rig.get(authorizer)
    service.revoke()
    await rig.get(authorizer)
    expect(service.to('/token').map(({ form }) => form.get('refresh_token'))).toEqual([
      'refresh-0-0123456789',
      'refresh-0-0123456789',
    ])
    expect(rig.kept.entries.size).toBe(0)
  })

  test('that was exchanged is kept, is used from then on by all, and is a secret', async () => {
    await using service = await startTokenService({ rotates: true })
    Object.assign(service.extra, { id_token: 'header.claims.signature' })
    await using rig = new AuthRig(service.url)
    await rig.get(rig.authorizer(refreshToken(service.url)))
    expect([...rig.kept.entries.values()]).toEqual(['refresh-1-0123456789'])
    service.revoke()
    await rig.get(rig.authorizer(refreshToken(service.url)))
    expect([...rig.kept.entries.values()]).toEqual(['refresh-2-0123456789'])
    const all = 'access-1-0123456789 refresh-1-0123456789 refresh-2-0123456789 header.claims.signature'
    expect(rig.secrets.redact(all)).toBe('[redacted] [redacted] [redacted] [redacted]')
  })

  test('of another configuration wins over what is kept', async () => {
    await using service = await startTokenService({ rotates: true })
    await using rig = new AuthRig(service.url)
    await rig.get(rig.authorizer(refreshToken(service.url)))
    service.refreshToken = 'refresh-new'
    const authorizer = rig.authorizer(refreshToken(service.url, { refreshToken: 'refresh-new' }))
    expect((await rig.get(authorizer)).statusCode).toBe(200)
  })

  test('that is used up fails by the words of the endpoint, without the token', async () => {
    await using service = await startTokenService()
    await using rig = new AuthRig(service.url)
    const used = refreshToken(service.url, { refreshToken: 'refresh-used-up' })
    await expect(rig.get(rig.authorizer(used))).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: `the token endpoint ${service.url}/token answered 400 invalid_grant: [redacted] was used up`,
    })
  })

  test('is not given up where another could not be kept', async () => {
    await using service = await startTokenService({ rotates: true })
    const full = {
      get: () => undefined,
      set: () => undefined,
      check: () => {
        throw new Error('disk full')
      },
    }
    await using rig = new AuthRig(service.url, { kept: full })
    await expect(rig.get(rig.authorizer(refreshToken(service.url)))).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: 'the refresh token cannot be kept: disk full',
    })
    expect(service.requests).toEqual([])
  })
})
