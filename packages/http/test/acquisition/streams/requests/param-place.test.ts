import { describe, expect, test } from 'vitest'
import { addressOf, placeProblem } from '../../../../src/acquisition/streams/requests/param-place.js'
import { streamUrl } from '../../../../src/acquisition/streams/requests/stream-url.js'

describe('where parameters go', () => {
  test('each to its place, with its type in a body', () => {
    expect(
      addressOf([
        { place: 'page', value: 2 },
        { place: { query: 'n' }, value: 50 },
        { place: { header: 'X-After' }, value: 7 },
        { place: { body: 'variables.first' }, value: 50 },
        { place: { body: 'variables.after' }, value: 'a b' },
        { place: { path: '/page/{}' }, value: 2 },
      ]),
    ).toEqual({
      query: { page: '2', n: '50' },
      headers: { 'X-After': '7' },
      bodyValues: { 'variables.first': 50, 'variables.after': 'a b' },
      pathSuffix: '/page/2',
    })
  })

  test('of two for one place the latter holds, and suffixes follow each other', () => {
    const { query, pathSuffix } = addressOf([
      { place: 'a', value: 1 },
      { place: { query: 'a' }, value: 2 },
      { place: { path: '/size/{}' }, value: 10 },
      { place: { path: '/page/{}' }, value: 2 },
    ])
    expect({ query, pathSuffix }).toEqual({ query: { a: '2' }, pathSuffix: '/size/10/page/2' })
  })

  test('in a path all but unreserved characters are encoded, and $& is a text', () => {
    const suffixOf = (value: string) => addressOf([{ place: { path: '/p/{}.json' }, value }]).pathSuffix
    expect(suffixOf('a/../b?c#d')).toBe('/p/a%2F..%2Fb%3Fc%23d.json')
    expect(suffixOf("é%2e$&!'()*~-_.")).toBe('/p/%C3%A9%252e%24%26%21%27%28%29%2A~-_..json')
    expect(suffixOf('a\ud800')).toBe('/p/a%EF%BF%BD.json')
  })

  test.each([
    ['/items', '/page/2', 'https://a.test/v1/items/page/2'],
    ['/items/', '/page/2', 'https://a.test/v1/items/page/2'],
    ['/items?x=1', '/page/a%2Fb', 'https://a.test/v1/items/page/a%2Fb?q=1&x=1'],
    ['/items', '-2.json', 'https://a.test/v1/items-2.json'],
    ['', '/2', 'https://a.test/v1/2'],
  ])('%j with the suffix %j', (path, suffix, url) => {
    const query = path.includes('?') ? { q: '1' } : {}
    const made = streamUrl({ baseUrl: 'https://a.test/v1/', path, query: {} }, query, suffix)
    expect(new Set(new URL(made).search.slice(1).split('&'))).toEqual(
      new Set(new URL(url).search.slice(1).split('&')),
    )
    expect(made.split('?')[0]).toBe(url.split('?')[0])
  })

  test.each([
    [{ path: '/{}' }, '..'],
    [{ path: '/{}' }, '.'],
    [{ path: '/{}' }, ''],
    [{ header: 'x' }, 'a\r\nb'],
    [{ header: 'x' }, 'a\u0000'],
    [{ header: 'x' }, '\u20ac'],
  ])('%j cannot hold %j', (place, value) => {
    expect(placeProblem({ place, value })).toEqual(expect.any(String))
  })

  test.each([['q'], [{ query: 'q' }], [{ body: 'a.b' }]])('%j can hold whatever there is', place => {
    for (const value of ['..', '', 'a\r\nb', '\u20ac', 0])
      expect(placeProblem({ place, value })).toBeUndefined()
  })
})
