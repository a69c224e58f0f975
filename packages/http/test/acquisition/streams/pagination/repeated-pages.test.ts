import { describe, expect, test } from 'vitest'
import type { PagingValues } from '../../../../src/acquisition/records/normalised-page.js'
import type { ServedPage } from './paging-run.js'
import { rowsFrom, streamWith, walk } from './paging-run.js'

const page = { type: 'page', pageParam: 'at', firstPage: 1, pageSize: 2, maxPages: 50 } as const
const offset = { type: 'offset', offsetParam: 'at', limitParam: 'l', pageSize: 2, maxPages: 50 } as const
const cursor = { type: 'cursor', cursorParam: 'at', cursorPath: 'next', maxPages: 50 } as const

const at = (url: URL): string => url.searchParams.get('at') ?? ''

/** Pages by number, the last of them for ever; two letters are two rows. */
const pages =
  (contents: readonly string[], facts: PagingValues = {}) =>
  (url: URL): ServedPage => ({ rows: Array.from(contents[Number(at(url)) - 1] ?? ''), facts })

const codes = ({ notices }: { readonly notices: readonly { readonly code: string }[] }): string[] =>
  notices.map(({ code }) => code)

describe('numbered pages', () => {
  test.each([
    ['page', { ...page, pageSize: 1 }],
    ['page, by a total', { ...page, pageSize: 1, totalRecordsPath: 't' }],
    ['offset', { ...offset, pageSize: 1 }],
    ['offset, short pages', { ...offset, pageSize: 10 }],
  ] as const)('N-4 one row again and again: %s is a loop', async (_kind, paging) => {
    const walked = await walk(streamWith(paging), () => ({ rows: ['a'], facts: { totalRecords: 8 } }))
    expect(walked.stops).toContain('loop')
    expect(walked.ids.length).toBeLessThan(10)
  })

  test('N-4 a server that ignores the page number, or serves the last page for ever, is a loop', async () => {
    const serves = ['ab', 'cd', 'ef', 'ef', 'ef', 'ef', 'ef', 'ef']
    for (const paths of [{}, { totalRecordsPath: 't' }, { hasMorePath: 'm' }]) {
      const facts = { totalRecords: 12, hasMore: true }
      expect((await walk(streamWith({ ...page, ...paths }), pages(serves, facts))).stops).toContain('loop')
      const ignoring = () => ({ rows: ['a', 'b'], facts })
      expect((await walk(streamWith({ ...page, ...paths }), ignoring)).stops).toContain('loop')
    }
  })

  test('N-4 a short last page that comes again does not end its stream', async () => {
    const serve = pages(['ab', 'cd', 'e', 'e', 'e', 'e'], { totalRecords: 8 })
    expect((await walk(streamWith({ ...page, totalRecordsPath: 't' }), serve)).stops).toContain('loop')
  })

  test('N-4 the last page for ever, behind a total that it meets, is the end, and is told', async () => {
    const clamped = (url: URL): ServedPage => ({
      rows: at(url) === '0' ? ['a', 'b'] : ['c', 'd'],
      facts: { totalRecords: 4 },
    })
    for (const [stream, serve] of [
      [streamWith({ ...page, totalRecordsPath: 't' }), pages(['ab', 'cd', 'cd', 'cd'], { totalRecords: 4 })],
      [streamWith({ ...page, totalPagesPath: 't' }), pages(['ab', 'cd', 'cd', 'cd'], { totalPages: 2 })],
      [streamWith({ ...page, totalRecordsPath: 't' }), () => ({ rows: ['a'], facts: { totalRecords: 1 } })],
      [streamWith({ ...offset, totalRecordsPath: 't' }), clamped],
    ] as const) {
      const walked = await walk(stream, serve)
      expect([walked.stops, codes(walked)]).toEqual([['end'], expect.arrayContaining(['REPEATED_PAGE'])])
    }
  })

  test.each([
    ['a full first page may be all that a server knows', ['ab', 'ab', 'ab'], { totalRecords: 2 }],
    ['more is promised', ['ab', 'cd', 'cd', 'cd', 'cd'], { totalRecords: 8 }],
    ['a total that is not met exactly', ['ab', 'cd', 'cd', 'cd'], { totalRecords: 3 }],
    ['has-more', ['ab', 'cd', 'cd', 'cd'], { totalRecords: 4, hasMore: true }],
  ])('N-4 the last page for ever is a loop: %s', async (_why, contents, facts) => {
    const stream = streamWith({ ...page, totalRecordsPath: 't', hasMorePath: 'm' })
    expect((await walk(stream, pages(contents, facts))).stops).toContain('loop')
  })

  test.each([
    ['a total', { totalRecordsPath: 't' }],
    ['has-more', { hasMorePath: 'm' }],
    ['neither', {}],
  ])('N-5 two equal pages in the middle go on, and are told: %s', async (_what, paths) => {
    const contents = ['ab', 'cd', 'cd', 'ef', 'gh']
    const walked = await walk(streamWith({ ...page, ...paths }), url => {
      const served = pages(contents, { totalRecords: 10, hasMore: Number(at(url)) < 5 })(url)
      return served
    })
    expect(new Set(walked.rows).size).toBe(8)
    expect(walked.stops).not.toContain('loop')
    expect(codes(walked)).toEqual(['REPEATED_PAGE'])
  })

  test('N-5 onRepeatedPage: continue goes on to the end of the total', async () => {
    const serve = pages(['ab', 'ab', 'ab', 'ab', 'c'], { totalRecords: 9 })
    const stream = streamWith({ ...page, totalRecordsPath: 't', onRepeatedPage: 'continue' })
    const walked = await walk(stream, serve)
    expect(walked.stops).toEqual(['end'])
    expect(new Set(walked.rows)).toEqual(new Set(['a', 'b', 'c']))
  })

  test('N-5 onRepeatedPage: continue without an end meets the limit of pages', async () => {
    const stream = streamWith({ ...page, onRepeatedPage: 'continue' })
    const walked = await walk(stream, () => ({ rows: ['a', 'b'] }))
    expect(walked.ids).toHaveLength(50)
    expect(walked.stops).toEqual(['max-pages'])
  })

  test('N-6 endWhen: { repeated: true } takes the last page that comes again for the end', async () => {
    const serve = pages(['ab', 'cd', 'e', 'e', 'e'])
    const walked = await walk(streamWith({ ...page, endWhen: { repeated: true } }), serve)
    expect(walked).toMatchObject({ stops: ['end'], notices: [] })
    expect(walked.ids).toHaveLength(4)
  })
})

describe('cursors', () => {
  /** Pages by cursor: their rows, and the next cursor. */
  const chain =
    (contents: Readonly<Record<string, readonly [rows: string, next: string | null]>>) =>
    (url: URL): ServedPage => {
      const [rows, next] = contents[at(url)] ?? ['', null]
      return { rows: Array.from(rows), facts: { next } }
    }

  test('N-5 an empty page with an unchanged cursor is the end', async () => {
    const walked = await walk(streamWith(cursor), chain({ '': ['ab', '5'], 5: ['', '5'] }))
    expect(walked).toMatchObject({ ids: ['shop:first', 'shop:cursor=5'], stops: ['end'] })
  })

  test('N-5 but not where the source says that more follows', async () => {
    const walked = await walk(streamWith({ ...cursor, hasMorePath: 'm' }), url => ({
      rows: at(url) === '' ? ['a'] : [],
      facts: { next: '5', hasMore: true },
    }))
    expect(walked.stops).toEqual(['loop'])
  })

  test('N-5 an empty page that leads back to an earlier cursor is a loop', async () => {
    const walked = await walk(streamWith(cursor), chain({ '': ['ab', '1'], 1: ['cd', '2'], 2: ['', '1'] }))
    expect(walked.stops).toEqual(['loop'])
  })

  const scroll = (contents: readonly string[], maxPages = 50) => {
    let asked = 0
    return walk(streamWith({ ...cursor, maxPages }), () => {
      asked += 1
      return { rows: Array.from(contents[asked - 1] ?? ''), facts: { next: 'X' } }
    })
  }

  test('N-6 a constant scroll token goes on to the empty page', async () => {
    const walked = await scroll(['ab', 'cd', 'e', 'fg'])
    expect(walked.rows).toEqual(Array.from('abcdefg'))
    expect(walked).toMatchObject({ stops: ['end'] })
    expect(walked.ids.slice(0, 3)).toEqual(['shop:first', 'shop:cursor=X', 'shop:again=2,cursor=X'])
  })

  test('N-6 a constant token with the same rows is a loop', async () => {
    expect(await scroll(['ab', 'cd', 'cd', 'cd'])).toMatchObject({ stops: ['loop'] })
    expect((await scroll(['ab', 'cd', 'cd', 'cd'])).ids).toHaveLength(3)
  })

  test('N-6 a constant token meets the limit of pages', async () => {
    expect(await scroll(Array.from('abcdefgh'), 4)).toMatchObject({ stops: ['max-pages'] })
  })

  test('N-4 one row for ever, with ever new cursors, is a loop', async () => {
    let token = 0
    const walked = await walk(streamWith(cursor), () => ({
      rows: ['a'],
      facts: { next: String((token += 1)) },
    }))
    expect(walked).toMatchObject({ stops: ['loop'] })
    expect(walked.ids).toHaveLength(2)
  })

  /** Rows at moments, two letters each: those from the cursor on, so many at a time, and the last one's moment. */
  const since =
    (rows: string, limit: number, tokenOf = (moment: string) => moment) =>
    (url: URL) => {
      const moments = Array.from(rows).map((row, index) => ({ row, moment: `${index - (index % 2)}` }))
      const from = Number(at(url).split('~')[0])
      const shown = moments.filter(({ moment }) => Number(moment) >= from).slice(0, limit)
      return { rows: shown.map(({ row }) => row), facts: { next: tokenOf(shown.at(-1)?.moment ?? at(url)) } }
    }

  test('N-4 N-5 where boundaries are inclusive, the last rows once more are the end', async () => {
    const walked = await walk(streamWith(cursor), since('abcdefg', 3))
    expect(new Set(walked.rows)).toEqual(new Set('abcdefg'))
    expect(walked.stops).toEqual(['end'])
  })

  test('N-4 and so they are with ever new cursors', async () => {
    let turn = 0
    const walked = await walk(
      streamWith(cursor),
      since('abcdefg', 3, moment => `${moment}~${(turn += 1)}`),
    )
    expect(new Set(walked.rows)).toEqual(new Set('abcdefg'))
    expect(walked.stops).toEqual(['end'])
  })

  test('N-4 a boundary that fills the page hides what is behind it: a loop', async () => {
    const walked = await walk(streamWith(cursor), since('abcdef', 2))
    expect(new Set(walked.rows).size).toBeLessThan(6)
    expect(walked.stops).toEqual(['loop'])
  })

  test('N-5 onRepeatedPage: continue follows new cursors over equal rows', async () => {
    const stream = streamWith({ ...cursor, onRepeatedPage: 'continue' })
    const walked = await walk(
      stream,
      chain({ '': ['ab', '1'], 1: ['ab', '2'], 2: ['ab', '3'], 3: ['c', null] }),
    )
    expect(walked).toMatchObject({ rows: Array.from('abababc'), stops: ['end'] })
    expect(codes(walked)).toEqual(['REPEATED_PAGE', 'REPEATED_PAGE'])
  })
})

describe('next URLs', () => {
  const url = { type: 'nextUrl', nextUrlPath: 'next', maxPages: 50 } as const

  test('N-6 one URL for all pages goes on to the empty page', async () => {
    let asked = 0
    const walked = await walk(streamWith(url), () => {
      asked += 1
      return { rows: asked < 4 ? rowsFrom(asked * 2, asked * 2 + 2) : [], facts: { next: '/scroll' } }
    })
    expect(walked).toMatchObject({ rows: rowsFrom(2, 8), stops: ['end'] })
  })

  test('N-5 an empty page that names itself is the end', async () => {
    const walked = await walk(streamWith(url), ({ search }) => ({
      rows: search === '' ? ['a'] : [],
      facts: { next: '?page=2' },
    }))
    expect(walked).toMatchObject({ stops: ['end'] })
    expect(walked.ids).toHaveLength(2)
  })
})

describe('paths that find nothing', () => {
  const notices = async (paging: Parameters<typeof streamWith>[0], served: ServedPage) =>
    (await walk(streamWith(paging), () => served)).notices.map(({ code, message }) => `${code}: ${message}`)
  const rows = ['a']

  test('N-3 a cursor, next URL or Link that no page ever had is told', async () => {
    const told = (what: string) => [`NOTHING_FOUND: ${what} found nothing on any page`]
    expect(await notices(cursor, { rows })).toEqual(told('pagination.cursorPath (next)'))
    const nextUrl = { type: 'nextUrl', nextUrlPath: 'links.next', maxPages: 9 } as const
    expect(await notices(nextUrl, { rows })).toEqual(told('pagination.nextUrlPath (links.next)'))
    expect(await notices({ type: 'linkHeader', maxPages: 9 }, { rows })).toEqual(told('the Link header'))
  })

  test('N-3 nothing is told where the place is there, or where there is no record', async () => {
    expect(await notices(cursor, { rows, facts: { next: null } })).toEqual([])
    expect(await notices(cursor, { rows, facts: { next: '' } })).toEqual([])
    expect(await notices(cursor, { rows: [] })).toEqual([])
    const link = { link: '<?page=1>; rel="prev"' }
    expect(await notices({ type: 'linkHeader', maxPages: 9 }, { rows, headers: link })).toEqual([])
  })

  test('N-3 totals and has-more that are not there, or are none, are told', async () => {
    const paging = { ...page, hasMorePath: 'm', totalRecordsPath: 't' }
    const served = { rows: [] as string[], facts: { unread: ['hasMore'] as const } }
    expect(await notices(paging, served)).toEqual([
      'NOT_UNDERSTOOD: pagination.hasMorePath (m) found what is no such value',
    ])
    const once = (url: URL): ServedPage =>
      at(url) === '1' ? { rows, facts: { unfound: ['totalRecords'] } } : { rows: [] }
    expect((await walk(streamWith(paging), once)).notices).toEqual([
      {
        code: 'NOTHING_FOUND',
        about: 'totalRecords',
        message: 'the path to the total of records (t) found nothing on the first page',
      },
    ])
  })
})
