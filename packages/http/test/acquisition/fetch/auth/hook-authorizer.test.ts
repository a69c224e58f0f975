import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { AuthorizeHook } from '../../../../src/acquisition/fetch/index.js'
import { authorizerOf } from '../../../../src/acquisition/fetch/index.js'
import { startService } from '../../../support/web-service.js'
import { authOf, AuthRig } from './auth-rig.js'

const none = { type: 'none' } as const

function hooked(rig: AuthRig, hook: AuthorizeHook, auth: object = none, timeoutMs = 1_000) {
  return authorizerOf(
    authOf(auth),
    { ...rig.parts, source: 'acme', stream: 'acme.items' },
    { hook, timeoutMs },
  )
}

const at = 'https://api.acme.example'

describe('an authorize hook', () => {
  test('signs method, URL, headers and body, after auth has put in its own', async () => {
    await using rig = new AuthRig(at)
    const authorizer = hooked(
      rig,
      ({ method, url, headers, body }, { stream, source }) => ({
        headers: {
          'X-Signature': createHmac('sha256', 'key')
            .update(`${method} ${url} ${headers['authorization'] ?? ''} `)
            .update(body)
            .digest('hex'),
          'x-for': `${source} ${stream}`,
        },
      }),
      { type: 'bearer', token: 'good-token' },
    )
    const request = { url: `${at}/items?a=1`, method: 'POST', headers: { accept: '*/*' }, body: 'ä' }
    const sent = await authorizer.authorize(request, {})
    const expected = createHmac('sha256', 'key')
      .update(`POST ${at}/items?a=1 Bearer good-token `)
      .update('ä')
      .digest('hex')
    expect(sent).toEqual({
      ...request,
      headers: {
        accept: '*/*',
        authorization: 'Bearer good-token',
        'X-Signature': expected,
        'x-for': 'acme acme.items',
      },
    })
    authorizer.accepted?.(sent)
    expect(request.headers).toEqual({ accept: '*/*' })
  })

  test('adds parameters, and puts another body or URL of the origin in place', async () => {
    await using rig = new AuthRig(at)
    const authorizer = hooked(rig, ({ url, body, headers, method }) => {
      expect([method, headers, body]).toEqual(['GET', {}, new Uint8Array()])
      return { url: `${url}&b=2`, query: { sig: 'a/b', a: 3 }, body: Buffer.from('x') }
    })
    expect(await authorizer.authorize({ url: `${at}/items?a=1` }, {})).toEqual({
      url: `${at}/items?b=2&sig=a%2Fb&a=3`,
      body: Buffer.from('x'),
    })
    const bytes = hooked(rig, ({ body }) => {
      expect(body).toEqual(new Uint8Array([7]))
      return undefined
    })
    expect(await bytes.authorize({ url: `${at}/items`, body: new Uint8Array([7]) }, {})).toMatchObject({
      url: `${at}/items`,
    })
  })

  test('is not asked for requests to other origins', async () => {
    await using rig = new AuthRig(at)
    const authorizer = hooked(rig, () => ({ headers: { 'x-key': 'k' } }))
    expect(await authorizer.authorize({ url: 'https://cdn.example/x' }, {})).toEqual({
      url: 'https://cdn.example/x',
    })
  })

  test('50 refusals at once are one renewal, and what it mints is a secret', async () => {
    let accepted = 'token-0-0123456789'
    await using api = await startService(({ headers }) =>
      headers['x-token'] === accepted ? { body: [] } : { status: 401 },
    )
    await using rig = new AuthRig(api.url)
    const minted: number[] = []
    const tokens = new Map<number, Promise<string>>()
    const mint = async (renewal: number): Promise<string> => {
      minted.push(renewal)
      return `token-${renewal}-0123456789`
    }
    const authorizer = hooked(rig, async (_, { renewal, secret }) => {
      const known = tokens.get(renewal) ?? mint(renewal)
      tokens.set(renewal, known)
      return { headers: { 'x-token': secret(await known) } }
    })
    const all = async (): Promise<number[]> =>
      (await Promise.all(Array.from({ length: 50 }, () => rig.get(authorizer)))).map(one => one.statusCode)
    expect(new Set(await all())).toEqual(new Set([200]))
    accepted = 'token-1-0123456789'
    expect(new Set(await all())).toEqual(new Set([200]))
    expect(minted).toEqual([0, 1])
    expect(rig.secrets.redact('seen token-1-0123456789')).toBe('seen [redacted]')
  })

  test.each<[string, unknown, string]>([
    ['no object', 'x', 'returned a string; allowed is an object with headers, query, body, url'],
    [
      'an unknown key',
      { header: {} },
      'returned an unknown key header; allowed are headers, query, body, url',
    ],
    ['no headers', { headers: ['x'] }, 'returned headers that are no object of texts'],
    [
      'a header that is no text',
      { headers: { a: 1 } },
      'returned the header a as a number; allowed is a text',
    ],
    [
      'a line break',
      { headers: { a: 'x\ny' } },
      'returned a header a that cannot be sent; allowed is a text with',
    ],
    ['no query', { query: 'x' }, 'returned a query that is no object of texts and numbers'],
    [
      'a parameter that is none',
      { query: { a: {} } },
      'returned the parameter a as a object; allowed is a text',
    ],
    [
      'a body that is none',
      { body: {} },
      'returned a body that is a object; allowed is a text or a Uint8Array',
    ],
    ['another origin', { url: 'https://evil.example/' }, `returned a url elsewhere; allowed is one at ${at}`],
    ['a URL that is none', { url: 7 }, 'returned a url elsewhere'],
  ])('what it may not return is refused by name: %s', async (_, answer, problem) => {
    await using rig = new AuthRig(at)
    const refused = hooked(rig, () => answer as never).authorize({ url: `${at}/items` }, {})
    await expect(refused).rejects.toMatchObject({ code: 'HOOK_FAILED' })
    await expect(refused).rejects.toThrow(`hooks.authorize of acme.items ${problem}`)
  })

  test('one that throws, never answers or is not waited for fails its attempt', async () => {
    await using rig = new AuthRig(at)
    const failing = hooked(rig, () => {
      throw new Error('no key')
    })
    await expect(failing.authorize({ url: at }, {})).rejects.toThrow(
      'hooks.authorize of acme.items threw: no key',
    )
    let signal: AbortSignal | undefined
    const silent = hooked(rig, (_, context) => {
      signal = context.signal
      return new Promise<never>(() => undefined)
    })
    const waiting = silent.authorize({ url: at }, {})
    waiting.catch(() => undefined)
    await rig.clock.advance(999)
    await expect(waiting).rejects.toThrow('hooks.authorize of acme.items has not answered within 999 ms')
    expect(signal?.aborted).toBe(true)
    const controller = new AbortController()
    const given = silent.authorize({ url: at }, { signal: controller.signal })
    given.catch(() => undefined)
    await rig.clock.advance(1)
    controller.abort(new Error('enough'))
    await expect(given).rejects.toThrow('enough')
  })
})
