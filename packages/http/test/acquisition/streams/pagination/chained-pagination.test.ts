import { describe, expect, test } from 'vitest'
import { NextUrlError } from '../../../../src/acquisition/streams/pagination/next-url-error.js'
import { paginationOf } from '../../../../src/acquisition/streams/pagination/kinds.js'
import type { PageRef } from '../../../../src/acquisition/ledger/page.js'
import { nothingSeen, result, rowsFrom, streamWith, urlOf, walk } from './paging-run.js'

const byCursor = { type: 'cursor', cursorParam: 'cursor', cursorPath: 'next', maxPages: 1000 } as const
const byUrl = { type: 'nextUrl', nextUrlPath: 'next', maxPages: 1000 } as const

/** A source whose pages hold distinct rows and follow the given tokens. */
const chain = (tokens: Readonly<Record<string, string | null>>) => (url: URL) => {
  const cursor = url.searchParams.get('cursor') ?? ''
  return { rows: [`${cursor}1`, `${cursor}2`], facts: { next: tokens[cursor] ?? null } }
}

describe('cursors', () => {
  test('follows them to the page that has none', async () => {
    const walked = await walk(
      streamWith({ ...byCursor, sizeParam: 'n', pageSize: 5 }),
      chain({ '': 'a=&b', 'a=&b': 'c', c: null }),
    )
    expect(walked.ids).toEqual(['shop:first', 'shop:cursor=a=&b', 'shop:cursor=c'])
    expect(walked.stops).toEqual(['end'])
  })

  test('A-6 loops: token A to A', async () => {
    const walked = await walk(streamWith(byCursor), chain({ '': 'A', A: 'A' }))
    expect(walked).toMatchObject({
      ids: ['shop:first', 'shop:cursor=A', 'shop:again=2,cursor=A'],
      stops: ['loop'],
    })
  })

  test('A-6 loops: token A to B to A', async () => {
    const walked = await walk(streamWith(byCursor), chain({ '': 'A', A: 'B', B: 'A' }))
    expect(walked).toMatchObject({ ids: ['shop:first', 'shop:cursor=A', 'shop:cursor=B'], stops: ['loop'] })
  })

  test('A-6 loops: ever new tokens, but the same rows again', async () => {
    let token = 0
    const walked = await walk(streamWith(byCursor), () => ({
      rows: rowsFrom(0, 3),
      facts: { next: String((token += 1)) },
    }))
    expect(walked.ids).toHaveLength(2)
    expect(walked.stops).toEqual(['loop'])
  })

  test('A-6 N-4 loops: ever new tokens, but one and the same row', async () => {
    let token = 0
    const walked = await walk(streamWith({ ...byCursor, maxPages: 9 }), () => ({
      rows: ['last'],
      facts: { next: String((token += 1)) },
    }))
    expect(walked).toMatchObject({ ids: ['shop:first', 'shop:cursor=1'], stops: ['loop'] })
  })

  test('A-6 loops: has_more cannot override the limit of pages', async () => {
    let token = 0
    const walked = await walk(streamWith({ ...byCursor, maxPages: 5, hasMorePath: 'm' }), () => {
      token += 1
      return { rows: [`${token}a`, `${token}b`], facts: { next: String(token), hasMore: true } }
    })
    expect(walked.ids).toHaveLength(5)
    expect(walked.stops).toEqual(['max-pages'])
  })

  test('A-7 empty pages in the middle are not the end', async () => {
    const walked = await walk(streamWith(byCursor), url => {
      const at = Number(url.searchParams.get('cursor') ?? 0)
      return {
        rows: at === 2 || at === 3 ? [] : rowsFrom(at * 10, at * 10 + 10),
        facts: { next: at < 5 ? String(at + 1) : null },
      }
    })
    expect(walked.ids).toHaveLength(6)
  })

  test.each([[null], [''], [undefined]])(
    'ends where the token is %j, and where hasMore is false',
    async next => {
      const only = { rows: ['a'], facts: { next } }
      expect(await walk(streamWith(byCursor), () => only)).toMatchObject({
        ids: ['shop:first'],
        stops: ['end'],
      })
      const last = { rows: ['a'], facts: { next: 'more', hasMore: false } }
      expect(await walk(streamWith(byCursor), () => last)).toMatchObject({
        ids: ['shop:first'],
        stops: ['end'],
      })
    },
  )

  test('a source that says more follows, but not where, has not come to its end', async () => {
    expect(
      (await walk(streamWith(byCursor), () => ({ rows: ['a'], facts: { hasMore: true } }))).stops,
    ).toEqual(['no-cursor'])
  })

  test('a long cursor gives a short id, the same in every run', async () => {
    const pagination = paginationOf(streamWith(byCursor))
    const next = () =>
      pagination.next(
        pagination.first(),
        result({ rows: ['a'], facts: { next: 'x'.repeat(4000) } }),
        nothingSeen,
      )
    const [page] = (await next()).pages
    expect(page?.id).toMatch(/^shop:cursor=sha256-[\w-]{43}$/)
    expect((await next()).pages[0]?.id).toBe(page?.id)
  })
})

describe('next URLs', () => {
  const next = (target: string, from = streamWith(byUrl)) => {
    const pagination = paginationOf(from)
    return pagination.next(pagination.first(), result({ rows: ['a'], facts: { next: target } }), nothingSeen)
  }

  test.each([
    ['https://shop.example/api/items?page=2', 'https://shop.example/api/items?page=2'],
    ['?page=2', 'https://shop.example/api/items?page=2'],
    ['/v2/items?page=2#top', 'https://shop.example/v2/items?page=2'],
    ['https://shop.example:443/x', 'https://shop.example/x'],
    ['https://shop.example\\@evil.example/', 'https://shop.example/@evil.example/'],
  ])('resolves %j against the page', async (target, url) => {
    expect((await next(target)).pages[0]?.state).toEqual({ url })
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
  ])('refuses %j', async target => {
    await expect(next(target)).rejects.toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^NEXT_URL_/) }),
    )
  })

  test('says why it refuses', async () => {
    await expect(next('https://evil.example/')).rejects.toThrow(NextUrlError)
    await expect(next('https://evil.example/')).rejects.toThrow('allowed is https://shop.example alone')
    await expect(next('http://[')).rejects.toThrow(expect.objectContaining({ code: 'NEXT_URL_INVALID' }))
  })

  test('A-6 loops: back to the first page', async () => {
    const walked = await walk(streamWith(byUrl), url => ({
      rows: [`${url.search}1`, `${url.search}2`],
      facts: { next: url.search === '' ? '/api/items?p=2' : '/api/items' },
    }))
    expect(walked).toMatchObject({ ids: ['shop:url=/api/items', 'shop:url=/api/items?p=2'], stops: ['loop'] })
  })

  test("page ids hold nothing of the stream's own query", async () => {
    const stream = streamWith(byUrl, { query: { key: 's3cret', lang: 'de' } })
    const { pages } = await next('?key=s3cret&lang=de&page=2', stream)
    expect(pages[0]?.id).toBe('shop:url=/api/items?page=2')
  })

  test.each(['$skiptoken', 'token', 'key', 'pageToken', 'access_token', 'sig', 'api_key', 'X-Signature'])(
    'N-2 pages are told apart by %s as by any other parameter',
    async name => {
      const walked = await walk(streamWith(byUrl, { query: { lang: 'de' } }), url => {
        const at = Number(url.searchParams.get(name) ?? 0)
        const further = `/api/items?${encodeURIComponent(name)}=${at + 1}`
        return { rows: [`${at}a`, `${at}b`], facts: { next: at < 3 ? further : null } }
      })
      expect(walked).toMatchObject({ rows: { length: 8 }, stops: ['end'] })
    },
  )

  test('N-2 the credential of the stream is no identity, another one in its place is', async () => {
    const stream = streamWith(byUrl, { query: { key: 's3cret' } })
    const walked = await walk(stream, url => {
      const key = url.searchParams.get('key') ?? ''
      const facts = { next: key === 's3cret' ? '/api/items?key=page2' : '/api/items' }
      return { rows: [`${key}1`, `${key}2`], facts }
    })
    expect(walked).toMatchObject({
      ids: ['shop:url=/api/items', 'shop:url=/api/items?key=page2'],
      stops: ['loop'],
    })
  })

  test('N-2 a signature that is ever new does not go on for ever: the same rows are a loop', async () => {
    let signature = 0
    const walked = await walk(streamWith(byUrl), () => {
      signature += 1
      return { rows: rowsFrom(0, 3), facts: { next: `/api/items?page=2&sig=${signature}` } }
    })
    expect(walked).toMatchObject({ ids: { length: 2 }, stops: ['loop'] })
  })

  test.each([
    ['as written', "?q=a%20b+c&x=%2f%2F&y=~*!'()&&z&e=", '?q=a%20b+c&x=%2f%2F&y=~*!%27()&&z&e=&lang=de'],
    ['with none', '/api/more', '/api/more?lang=de'],
    ['with an empty query', '/api/more?', '/api/more?lang=de'],
    ['with its own', '?page=2&lang=fr', '?page=2&lang=fr'],
    ['with its own, encoded', '?page=2&l%61ng=fr', '?page=2&l%61ng=fr'],
    ['with its own, empty', '?lang&page=2', '?lang&page=2'],
    ['with a name that holds it', '?xlang=1', '?xlang=1&lang=de'],
    ['without its fragment', '?page=2#lang=fr', '?page=2&lang=de'],
    ['with a bad percent sign', '?a=100%&page=2', '?a=100%&page=2&lang=de'],
  ])('N-11 the query goes with next URLs too: %s', async (_how, target, sent) => {
    const stream = streamWith(byUrl, { query: { lang: 'de' } })
    const [page] = (await next(target, stream)).pages
    expect(urlOf(stream, page as PageRef)).toBe(
      sent.startsWith('?') ? `https://shop.example/api/items${sent}` : `https://shop.example${sent}`,
    )
  })

  test('N-11 a first page with the query and a next URL without it are the same page', async () => {
    const walked = await walk(streamWith(byUrl, { query: { lang: 'de', tag: 'a' } }), url => ({
      rows: [`${url.search}1`, `${url.search}2`],
      facts: { next: url.searchParams.has('p') ? '/api/items?tag=a' : '/api/items?p=2' },
    }))
    expect(walked).toMatchObject({ ids: ['shop:url=/api/items', 'shop:url=/api/items?p=2'], stops: ['loop'] })
  })

  test('N-11 a parameter that a URL has more often than the stream tells pages apart', async () => {
    const walked = await walk(streamWith(byUrl, { query: { tag: 'a' } }), url => {
      const tags = url.searchParams.getAll('tag')
      return {
        rows: [`${tags.length}a`, `${tags.length}b`],
        facts: { next: tags.length < 3 ? `${url.search}&tag=a` : null },
      }
    })
    expect(walked).toMatchObject({ rows: { length: 6 }, stops: ['end'] })
  })

  test('N-20 relative next URLs start from where the page was, after redirects', async () => {
    const pagination = paginationOf(streamWith(byUrl))
    const page = {
      ...result({ rows: ['a'], facts: { next: 'more?page=2' } }),
      url: 'https://shop.example/v2/items/',
    }
    const { pages } = await pagination.next(pagination.first(), page, nothingSeen)
    expect(pages[0]?.state).toEqual({ url: 'https://shop.example/v2/items/more?page=2' })
  })

  test('a Link header pages the same way', async () => {
    const walked = await walk(streamWith({ type: 'linkHeader', maxPages: 10 }), url => ({
      rows: [`${url.search}1`, `${url.search}2`],
      headers: url.search === '' ? { link: '<?page=2>; rel="next"' } : {},
    }))
    expect(walked).toMatchObject({
      ids: ['shop:url=/api/items', 'shop:url=/api/items?page=2'],
      stops: ['end'],
    })
  })
})
