import { expect, test } from 'vitest'
import { AuthRig } from './auth-rig.js'

test('headers of auth replace others of the same name, whatever its case, and leave the request as it was', async () => {
  await using rig = new AuthRig('http://a.test')
  const authorizer = rig.authorizer({ type: 'headers', headers: { 'x-api-key': 'new', 'X-Count': 5 } })
  const request = { url: 'http://a.test/', headers: { 'X-Api-Key': 'old', accept: 'application/json' } }
  expect((await authorizer.authorize(request, {})).headers).toEqual({
    accept: 'application/json',
    'x-api-key': 'new',
    'X-Count': '5',
  })
  expect(request.headers['X-Api-Key']).toBe('old')
})
