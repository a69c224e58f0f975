import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TransportRequest } from '../../../../src/engines/index.js'
import { AuthRig } from './auth-rig.js'

const AT = 'http://a.test'

async function authorized(auth: object, request: Partial<TransportRequest> = {}): Promise<TransportRequest> {
  await using rig = new AuthRig(`${AT}/v1`)
  return rig.authorizer(auth).authorize({ url: `${AT}/v1/items?page=2`, ...request }, {})
}

const inBody = { type: 'apiKey', in: 'body', name: 'api_key', value: 'k3y/+' }

test('none leaves a request as it is', async () => {
  expect(await authorized({ type: 'none' })).toEqual({ url: `${AT}/v1/items?page=2` })
})

test.each([
  ['bearer', { type: 'bearer', token: 't0ken' }, 'Bearer t0ken'],
  ['basic', { type: 'basic', username: 'anna', password: 'p:w ü' }, 'Basic YW5uYTpwOncgw7w='],
  ['basic, where the user is the key', { type: 'basic', username: 'sk_live' }, 'Basic c2tfbGl2ZTo='],
  [
    'apiKey with a word before it',
    { type: 'apiKey', name: 'Authorization', value: 'k3y', prefix: 'SSWS' },
    'SSWS k3y',
  ],
  [
    'apiKey with a sign before it',
    { type: 'apiKey', name: 'authorization', value: 'k3y', prefix: 'Token token=' },
    'Token token=k3y',
  ],
])('%s: the header authorization, in the place of another', async (_kind, auth, expected) => {
  const { headers = {} } = await authorized(auth, { headers: { AUTHORIZATION: 'old', accept: 'x' } })
  const names = Object.keys(headers).map(name => name.toLowerCase())
  expect(names.sort()).toEqual(['accept', 'authorization'])
  expect(Object.values(headers)).toContain(expected)
})

test('apiKey in the query: in the place of what the server has echoed, and all else as it was written', async () => {
  const auth = { type: 'apiKey', in: 'query', name: 'api[key]', value: 'k3y/+' }
  const url = async (query: string) => (await authorized(auth, { url: `${AT}/v1/items${query}` })).url
  expect(await url('?a=%2f+~&&b')).toBe(`${AT}/v1/items?a=%2f+~&b&api%5Bkey%5D=k3y%2F%2B`)
  expect(await url('?api[key]=old&a=1&api%5bkey]=older')).toBe(`${AT}/v1/items?a=1&api%5Bkey%5D=k3y%2F%2B`)
  expect(await url('')).toBe(`${AT}/v1/items?api%5Bkey%5D=k3y%2F%2B`)
})

test('apiKey in a cookie: beside those of the request', async () => {
  const auth = { type: 'apiKey', in: 'cookie', name: 'sid', value: 'k3y' }
  const { headers } = await authorized(auth, { headers: { Cookie: 'a=1=2; sid=old; b=' } })
  expect(headers).toEqual({ cookie: 'a=1=2; sid=k3y; b=' })
})

test.each([
  ['a form', 'application/x-www-form-urlencoded', 'a=1', 'a=1&api_key=k3y%2F%2B'],
  ['a form without fields', 'application/x-www-form-urlencoded; charset=utf-8', '', 'api_key=k3y%2F%2B'],
  [
    'an object',
    'application/json',
    ' { "id": 9007199254740993 }\n',
    ' { "id": 9007199254740993,"api_key":"k3y/+"}',
  ],
  ['an empty object', 'application/json', '{ }', '{"api_key":"k3y/+"}'],
  ['no body', undefined, undefined, '{"api_key":"k3y/+"}'],
])('apiKey in the body: %s', async (_what, type, body, expected) => {
  const sent = await authorized(inBody, {
    method: 'POST',
    ...(type !== undefined && { headers: { 'Content-Type': type } }),
    ...(body !== undefined && { body }),
  })
  expect(sent.body).toBe(expected)
  if (type === undefined) expect(sent.headers).toEqual({ 'content-type': 'application/json' })
})

test('apiKey in the body: an object keeps what it says, and gets the key', async () => {
  await using rig = new AuthRig(AT)
  const authorizer = rig.authorizer(inBody)
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async fields => {
      const given = JSON.parse(JSON.stringify(fields)) as object
      const { body } = await authorizer.authorize({ url: AT, body: JSON.stringify(given, null, 1) }, {})
      const expected = { ...given, api_key: 'k3y/+' }
      expect(JSON.parse(String(body))).toEqual(expected)
    }),
  )
})

test('apiKey in the body: any other body is an error that no further try mends', async () => {
  await expect(authorized(inBody, { body: '[1]' })).rejects.toMatchObject({
    code: 'AUTH_FAILED',
    message: 'auth.in is body, and the body is neither a form nor a JSON object',
  })
})

test('credentials go to an origin that the file names beside the base URL', async () => {
  await using rig = new AuthRig(AT, { allow: ['http://b.test'] })
  const authorizer = rig.authorizer({ type: 'bearer', token: 't0ken' })
  for (const url of ['http://b.test/x', `${AT}/`, AT, `${AT}:80/x`])
    expect((await authorizer.authorize({ url }, {})).headers).toEqual({ authorization: 'Bearer t0ken' })
  for (const url of ['http://b.test:1/x', `${AT}@b.test:1/x`, 'http://a.test.b.test/'])
    expect(await authorizer.authorize({ url }, {})).toEqual({ url })
})

test('A-15 no credential goes to another origin', async () => {
  const request = { url: 'http://b.test/items', headers: { accept: 'x' } }
  for (const auth of [
    { type: 'bearer', token: 't0ken' },
    { type: 'apiKey', in: 'query', name: 'key', value: 'k3y' },
    { type: 'headers', headers: { 'x-api-key': 'k3y' } },
  ])
    expect(await authorized(auth, request)).toEqual(request)
})
