import { describe, expect, test } from 'vitest'
import type { PageRef } from '../../../../src/acquisition/ledger/page.js'
import { paginationOf } from '../../../../src/acquisition/streams/pagination/kinds.js'
import { nothingSeen, result, rowsFrom, streamWith, urlOf, walk } from './paging-run.js'

const byPage = { type: 'page', pageParam: 'page', firstPage: 1, pageSize: 10, maxPages: 1000 } as const
const byOffset = {
  type: 'offset',
  offsetParam: 'offset',
  limitParam: 'limit',
  pageSize: 10,
  maxPages: 1000,
} as const
const number = (url: URL, name: string) => Number(url.searchParams.get(name))

describe('page numbers', () => {
  test('asks for base URL, path, own query, page and size', () => {
    const stream = streamWith({ ...byPage, sizeParam: 'per_page' }, { query: { lang: 'de', page: '9' } })
    expect(paginationOf(stream).first()).toEqual({
      id: 'shop:page=1',
      stream: 'shop',
      ordinal: 1,
      state: { page: 1 },
      tries: 0,
      notBefore: 0,
    })
    expect(urlOf(stream, paginationOf(stream).first())).toBe(
      'https://shop.example/api/items?lang=de&page=1&per_page=10',
    )
  })

  test.each([
    [{ totalRecordsPath: 't' }, { totalRecords: 35 }],
    [{ totalPagesPath: 't' }, { totalPages: 4 }],
  ])('with a total %j all pages are known after the first', async (paths, facts) => {
    const pagination = paginationOf(streamWith({ ...byPage, ...paths }))
    const { pages } = await pagination.next(
      pagination.first(),
      result({ rows: rowsFrom(0, 10), facts }),
      nothingSeen,
    )
    expect(pages.map(page => [page.id, page.ordinal])).toEqual([
      ['shop:page=2', 2],
      ['shop:page=3', 3],
      ['shop:page=4', 4],
    ])
  })

  test('a total that is only reported does not steer', async () => {
    const pagination = paginationOf(streamWith(byPage))
    const next = await pagination.next(
      pagination.first(),
      result({ rows: rowsFrom(0, 10), facts: { totalRecords: 35 } }),
      nothingSeen,
    )
    expect(next.pages).toHaveLength(1)
  })

  test('a total that grows during the run adds the pages that came', async () => {
    const stream = streamWith({ ...byPage, totalRecordsPath: 't' })
    const walked = await walk(stream, url => {
      const page = number(url, 'page')
      const rows = rowsFrom(page * 10 - 10, Math.min(page * 10, 45))
      return { rows, facts: { totalRecords: page < 3 ? 25 : 45 } }
    })
    expect(walked.ids).toHaveLength(5)
    expect(walked.stops).toEqual(['end'])
  })

  test('a server that caps the page size loses no record', async () => {
    const stream = streamWith({ ...byPage, pageSize: 100, totalRecordsPath: 't' })
    const walked = await walk(stream, url => {
      const from = number(url, 'page') * 20 - 20
      return { rows: rowsFrom(from, Math.min(from + 20, 95)), facts: { totalRecords: 95 } }
    })
    expect(new Set(walked.rows).size).toBe(95)
    expect(walked.ids).toHaveLength(5)
  })

  test('A-7 an empty page within the total is not the end', async () => {
    const stream = streamWith({ ...byPage, totalPagesPath: 't' })
    const walked = await walk(stream, url => ({
      rows: [2, 5].includes(number(url, 'page')) ? [] : [url.search],
      facts: { totalPages: 4 },
    }))
    expect(walked.rows).toHaveLength(3)
    expect(walked.stops).toEqual(['end'])
  })

  test('A-7 an empty page is not the end while the source says that more follows', async () => {
    const stream = streamWith({ ...byPage, hasMorePath: 'm' })
    const walked = await walk(stream, url => {
      const page = number(url, 'page')
      return { rows: page % 2 === 0 ? [] : rowsFrom(page * 10, page * 10 + 10), facts: { hasMore: page < 5 } }
    })
    expect(walked.ids).toHaveLength(5)
    expect(walked.stops).toEqual(['end'])
  })

  test.each([
    [1, 3],
    [2, 7],
    [3, 8],
  ])(
    'A-7 with stopAfterEmpty %i it takes so many empty pages in a row: %i pages',
    async (stopAfterEmpty, pages) => {
      const filled = new Set([1, 2, 4, 5])
      const walked = await walk(streamWith({ ...byPage, stopAfterEmpty }), url => {
        const page = number(url, 'page')
        return { rows: filled.has(page) ? rowsFrom(page * 10, page * 10 + 10) : [] }
      })
      expect(walked.ids).toHaveLength(pages)
      expect(walked.stops).toEqual(['empty'])
    },
  )

  test('A-7 a short page is the end only where stopOnShortPage says so', async () => {
    const serve = (url: URL) => {
      const page = number(url, 'page')
      return { rows: page > 4 ? [] : rowsFrom(page * 10, page * 10 + (page === 2 ? 3 : 10)) }
    }
    expect((await walk(streamWith(byPage), serve)).ids).toHaveLength(5)
    expect(await walk(streamWith({ ...byPage, stopOnShortPage: true }), serve)).toMatchObject({
      ids: ['shop:page=1', 'shop:page=2'],
      stops: ['end'],
    })
  })

  test('A-6 loops: a server that ignores the page number serves the same rows', async () => {
    const walked = await walk(streamWith({ ...byPage, hasMorePath: 'm' }), () => ({
      rows: rowsFrom(0, 10),
      facts: { hasMore: true },
    }))
    expect(walked.ids).toHaveLength(3)
    expect(walked.stops).toEqual(['loop'])
  })

  test('A-6 loops: has_more cannot override the limit of pages', async () => {
    const walked = await walk(streamWith({ ...byPage, maxPages: 7, hasMorePath: 'm' }), url => ({
      rows: [url.search, 'x'],
      facts: { hasMore: true },
    }))
    expect(walked.ids).toHaveLength(7)
    expect(walked.stops).toEqual(['max-pages'])
  })

  test('A-6 loops: a total cannot override the limit of pages either', async () => {
    const walked = await walk(streamWith({ ...byPage, maxPages: 7, totalPagesPath: 't' }), url => ({
      rows: [url.search],
      facts: { totalPages: 1e9 },
    }))
    expect(walked.ids).toHaveLength(7)
    expect(walked.stops).toEqual(['max-pages'])
  })

  test('a total of more pages than a portion makes them known portion by portion', async () => {
    const stream = streamWith({ ...byPage, totalRecordsPath: 't', maxPages: 100_000 })
    const portions: number[] = []
    const pagination = paginationOf(stream)
    let page = pagination.first()
    for (let head: PageRef | undefined = page; head !== undefined; ) {
      const rows = rowsFrom(0, head.ordinal === 2_500 ? 9 : 10)
      const { pages } = await pagination.next(
        head,
        result({ rows, facts: { totalRecords: 24_999 } }),
        nothingSeen,
      )
      portions.push(pages.length)
      page = head
      head = pages.at(-1)
    }
    expect(portions).toEqual([1_999, 500, 0])
    expect(page.ordinal).toBe(2_500)
  })

  test('a total of none ends at once', async () => {
    const walked = await walk(streamWith({ ...byPage, totalRecordsPath: 't' }), () => ({
      rows: [],
      facts: { totalRecords: 0 },
    }))
    expect(walked).toMatchObject({ ids: ['shop:page=1'], stops: ['end'] })
  })

  test('ten thousand pages that are known at once take no quadratic time', async () => {
    const stream = streamWith({ ...byPage, maxPages: 100_000, totalPagesPath: 't' })
    const serve = (url: URL) => ({
      rows: number(url, 'page') > 10_000 ? [] : [url.search],
      facts: { totalPages: 10_000 },
    })
    expect((await walk(stream, serve, 20_000)).rows).toHaveLength(10_000)
  })

  test('of pages that come at once, one makes known what its total names', async () => {
    const pagination = paginationOf(streamWith({ ...byPage, maxPages: 100_000, totalPagesPath: 't' }))
    const page = (ordinal: number): PageRef => ({
      ...pagination.first(),
      id: `shop:page=${ordinal}`,
      ordinal,
      state: { page: ordinal },
    })
    const asked: string[] = []
    const known = new Set(['shop:page=2000'])
    const taken: string[] = []
    const seen = {
      ...nothingSeen,
      pages: async (ids: readonly string[]) => {
        asked.push(...ids)
        return new Set(ids.filter(id => known.has(id)))
      },
      takesOn: (id: string) => taken.push(id) === 1,
    }
    const next = async (ordinal: number) => {
      const came = result({ rows: [`row ${ordinal}`], facts: { totalPages: 10_000 } })
      return (await pagination.next(page(ordinal), came, seen)).pages.map(({ id }) => id)
    }
    const first = await next(1_001)
    expect([first.length, first[0], first.at(-1)]).toEqual([1_000, 'shop:page=2001', 'shop:page=3000'])
    expect(await next(1_002)).toEqual([])
    expect(taken).toEqual(['shop:page=3000', 'shop:page=3000'])
    asked.length = 0
    known.add('shop:page=3000')
    expect([await next(1_003), await next(1_004)]).toEqual([[], []])
    expect(asked).toEqual(['shop:page=3000'])
  })
})

describe('offsets', () => {
  const slice = (url: URL, total: number, cap = Infinity) => {
    const from = number(url, 'offset')
    return rowsFrom(from, Math.min(from + Math.min(number(url, 'limit'), cap), total))
  }

  test('with a total all pages are known after the first', async () => {
    const walked = await walk(streamWith({ ...byOffset, totalRecordsPath: 't' }), url => ({
      rows: slice(url, 35),
      facts: { totalRecords: 35 },
    }))
    expect(walked.ids).toEqual(['shop:offset=0', 'shop:offset=10', 'shop:offset=20', 'shop:offset=30'])
    expect(walked.rows).toEqual(rowsFrom(0, 35))
  })

  test('without a total it goes on to the first empty page', async () => {
    const walked = await walk(streamWith(byOffset), url => ({ rows: slice(url, 35) }))
    expect(walked.rows).toEqual(rowsFrom(0, 35))
    expect(walked.stops).toEqual(['empty'])
  })

  test.each([{ totalRecords: 95 }, {}])(
    'a server that caps the limit loses and repeats no record (%j)',
    async facts => {
      const stream = streamWith({ ...byOffset, pageSize: 50, totalRecordsPath: 't' })
      const walked = await walk(stream, url => ({ rows: slice(url, 95, 20), facts }))
      expect([...walked.rows].sort()).toEqual([...rowsFrom(0, 95)].sort())
    },
  )

  test('a total that grows during the run adds the pages that came', async () => {
    const walked = await walk(streamWith({ ...byOffset, totalRecordsPath: 't' }), url => {
      const total = number(url, 'offset') < 20 ? 30 : 50
      return { rows: slice(url, total), facts: { totalRecords: total } }
    })
    expect(walked.rows).toEqual(rowsFrom(0, 50))
  })
})
