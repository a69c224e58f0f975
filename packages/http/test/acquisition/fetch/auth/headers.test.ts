import { UndiciTransport } from '../../../../src/engines/index.js'
import { ManualClock } from 'async-patterns/testing'
import { expect, test } from 'vitest'
import { authorizerOf } from '../../../../src/acquisition/fetch/auth/kinds.js'
import { MemoryTokens } from '../../../../src/acquisition/fetch/auth/tokens.js'

test('headers of auth replace others of the same name, whatever its case, and leave the request as it was', async () => {
  const clock = new ManualClock()
  await using transport = new UndiciTransport()
  const parts = { stream: 's', tokens: new MemoryTokens(clock), transport, clock }
  const authorizer = authorizerOf({ type: 'headers', headers: { 'x-api-key': 'new', 'X-Count': 5 } }, parts)
  const request = { url: 'http://a.test/', headers: { 'X-Api-Key': 'old', accept: 'application/json' } }
  expect((await authorizer.authorize(request, {})).headers).toEqual({
    accept: 'application/json',
    'x-api-key': 'new',
    'X-Count': '5',
  })
  expect(request.headers['X-Api-Key']).toBe('old')
})
