import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { UndiciTransport } from '../../../../src/engines/index.js'
import { CookieJar } from '../../../../src/acquisition/fetch/auth/cookie-jar.js'
import { CookieTransport } from '../../../../src/acquisition/fetch/auth/cookie-transport.js'
import { Secrets } from '../../../../src/acquisition/secrets/index.js'
import { startService } from '../../../support/web-service.js'

const AT = 'https://api.a.test/v1/items'

describe('CookieJar', () => {
  const clock = new ManualClock()
  const jarWith = (...lines: string[]): CookieJar => {
    const jar = new CookieJar(clock)
    for (const line of lines) jar.keep({ headers: { 'set-cookie': line }, url: AT })
    return jar
  }
  const sent = (jar: CookieJar, url = AT): string =>
    Array.from(jar.cookiesFor(url), ([name, value]) => `${name}=${value}`).join('; ')

  test('keeps several of one answer, whatever commas are in them', () => {
    const jar = jarWith(
      'a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT\nb="x, y"; Path=/\nnot a cookie at all\nc=',
    )
    expect(sent(jar)).toBe('b="x, y"; a=1; c=')
  })

  test.each([
    ['/v1', 'https://api.a.test/v1', true],
    ['/v1', 'https://api.a.test/v1/x', true],
    ['/v1', 'https://api.a.test/v12', false],
    ['/v1/', 'https://api.a.test/v1/x', true],
    ['/', 'https://api.a.test/other', true],
  ])('a cookie of path %s to %s: %s', (path, url, isSent) => {
    expect(sent(jarWith(`a=1; Path=${path}`), url)).toBe(isSent ? 'a=1' : '')
  })

  test('without a path it is for the folder that set it, and the longest path wins', () => {
    expect(sent(jarWith('a=1'), 'https://api.a.test/v1/others')).toBe('a=1')
    expect(sent(jarWith('a=1'), 'https://api.a.test/v2')).toBe('')
    expect(sent(jarWith('a=deep; Path=/v1', 'a=shallow; Path=/'))).toBe('a=deep')
  })

  test('for another host it is not kept, for a domain above it is sent to this host alone', () => {
    expect(sent(jarWith('a=1; Domain=b.test'))).toBe('')
    expect(sent(jarWith('a=1; Domain=api.a.test.b.test'))).toBe('')
    expect(sent(jarWith('a=1; Domain=.a.test'))).toBe('a=1')
  })

  test('ends when it says, is replaced, and is ended by the server', async () => {
    const jar = jarWith('a=1; Max-Age=10', 'b=1', 'b=2', 'c=1', 'c=; Max-Age=0')
    expect(sent(jar)).toBe('a=1; b=2')
    await clock.advance(10_000)
    expect(sent(jar)).toBe('b=2')
  })

  test('a secure one does not go over http', () => {
    const jar = jarWith('a=1; Secure; Path=/')
    expect([sent(jar), sent(jar, 'http://api.a.test/')]).toEqual(['a=1', ''])
  })

  test('holds fifty, and none over 4 KiB', () => {
    const jar = jarWith(...Array.from({ length: 60 }, (_, i) => `c${i}=1`), `big=${'x'.repeat(4_100)}`)
    expect([jar.cookiesFor(AT).size, jar.cookiesFor(AT).has('c9'), jar.cookiesFor(AT).has('c10')]).toEqual([
      50,
      false,
      true,
    ])
    expect(jar.cookiesFor(AT).has('big')).toBe(false)
  })
})

test('CookieTransport sends what one server has set back to it, to no other, and beside what a request has', async () => {
  let count = 0
  const session = (): string => `session-0123456789-${count}`
  const handler = () => {
    count += 1
    return { headers: { 'set-cookie': [`sid=${session()}; Path=/`, 'theme=dark-blue-with-spots; Path=/'] } }
  }
  await using service = await startService(handler)
  await using other = await startService(handler)
  await using transport = new UndiciTransport({ timeoutMs: Infinity })
  const secrets = new Secrets()
  const cookies = new CookieTransport(transport, service.url, new CookieJar(new ManualClock()), secrets)
  await cookies.send({ url: `${service.url}/login` })
  const first = session()
  await cookies.send({ url: `${other.url}/items` })
  await cookies.send({ url: `${service.url}/items`, headers: { Cookie: 'own=1; theme=mine' } })
  expect(other.requests[0]?.headers.cookie).toBeUndefined()
  expect(service.requests.map(({ headers }) => headers.cookie)).toEqual([
    undefined,
    `own=1; theme=mine; sid=${first}`,
  ])
  // A session is a secret, a setting is none: it may be an ordinary word of the records.
  expect(secrets.redact(`${first} dark-blue-with-spots`)).toBe('[redacted] dark-blue-with-spots')
})
