import { describe, expect, test } from 'vitest'
import { NextUrlError } from '../../../../src/acquisition/streams/pagination/next-url-error.js'
import { paginationOf } from '../../../../src/acquisition/streams/pagination/pagination-of.js'
import { result, rowsFrom, sourceWith, walk } from './paging-run.js'

const byCursor = { type: 'cursor', cursorParam: 'cursor', cursorPath: 'next', maxPages: 1000 } as const
const byUrl = { type: 'nextUrl', nextUrlPath: 'next', maxPages: 1000 } as const

/** A source whose pages hold distinct rows and follow the given tokens. */
const chain = (tokens: Readonly<Record<string, string | null>>) => (url: URL) => {
  const cursor = url.searchParams.get('cursor') ?? ''
  return { rows: [`${cursor}1`, `${cursor}2`], facts: { next: tokens[cursor] ?? null } }
}

describe('cursors', () => {
  test('follows them to the page that has none', () => {
    const walked = walk(
      sourceWith({ ...byCursor, sizeParam: 'n', pageSize: 5 }),
      chain({ '': 'a=&b', 'a=&b': 'c', c: null }),
    )
    expect(walked.ids).toEqual(['shop:first', 'shop:cursor=a=&b', 'shop:cursor=c'])
    expect(walked.stops).toEqual(['end'])
  })

  test('A-6 loops: token A to A', () => {
    const walked = walk(sourceWith(byCursor), chain({ '': 'A', A: 'A' }))
    expect(walked).toMatchObject({ ids: ['shop:first', 'shop:cursor=A'], stops: ['loop'] })
  })

  test('A-6 loops: token A to B to A', () => {
    const walked = walk(sourceWith(byCursor), chain({ '': 'A', A: 'B', B: 'A' }))
    expect(walked).toMatchObject({ ids: ['shop:first', 'shop:cursor=A', 'shop:cursor=B'], stops: ['loop'] })
  })

  test('A-6 loops: ever new tokens, but the same rows again', () => {
    let token = 0
    const walked = walk(sourceWith(byCursor), () => ({
      rows: rowsFrom(0, 3),
      facts: { next: String((token += 1)) },
    }))
    expect(walked.ids).toHaveLength(2)
    expect(walked.stops).toEqual(['loop'])
  })

  test('A-6 loops: an inclusive boundary that ends in serving its last row for ever meets the limit', () => {
    let token = 0
    const walked = walk(sourceWith({ ...byCursor, maxPages: 9 }), () => ({
      rows: ['last'],
      facts: { next: String((token += 1)) },
    }))
    expect(walked.ids).toHaveLength(9)
    expect(walked.stops).toEqual(['max-pages'])
  })

  test('A-6 loops: has_more cannot override the limit of pages', () => {
    let token = 0
    const walked = walk(sourceWith({ ...byCursor, maxPages: 5, hasMorePath: 'm' }), () => {
      token += 1
      return { rows: [`${token}a`, `${token}b`], facts: { next: String(token), hasMore: true } }
    })
    expect(walked.ids).toHaveLength(5)
    expect(walked.stops).toEqual(['max-pages'])
  })

  test('A-7 empty pages in the middle are not the end', () => {
    const walked = walk(sourceWith(byCursor), url => {
      const at = Number(url.searchParams.get('cursor') ?? 0)
      return {
        rows: at === 2 || at === 3 ? [] : rowsFrom(at * 10, at * 10 + 10),
        facts: { next: at < 5 ? String(at + 1) : null },
      }
    })
    expect(walked.ids).toHaveLength(6)
  })

  test.each([[null], [''], [undefined]])('ends where the token is %j, and where hasMore is false', next => {
    const only = { rows: ['a'], facts: { next } }
    expect(walk(sourceWith(byCursor), () => only)).toMatchObject({ ids: ['shop:first'], stops: ['end'] })
    const last = { rows: ['a'], facts: { next: 'more', hasMore: false } }
    expect(walk(sourceWith(byCursor), () => last)).toMatchObject({ ids: ['shop:first'], stops: ['end'] })
  })

  test('a source that says more follows, but not where, has not come to its end', () => {
    expect(walk(sourceWith(byCursor), () => ({ rows: ['a'], facts: { hasMore: true } })).stops).toEqual([
      'no-cursor',
    ])
  })

  test('a long cursor gives a short id, the same in every run', () => {
    const pagination = paginationOf(sourceWith(byCursor))
    const next = () =>
      pagination.next(
        pagination.first(),
        result({ rows: ['a'], facts: { next: 'x'.repeat(4000) } }),
        () => false,
      )
    const [page] = next().pages
    expect(page?.id).toMatch(/^shop:cursor=sha256-[\w-]{43}$/)
    expect(next().pages[0]?.id).toBe(page?.id)
  })
})

describe('next URLs', () => {
  const next = (target: string, from = sourceWith(byUrl)) => {
    const pagination = paginationOf(from)
    return pagination.next(pagination.first(), result({ rows: ['a'], facts: { next: target } }), () => false)
  }

  test.each([
    ['https://shop.example/api/items?page=2', 'https://shop.example/api/items?page=2'],
    ['?page=2', 'https://shop.example/api/items?page=2'],
    ['/v2/items?page=2#top', 'https://shop.example/v2/items?page=2'],
    ['https://shop.example:443/x', 'https://shop.example/x'],
    ['https://shop.example\\@evil.example/', 'https://shop.example/@evil.example/'],
  ])('resolves %j against the page', (target, url) => {
    expect(next(target).pages[0]?.url).toBe(url)
  })

  test.each([
    'https://evil.example/items',
    '//evil.example/items',
    'http://shop.example/items',
    'https://shop.example:8443/items',
    'https://shop.example@evil.example/',
    'https://user:pass@shop.example/',
    'javascript:alert(1)',
    'file:///etc/passwd',
    '\\\\evil.example/x',
  ])('refuses %j', target => {
    expect(() => next(target)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^NEXT_URL_/) }))
  })

  test('says why it refuses', () => {
    expect(() => next('https://evil.example/')).toThrow(NextUrlError)
    expect(() => next('https://evil.example/')).toThrow('allowed is https://shop.example alone')
    expect(() => next('http://[')).toThrow(expect.objectContaining({ code: 'NEXT_URL_INVALID' }))
  })

  test('A-6 loops: back to the first page', () => {
    const walked = walk(sourceWith(byUrl), url => ({
      rows: [`${url.search}1`, `${url.search}2`],
      facts: { next: url.search === '' ? '/api/items?p=2' : '/api/items' },
    }))
    expect(walked).toMatchObject({ ids: ['shop:url=/api/items', 'shop:url=/api/items?p=2'], stops: ['loop'] })
  })

  test("page ids hold no secret and nothing of the source's own query", () => {
    const source = sourceWith(byUrl, { query: { key: 's3cret', lang: 'de' } })
    const [page] = next('?key=s3cret&lang=de&access_token=abc&page=2', source).pages
    expect(page?.id).toBe('shop:url=/api/items?page=2')
    expect(page?.url).toContain('access_token=abc')
  })

  test('a Link header pages the same way', () => {
    const walked = walk(sourceWith({ type: 'linkHeader', maxPages: 10 }), url => ({
      rows: [`${url.search}1`, `${url.search}2`],
      facts: { next: url.search === '' ? '?page=2' : null },
    }))
    expect(walked).toMatchObject({
      ids: ['shop:url=/api/items', 'shop:url=/api/items?page=2'],
      stops: ['end'],
    })
  })
})
