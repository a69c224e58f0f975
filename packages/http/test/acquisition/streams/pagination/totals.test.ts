import { describe, expect, test } from 'vitest'
import type { PagingValues } from '../../../../src/acquisition/records/normalised-page.js'
import type { ServedPage } from './paging-run.js'
import { rowsFrom, streamWith, walk } from './paging-run.js'

const page = { type: 'page', pageParam: 'at', firstPage: 1, maxPages: 1000 } as const
const offset = { type: 'offset', offsetParam: 'at', limitParam: 'l', maxPages: 1000 } as const

/** So many rows, by page numbers, in pages of `size`. */
const byPage =
  (count: number, size: number, facts: (at: number) => PagingValues) =>
  (url: URL): ServedPage => {
    const at = Number(url.searchParams.get('at'))
    return { rows: rowsFrom((at - 1) * size, Math.min(at * size, count)), facts: facts(at) }
  }

const byOffset =
  (count: number, size: number, facts: (at: number) => PagingValues) =>
  (url: URL): ServedPage => {
    const at = Number(url.searchParams.get('at'))
    return { rows: rowsFrom(at, Math.min(at + size, count)), facts: facts(at) }
  }

describe('a total on the first page only', () => {
  test.each([
    ['records', { totalRecordsPath: 't' }, { totalRecords: 6 }],
    ['pages', { totalPagesPath: 't' }, { totalPages: 3 }],
  ])(
    'N-1 page numbers, a total of %s: the successors that are known are no loop',
    async (_what, path, facts) => {
      const serve = byPage(6, 2, at => (at === 1 ? facts : {}))
      const walked = await walk(streamWith({ ...page, pageSize: 2, ...path }), serve)
      expect([...walked.rows].sort()).toEqual(rowsFrom(0, 6))
      expect(walked.stops).toEqual(['end'])
    },
  )

  test.each([
    [2, 4],
    [7, 4],
  ])('N-1 offsets of pages of %i', async pageSize => {
    const serve = byOffset(6, pageSize, at => (at === 0 ? { totalRecords: 6 } : {}))
    const walked = await walk(streamWith({ ...offset, pageSize, totalRecordsPath: 't' }), serve)
    expect([...new Set(walked.rows)].sort()).toEqual(rowsFrom(0, 6))
    expect(['end', 'empty']).toContain(walked.stops.join())
  })

  test('N-1 N-8 offsets with hidden rows: a short page in the middle begins no second chain', async () => {
    const rows = rowsFrom(0, 100).filter(row => row !== 'r35')
    const walked = await walk(streamWith({ ...offset, pageSize: 10, totalRecordsPath: 't' }), url => {
      const at = Number(url.searchParams.get('at'))
      const shown = rowsFrom(at, Math.min(at + 10, 100)).filter(row => rows.includes(row))
      return { rows: shown, facts: at === 0 ? { totalRecords: 100 } : {} }
    })
    expect(walked.rows).toEqual(rows)
    expect(walked.ids).toHaveLength(11)
  })
})

describe('a total below what is there', () => {
  const lies: readonly (readonly [string, (shown: number, at: number) => number | undefined])[] = [
    ['0', () => 0],
    ['capped', () => 4],
    ['the rows of the page', shown => shown],
    ['smaller on each page', (_shown, at) => Math.max(0, 6 - at)],
    ['on later pages only', (_shown, at) => (at > 2 ? 4 : undefined)],
  ]
  test.each(lies)('N-4 %s: ends nothing while full pages come', async (_what, lie) => {
    for (const [paging, serve] of [
      [page, byPage],
      [offset, byOffset],
    ] as const) {
      const stream = streamWith({ ...paging, pageSize: 2, totalRecordsPath: 't' })
      const walked = await walk(
        stream,
        serve(8, 2, at => ({ totalRecords: lie(2, at) })),
      )
      expect([...walked.rows].sort()).toEqual(rowsFrom(0, 8))
      expect(walked.ids).toHaveLength(5)
    }
  })

  test.each([0, 1, 3])('N-4 %i pages: ends nothing, and is told', async totalPages => {
    const stream = streamWith({ ...page, pageSize: 2, totalPagesPath: 't' })
    const walked = await walk(
      stream,
      byPage(8, 2, () => ({ totalPages })),
    )
    expect([...walked.rows].sort()).toEqual(rowsFrom(0, 8))
    expect(walked.notices.map(({ code, about }) => [code, about])).toContainEqual(['TOTAL_TOO_LOW', 'pages'])
  })

  test('N-4 the rows of the page as a total, and a cap that no full page shows', async () => {
    const stream = streamWith({ ...page, pageSize: 100, totalRecordsPath: 't' })
    const walked = await walk(
      stream,
      byPage(60, 20, () => ({ totalRecords: 20 })),
    )
    expect(walked.rows).toEqual(rowsFrom(0, 60))
  })

  test('N-4 has-more wins over a total that is met, and a total over has-more that is false', async () => {
    const paging = { pageSize: 2, totalRecordsPath: 't', hasMorePath: 'm' } as const
    const goesOn = byPage(8, 2, at => ({ totalRecords: 3, hasMore: at < 4 }))
    expect((await walk(streamWith({ ...page, ...paging }), goesOn)).rows).toEqual(rowsFrom(0, 8))
    const ends = byPage(8, 2, () => ({ totalRecords: 8, hasMore: false }))
    const walked = await walk(streamWith({ ...page, ...paging }), ends)
    expect(walked.rows).toEqual(rowsFrom(0, 8))
    expect(walked.ids).toHaveLength(4)
  })
})

describe('a total above what is there', () => {
  test('N-4 of pages: the last that it promises is empty, which is told', async () => {
    const stream = streamWith({ ...page, pageSize: 2, totalPagesPath: 't' })
    const walked = await walk(
      stream,
      byPage(4, 2, () => ({ totalPages: 5 })),
    )
    expect(walked.rows).toEqual(rowsFrom(0, 4))
    expect(walked.notices).toEqual([
      { code: 'SHORT_OF_TOTAL', about: 'pages', message: 'page 5 is empty; its total is 5 pages' },
    ])
  })
})

describe('a short first page', () => {
  const hidden = (from: number, to: number, first: number) =>
    rowsFrom(from, to).filter(row => Number(row.slice(1)) >= first)

  test('N-8 page numbers: hidden rows multiply no requests', async () => {
    const stream = streamWith({ ...page, pageSize: 10, totalRecordsPath: 't' })
    const walked = await walk(stream, url => {
      const at = Number(url.searchParams.get('at'))
      return { rows: hidden((at - 1) * 10, Math.min(at * 10, 200), 8), facts: { totalRecords: 200 } }
    })
    expect(walked.rows).toHaveLength(192)
    expect(walked.ids).toHaveLength(21)
  })

  test('N-8 offsets: hidden rows multiply no requests', async () => {
    const stream = streamWith({ ...offset, pageSize: 10, totalRecordsPath: 't' })
    const walked = await walk(stream, url => {
      const at = Number(url.searchParams.get('at'))
      return { rows: hidden(at, Math.min(at + 10, 200), 8), facts: { totalRecords: 200 } }
    })
    expect(new Set(walked.rows).size).toBe(192)
    expect(walked.ids.length).toBeLessThanOrEqual(25)
  })

  test.each([
    ['page', page, byPage],
    ['offset', offset, byOffset],
  ] as const)(
    'N-8 %s: a server that caps the size is fetched to its end, in portions',
    async (_kind, paging, serve) => {
      const stream = streamWith({ ...paging, pageSize: 100, totalRecordsPath: 't', maxPages: 10_000 })
      const walked = await walk(
        stream,
        serve(9_990, 20, () => ({ totalRecords: 9_990 })),
        5_000,
      )
      expect(walked.rows).toHaveLength(9_990)
      expect(walked.ids).toHaveLength(500)
    },
  )

  test('N-8 offsets whose windows overlap have the same rows, which is no loop', async () => {
    const shown = new Set(['r3', 'r14', 'r15', 'r29'])
    const stream = streamWith({ ...offset, pageSize: 10 })
    const walked = await walk(stream, url => {
      const at = Number(url.searchParams.get('at'))
      return { rows: rowsFrom(at, Math.min(at + 10, 30)).filter(row => shown.has(row)) }
    })
    expect(new Set(walked.rows)).toEqual(shown)
    expect(walked.stops).toEqual(['empty'])
  })
})
