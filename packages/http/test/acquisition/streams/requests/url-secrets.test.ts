import { describe, expect, test } from 'vitest'
import { Secrets } from '../../../../src/acquisition/secrets/secrets.js'
import { ownParameters } from '../../../../src/acquisition/streams/requests/stream-url.js'
import { withMissing } from '../../../../src/acquisition/streams/requests/url-text.js'
import { UrlSecrets } from '../../../../src/acquisition/streams/requests/url-secrets.js'
import { pageOf } from '../../../contracts/ledger-contract.js'
import { streamAt } from '../../../support/stream-at.js'

describe('UrlSecrets', () => {
  test('A-14 takes the credentials of the query out of a URL, and puts them back', () => {
    const query = { api_key: 'k/1&', session: 'abcd', sort: 'id' }
    const urls = new UrlSecrets(streamAt('http://a.test', 'x', 5, query), new Secrets(['abcd']))
    const href = 'http://a.test/x?api_key=k%2F1%26&session=abcd&sort=id&page=2'
    const sealed = urls.seal(href)
    expect(sealed).toBe(
      'http://a.test/x?api_key=__secret-query-api_key-1__&session=__secret-query-session-0__&sort=id&page=2',
    )
    expect(urls.open(sealed)).toBe(href)
  })

  test.each([
    ['written as nobody writes it', 'key=%73%33cret', 's3cret'],
    ['too short to be looked for', 'key=abc', 'abc'],
  ])('A-14 a credential that is %s is left out, for the request to put it back', (_how, parameter, key) => {
    const stream = streamAt('http://a.test', 'x', 5, { key })
    const sealed = new UrlSecrets(stream, new Secrets([key])).seal(`http://a.test/x?a=%20+&${parameter}&b=~`)
    expect(sealed).toBe('http://a.test/x?a=%20+&b=~')
    expect(withMissing(sealed, ownParameters(stream))).toBe(`http://a.test/x?a=%20+&b=~&key=${key}`)
  })

  test('N-11 a URL with a credential of the stream is left as it was written', () => {
    const urls = new UrlSecrets(streamAt('http://a.test', 'x', 5, { key: 's3cret' }), new Secrets(['s3cret']))
    const href = "http://a.test/x?b=a%20b+c&&key=s3cret&d=%2f%2F~'(*)&e&a=%ff"
    expect(urls.seal(href)).toBe(
      "http://a.test/x?b=a%20b+c&&key=__secret-query-key-0__&d=%2f%2F~'(*)&e&a=%ff",
    )
    expect(urls.open(urls.seal(href))).toBe(href)
  })

  test('A-14 no source gets a credential by writing its place', () => {
    const stream = { ...streamAt('http://a.test', 'x'), headers: { authorization: 'Bearer t0p-s3cret' } }
    const urls = new UrlSecrets(stream, new Secrets(['t0p-s3cret']))
    for (const asked of ['__secret-header-authorization-value-0__', '__secret--', '__secret---__secret-']) {
      const page = pageOf('a', 1, { state: { url: `http://a.test/x?a=${asked}`, cursor: asked } })
      expect(urls.openPage(urls.sealPage(page)).state).toEqual(page.state)
    }
  })

  test.each([
    ['in the path', 'http://a.test/v1/t0p%20s+c/x?page=2'],
    ['under another name', 'http://a.test/x?auth=t0p%20s%2Bc&page=2'],
    ['as form data', 'http://a.test/x?auth=t0p+s%2Bc'],
    ['in Base64', `http://a.test/x?cursor=${Buffer.from('{"t":"t0p s+c"}').toString('base64url')}`],
    ['in hex', `http://a.test/x?cursor=${Buffer.from('t0p s+c').toString('hex')}`],
    ['in small letters', 'http://a.test/x?auth=t0p%20s%2bc'],
    ['encoded twice', 'http://a.test/x?auth=t0p%2520s%252Bc'],
    ['with every byte encoded', 'http://a.test/x?auth=%74%30%70%20%73%2b%63&b=%74%30%70%20%73%2B%63'],
    ['beside what stands for it', 'http://a.test/x?path=__secret-header-authorization-value-0__'],
  ])('A-14 a credential %s is put back as it was', (_where, href) => {
    const stream = {
      ...streamAt('http://a.test', 'v1/t0p s+c/x', 5, {}),
      headers: { authorization: 'Bearer t0p s+c', 'x-path': 'path' },
    }
    const secrets = new Secrets(['t0p s+c', 'path'])
    const urls = new UrlSecrets(stream, secrets)
    const sealed = urls.seal(href)
    expect(secrets.foundIn(sealed).filter(found => found !== 'path')).toEqual([])
    expect(urls.open(sealed)).toBe(href)
  })

  test('A-14 a rotated credential takes the place of the old one, and no other stream gets it', () => {
    const withToken = (token: string) =>
      new UrlSecrets(
        { ...streamAt('http://a.test', 'x'), headers: { authorization: `Bearer ${token}` } },
        new Secrets([token]),
      )
    const sealed = withToken('first-token').seal('http://a.test/x?t=first-token')
    expect(withToken('second/token').open(sealed)).toBe('http://a.test/x?t=second/token')
    const other = new UrlSecrets({ ...streamAt('http://b.test', 'x'), headers: {} }, new Secrets())
    expect(other.open(sealed)).toBe(sealed)
  })

  test('A-14 ids hold no credential', () => {
    const stream = streamAt('http://a.test/s3cret-path', 'x')
    const page = pageOf('a', 1, {
      id: 'a:url=/s3cret-path/x',
      state: { url: 'http://a.test/s3cret-path/x' },
    })
    const sealed = new UrlSecrets({ ...stream, headers: {} }, new Secrets(['s3cret-path'])).sealPage(page)
    expect(JSON.stringify(sealed)).not.toContain('s3cret-path')
  })

  test('A-14 a cursor that echoes a credential is stored without it, and sent as it was', () => {
    const stream = { ...streamAt('http://a.test', 'x'), headers: { 'x-api-key': 's3cret' } }
    const urls = new UrlSecrets(stream, new Secrets(['s3cret']))
    const state = { cursor: 'https://x.test/?sort=b&k=s3cret&a=%20+', empties: 2 }
    const sealed = urls.sealPage(pageOf('a', 1, { state }))
    expect(JSON.stringify(sealed)).not.toContain('s3cret')
    expect(urls.openPage(sealed).state).toEqual(state)
  })

  test('A-14 a credential by which the stream is authorized is kept out too', () => {
    const auth = { type: 'headers', headers: { 'x-tenant': 'shop', 'x-api-key': 'Key s3cret/1' } } as const
    const urls = new UrlSecrets({ ...streamAt('http://a.test', 'x'), auth }, new Secrets(['Key s3cret/1']))
    const href = 'http://a.test/x?page=2&k=s3cret%2F1&tenant=shop'
    expect(urls.seal(href)).toBe(
      'http://a.test/x?page=2&k=__secret-auth-headers-x-api-key-value-1__&tenant=shop',
    )
    expect(urls.open(urls.seal(href))).toBe(href)
  })

  test('A-14 a credential that the file has as a number is kept out too', () => {
    const auth = { type: 'headers', headers: { 'x-api-key': 12345678 } } as const
    const urls = new UrlSecrets({ ...streamAt('http://a.test', 'x'), auth }, new Secrets(['12345678']))
    expect(urls.seal('http://a.test/x?k=12345678')).toBe(
      'http://a.test/x?k=__secret-auth-headers-x-api-key-0__',
    )
  })

  test('A-14 a credential that was minted meanwhile is kept out of URLs and cursors, and put back', () => {
    const secrets = new Secrets(['configured'])
    const urls = new UrlSecrets(streamAt('http://a.test', 'x'), secrets)
    const state = { url: 'http://a.test/x?echo=m1nted%2F1', cursor: 'after m1nted/1 and m1nted/2' }
    secrets.add('m1nted/1')
    const before = urls.sealPage(pageOf('a', 1, { state }))
    secrets.add('m1nted/2')
    const after = urls.sealPage(pageOf('a', 1, { state }))
    expect(JSON.stringify(before.state)).not.toMatch(/m1nted.{1,3}1/)
    expect(JSON.stringify(after.state)).not.toContain('m1nted')
    for (const sealed of [before, after]) expect(urls.openPage(sealed).state).toEqual(state)
  })

  test('A-14 a parameter in which credentials are sent is left out, whatever was minted for it', () => {
    const auth = { type: 'apiKey', in: 'query', name: 'access_token', value: 'unused' } as const
    const urls = new UrlSecrets({ ...streamAt('http://a.test', 'x'), auth }, new Secrets())
    expect(urls.seal('http://a.test/x?a=%20&access_token=minted-1&b=2')).toBe('http://a.test/x?a=%20&b=2')
  })
})

test('N-27 a source cannot call up a credential by the place that stands for it', () => {
  const stream = { ...streamAt('http://a.test', 'x'), headers: { authorization: 'Bearer t0p-secret' } }
  const urls = new UrlSecrets(stream, new Secrets(['t0p-secret']))
  const href = 'http://a.test/x?log=__secret-header-authorization-value-0__&own=t0p-secret'
  const state = { url: href, cursor: '__secret-__secret-header-authorization-value-0__' }
  const sealed = urls.sealPage(pageOf('a', 1, { state }))
  expect(JSON.stringify(sealed)).not.toContain('t0p-secret')
  expect(urls.openPage(sealed).state).toEqual(state)
})
