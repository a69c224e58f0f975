import { describe, expect, test } from 'vitest'
import type { AskedRequest, ServiceAnswer, WebService } from '../../../support/web-service.js'
import { startService } from '../../../support/web-service.js'
import { AuthRig } from './auth-rig.js'

/** Its session is `session-n`, where n is how often somebody has logged in. */
async function startSessions(
  login: (session: string) => ServiceAnswer,
  sessionOf: (request: AskedRequest) => string | undefined,
): Promise<WebService & { end: () => void }> {
  let logins = 0
  let hasEnded = false
  const service = await startService(request => {
    if (request.path.endsWith('/login')) {
      hasEnded = false
      logins += 1
      return login(`session-${logins}-0123456789`)
    }
    const isGood = !hasEnded && sessionOf(request) === `session-${logins}-0123456789`
    return isGood ? { body: [] } : { status: 401 }
  })
  return { ...service, end: () => (hasEnded = true) }
}

const credentials = { username: 'anna', password: 'p4ss word' }
const byBody = (session: string): ServiceAnswer => ({ body: { data: { sid: session } } })
const bearer = ({ headers }: AskedRequest): string | undefined => headers.authorization?.split('Bearer ')[1]

describe('where the token is, and where it goes', () => {
  test.each([
    ['from the body, as Bearer', byBody, bearer, { token: { body: 'data.sid' } }],
    [
      'from the body, in a header of its own',
      byBody,
      ({ headers }: AskedRequest) => headers['x-session'] as string,
      { token: { body: 'data.sid' }, name: 'X-Session' },
    ],
    [
      'from a header, in the query',
      (session: string) => ({ headers: { 'X-Token': session } }),
      ({ query }: AskedRequest) => query.get('sid') ?? undefined,
      { token: { header: 'x-token' }, in: 'query', name: 'sid' },
    ],
    [
      'from a cookie, as a cookie',
      (session: string) => ({
        headers: { 'Set-Cookie': ['a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT', `SID=${session}; HttpOnly`] },
      }),
      ({ headers }: AskedRequest) => /^SID=(.*)$/.exec(headers.cookie ?? '')?.[1],
      { token: { cookie: 'SID' } },
    ],
    [
      'from a cookie, in a header',
      (session: string) => ({ headers: { 'Set-Cookie': `csrf=${session}` } }),
      ({ headers }: AskedRequest) => headers['x-csrf'] as string,
      { token: { cookie: 'csrf' }, in: 'header', name: 'x-csrf' },
    ],
  ])('%s', async (_where, login, sessionOf, options) => {
    await using service = await startSessions(login, sessionOf)
    await using rig = new AuthRig(service.url)
    const auth = { type: 'login', path: '/login', body: { json: credentials }, ...options }
    const authorizer = rig.authorizer(auth)
    const answers = await Promise.all(Array.from({ length: 20 }, () => rig.get(authorizer)))
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
    service.end()
    expect((await rig.get(authorizer)).statusCode).toBe(200)
    expect(service.to('/login').length).toBe(2)
    expect(rig.secrets.redact('session-2-0123456789')).toBe('[redacted]')
  })
})

describe('the request', () => {
  test.each([
    [
      'json',
      { json: { user: credentials, n: 1 } },
      'application/json',
      '{"user":{"username":"anna","password":"p4ss word"},"n":1}',
    ],
    ['form', { form: credentials }, 'application/x-www-form-urlencoded', 'username=anna&password=p4ss+word'],
    ['text', { text: '<login/>' }, 'text/plain; charset=utf-8', '<login/>'],
  ])('has a body: %s', async (_what, body, type, written) => {
    await using service = await startSessions(byBody, bearer)
    await using rig = new AuthRig(`${service.url}/v1/`)
    const headers = { 'X-App': 7 }
    const authorizer = rig.authorizer({
      type: 'login',
      path: '/login',
      headers,
      body,
      token: { body: 'data.sid' },
    })
    await rig.get(authorizer)
    const [request] = service.to('/v1/login') as [AskedRequest]
    expect([request.method, request.body]).toEqual(['POST', written])
    expect(request.headers).toMatchObject({ 'content-type': type, 'x-app': '7' })
  })

  test('goes to another server, where the file names one', async () => {
    await using service = await startSessions(byBody, bearer)
    await using identity = await startSessions(byBody, bearer)
    await using rig = new AuthRig(service.url)
    const url = `${identity.url}/login`
    const authorizer = rig.authorizer({ type: 'login', method: 'GET', url, token: { body: 'data.sid' } })
    await rig.get(authorizer)
    expect(identity.requests[0]?.method).toBe('GET')
    expect(service.to('/login')).toEqual([])
  })
})

test('a session is opened again when its time is over', async () => {
  await using service = await startSessions(byBody, bearer)
  await using rig = new AuthRig(service.url)
  const authorizer = rig.authorizer({
    type: 'login',
    path: '/login',
    validFor: '20m',
    token: { body: 'data.sid' },
  })
  await rig.get(authorizer)
  await rig.clock.advance(19 * 60_000)
  await rig.get(authorizer)
  expect(service.to('/login').length).toBe(1)
  await rig.clock.advance(60_000)
  await rig.get(authorizer)
  expect(service.to('/login').length).toBe(2)
})

test.each([
  ['header', { header: 'X-Token' }, 'header X-Token'],
  ['cookie', { cookie: 'SID' }, 'cookie SID'],
  ['body', { body: 'sid' }, 'answered without a token at sid'],
])('an answer without its %s is an error', async (_what, token, message) => {
  await using service = await startSessions(() => ({}), bearer)
  await using rig = new AuthRig(service.url)
  const authorizer = rig.authorizer({ type: 'login', path: '/login', token })
  for (const _ of [1, 2])
    await expect(rig.get(authorizer)).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining(message) as string,
    })
  expect(service.requests.length).toBe(1)
})
