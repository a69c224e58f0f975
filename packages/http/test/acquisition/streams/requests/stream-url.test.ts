import { describe, expect, test } from 'vitest'
import { streamUrl } from '../../../../src/acquisition/streams/requests/stream-url.js'

const urlOf = (path: string, query: Record<string, string> = {}, parameters: Record<string, string> = {}) =>
  streamUrl({ baseUrl: 'https://a.test/v1/', path, query }, parameters)

describe('streamUrl', () => {
  test.each([
    ['/items', {}, 'https://a.test/v1/items'],
    ['', { lang: 'de' }, 'https://a.test/v1/?lang=de'],
    ['items', { q: 'a b+c/d&e' }, 'https://a.test/v1/items?q=a%20b%2Bc%2Fd%26e'],
  ])('%j with %j', (path, query, url) => {
    expect(urlOf(path, query)).toBe(url)
  })

  test.each([
    ['/items?status=active', 'https://a.test/v1/items?status=active'],
    ['/items?a=b+c%20d&x=%2f&flag&&e=', 'https://a.test/v1/items?a=b+c%20d&x=%2f&flag&e='],
    ['/items?tag=a&tag=b', 'https://a.test/v1/items?tag=a&tag=b'],
    ['/items?q=a?b', 'https://a.test/v1/items?q=a?b'],
    ['?status=active', 'https://a.test/v1/?status=active'],
    ['/a%3Fb/c d', 'https://a.test/v1/a%3Fb/c%20d'],
    ['/a#b?c=#1', 'https://a.test/v1/a%23b?c=%231'],
    ['/items?', 'https://a.test/v1/items'],
  ])('N-11 what follows a ? in path %j is a query, sent as it is written', (path, url) => {
    expect(urlOf(path)).toBe(url)
  })

  test('N-11 pagination wins over query, and that over the query of the path', () => {
    expect(urlOf('/i?page=7&a=1&b=1', { b: '2', page: '8' }, { page: '3' })).toBe(
      'https://a.test/v1/i?a=1&b=2&page=3',
    )
  })

  test('half a character in a cursor makes no error', () => {
    expect(urlOf('/i', {}, { cursor: 'a\ud800' })).toBe('https://a.test/v1/i?cursor=a%EF%BF%BD')
  })
})
