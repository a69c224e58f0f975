import { describe, expect, test } from 'vitest'
import type { PaginationConfig } from '../../../../src/acquisition/streams/pagination/kinds.js'
import { paginationOf } from '../../../../src/acquisition/streams/pagination/kinds.js'
import { nothingSeen, result, streamWith, walk } from './paging-run.js'
import type { Answer, Asked } from './read-run.js'
import { askedAt, readWalk } from './read-run.js'

const maxPages = 50
const cursor = { type: 'cursor', cursorParam: 'c', maxPages } as const
const body = (ids: readonly (string | number)[], rest = ''): string =>
  `{"items":[${ids.map(id => `{"id":${JSON.stringify(id)}}`).join(',')}]${rest}}`

/** By what stands in the query parameter `c`; undefined is the first page. */
const byCursor =
  (pages: Readonly<Record<string, Answer | undefined>>) =>
  (asked: Asked): Answer => {
    const at = askedAt(asked, 'c') ?? 'first'
    const page = pages[at]
    if (page === undefined) throw new Error(`nobody should ask for ${at}`)
    return page
  }

describe('a source without pagination', () => {
  const none = { type: 'none', maxPages } as const

  test('is one request, and quiet', async () => {
    const walked = await readWalk(streamWith(none), () => ({ text: body(['a']) }))
    expect(walked).toEqual({ ids: ['shop:only'], rows: ['a'], stops: ['end'], notices: [] })
  })

  test.each<[string, PaginationConfig, Answer]>([
    ['a Link header', none, { text: body(['a']), headers: { link: '<?page=2>; rel="next"' } }],
    ['has-more', { ...none, hasMorePath: 'more' }, { text: body(['a'], ',"more":true') }],
  ])('tells that %s names more', async (_what, paging, answer) => {
    const { notices, stops } = await readWalk(streamWith(paging), () => answer)
    expect(notices.map(({ code }) => code)).toEqual(['MORE_MAY_FOLLOW'])
    expect(stops).toEqual(['end'])
  })

  test('takes a Link header that cannot be read, or names no next, for nothing', async () => {
    for (const link of ['nonsense', '<?page=1>; rel="prev"'])
      expect(
        await readWalk(streamWith(none), () => ({ text: body(['a']), headers: { link } })),
      ).toMatchObject({
        notices: [],
      })
  })
})

describe('cursors that stand elsewhere', () => {
  const last = { ...cursor, from: 'lastRecord', cursorPath: 'id' } as const

  test('a cursor in the last record has exact digits', async () => {
    const { rows, stops } = await readWalk(
      streamWith(last),
      byCursor({
        first: { text: '{"items":[{"id":1},{"id":9007199254740993}]}' },
        '9007199254740993': { text: '{"items":[{"id":1.10}]}' },
        '1.10': { text: '{"items":[]}' },
      }),
    )
    expect(rows).toEqual(['1', '9007199254740993', '1.10'])
    expect(stops).toEqual(['end'])
  })

  test('a last record without it is no end', async () => {
    const missing = { first: { text: '{"items":[{"id":"a","key":1},{"id":"b"}]}' } }
    const walked = await readWalk(streamWith({ ...last, cursorPath: 'key' }), byCursor(missing))
    expect(walked).toMatchObject({ rows: ['a', 'b'], stops: ['no-cursor'] })
  })

  test('a record may be called null', async () => {
    const pages = { first: { text: body(['a', 'null']) }, null: { text: body(['z']) }, z: { text: body([]) } }
    expect((await readWalk(streamWith(last), byCursor(pages))).rows).toEqual(['a', 'null', 'z'])
  })

  test('the only record again, where boundaries are inclusive, is the end', async () => {
    const pages = { first: { text: body(['a']) }, a: { text: body(['a']) } }
    expect(await readWalk(streamWith(last), byCursor(pages))).toMatchObject({ stops: ['end'] })
  })

  test('raw records count, also those that a filter leaves out', async () => {
    const rows = (ids: readonly number[]) => ({
      text: `{"items":[${ids.map(id => `{"id":${id},"on":false}`).join(',')}]}`,
    })
    const pages = { first: rows([1, 2]), 2: rows([3, 4]), 4: rows([]) }
    const stream = streamWith(
      { ...last, pageSize: 2, endWhen: { short: true } },
      { where: { path: 'on', is: true } },
    )
    expect(await readWalk(stream, byCursor(pages))).toMatchObject({
      ids: { length: 3 },
      rows: [],
      stops: ['end'],
    })
  })

  test('a full page of one and the same key leads nowhere, which is told', async () => {
    const text = '{"items":[{"id":"a","at":5},{"id":"b","at":5}]}'
    const walked = await readWalk(streamWith({ ...last, cursorPath: 'at', pageSize: 2 }), () => ({ text }))
    expect(walked.stops).toEqual(['loop'])
  })

  test('endWhen short saves the last request', async () => {
    const pages = { first: { text: body(['a', 'b']) }, b: { text: body(['c']) } }
    const stream = streamWith({ ...last, pageSize: 2, endWhen: { short: true } })
    expect(await readWalk(stream, byCursor(pages))).toMatchObject({ rows: ['a', 'b', 'c'], stops: ['end'] })
  })

  test('the first page may have one', async () => {
    const pages = {
      '*': { text: body(['a'], ',"next":"b"') },
      b: { text: body(['b'], ',"next":"b"') },
    }
    let asked = 0
    const walked = await readWalk(streamWith({ ...cursor, cursorPath: 'next', startCursor: '*' }), one => {
      asked += 1
      return asked > 2 ? { text: body([], ',"next":"b"') } : byCursor(pages)(one)
    })
    expect(walked).toMatchObject({ rows: ['a', 'b'], stops: ['end'] })
  })

  test.each(['null', 'None', 'undefined', 'NULL'])('the text %j is none, and told', async text => {
    const walked = await walk(streamWith({ ...cursor, cursorPath: 'next' }), () => ({
      rows: ['a'],
      facts: { next: text },
    }))
    expect(walked).toMatchObject({ stops: ['end'], notices: [{ code: 'NONE_AS_TEXT' }] })
    const url = await walk(streamWith({ type: 'nextUrl', nextUrlPath: 'next', maxPages }), () => ({
      rows: ['a'],
      facts: { next: text },
    }))
    expect(url).toMatchObject({ stops: ['end'], notices: [{ code: 'NONE_AS_TEXT' }] })
  })

  test('of several paths the first with a URL leads on', async () => {
    let page = 0
    const stream = streamWith({ type: 'nextUrl', nextUrlPath: ['a', 'b'], maxPages })
    const walked = await readWalk(stream, () => {
      page += 1
      return { text: body([`r${page}`], page === 1 ? ',"b":"/items?page=2"' : '') }
    })
    expect(walked).toMatchObject({ rows: ['r1', 'r2'], stops: ['end'] })
  })

  test('the text "null" is no end where has-more says that more follows', async () => {
    const walked = await walk(streamWith({ ...cursor, cursorPath: 'next' }), () => ({
      rows: ['a'],
      facts: { next: 'null', hasMore: true },
    }))
    expect(walked.stops).toEqual(['no-cursor'])
  })

  test.each([
    ['a URL without the parameter', '"https://x.example/?page=2"'],
    ['no URL', '"abc"'],
    ['an object', '{}'],
  ])('%s, where the cursor is cut out of a URL, is no end', async (_what, next) => {
    const stream = streamWith({ ...cursor, cursorPath: 'next', cursorFromQuery: 'after' })
    expect(await readWalk(stream, () => ({ text: body(['a'], `,"next":${next}`) }))).toMatchObject({
      stops: ['no-cursor'],
    })
  })

  test('several cursors loop as one', async () => {
    const stream = streamWith({ ...cursor, params: { c: 'x', d: 'y' } })
    let turn = 0
    const walked = await readWalk(stream, asked => {
      turn += 1
      const rest = askedAt(asked, 'd') === '2' ? ',"x":"a","y":"1"' : `,"x":"a","y":"${turn}"`
      return { text: body([`${turn}`, `${turn}b`], rest) }
    })
    expect(walked).toMatchObject({
      ids: ['shop:first', 'shop:cursor=c=a&d=1', 'shop:cursor=c=a&d=2'],
      stops: ['loop'],
    })
  })

  test('several cursors of which none is found are told', async () => {
    const walked = await readWalk(streamWith({ ...cursor, params: { c: 'x', d: 'y' } }), () => ({
      text: body(['a']),
    }))
    expect(walked.notices).toMatchObject([
      { code: 'NOTHING_FOUND', message: 'pagination.params (c, d) found nothing on any page' },
    ])
  })

  test.each([
    [{ path: '/{}' }, '..'],
    [{ header: 'x-c' }, 'a\nb'],
  ])('a cursor that cannot be sent at %j fails its page by name', async (cursorParam, next) => {
    const pagination = paginationOf(streamWith({ ...cursor, cursorPath: 'next', cursorParam }))
    const page = result({ rows: ['a'], facts: { next } })
    await expect(pagination.next(pagination.first(), page, nothingSeen)).rejects.toMatchObject({
      code: 'CURSOR_INVALID',
      message: expect.stringContaining(JSON.stringify(next)),
    })
  })
})

describe('URLs of next pages', () => {
  const to = (next: string, paging: PaginationConfig) => {
    const pagination = paginationOf(streamWith(paging))
    const page = result({ rows: ['a'], facts: { next }, headers: { link: `<${next}>; rel=next` } })
    return pagination.next(pagination.first(), page, nothingSeen)
  }
  const ways: readonly PaginationConfig[] = [
    { type: 'nextUrl', nextUrlPath: 'next', maxPages, allow: ['https://b.example/', 'http://c.example:81'] },
    { type: 'linkHeader', maxPages, allow: ['https://b.example/', 'http://c.example:81'] },
  ]

  test.each(ways)('$type: another origin that is allowed is another place', async way => {
    const { pages } = await to('https://b.example/api/items', way)
    expect(pages).toMatchObject([
      { id: 'shop:url=https://b.example/api/items', state: { url: 'https://b.example/api/items' } },
    ])
    expect((await to('http://c.example:81/x', way)).pages).toHaveLength(1)
  })

  test.each([
    'http://b.example/x',
    'https://b.example:81/x',
    'https://b.example.evil.example/x',
    'https://sub.b.example/x',
    'https://user@b.example/x',
    'http://c.example/x',
  ])('%s is not', async next => {
    for (const way of ways) await expect(to(next, way)).rejects.toMatchObject({ code: 'NEXT_URL_FOREIGN' })
  })
})

test('an offset whose limit is sent nowhere', async () => {
  const stream = streamWith({ type: 'offset', offsetParam: 'o', limitParam: false, pageSize: 100, maxPages })
  const asked: string[] = []
  const { rows } = await readWalk(stream, ({ url }) => {
    asked.push(url.search)
    const from = Number(url.searchParams.get('o'))
    return { text: body(['a', 'b', 'c', 'd', 'e'].slice(from, from + 2)) }
  })
  expect(rows).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(asked).toEqual(['?o=0', '?o=2', '?o=4', '?o=5'])
})

describe('totals in headers', () => {
  test('name all pages at once', async () => {
    const stream = streamWith({
      type: 'page',
      pageParam: { body: 'page' },
      firstPage: 1,
      pageSize: 2,
      totalPagesHeader: 'X-Pages',
      maxPages,
    })
    const walked = await readWalk(stream, ({ body: sent }) => {
      const from = (Number(sent['page']) - 1) * 2
      const ids = ['a', 'b', 'c', 'd', 'e'].slice(from, from + 2)
      return { text: body(ids), headers: { 'x-pages': '3' } }
    })
    expect(walked).toMatchObject({
      ids: ['shop:page=1', 'shop:page=2', 'shop:page=3'],
      rows: ['a', 'b', 'c', 'd', 'e'],
      stops: ['end'],
      notices: [],
    })
  })

  test('that are not there, or make no sense, are told', async () => {
    const stream = streamWith(
      { type: 'page', pageParam: 'page', firstPage: 1, pageSize: 2, totalPagesHeader: 'x-pages', maxPages },
      { total: { header: 'x-total' } },
    )
    const { notices } = await readWalk(stream, ({ url }) => ({
      text: body(url.search === '?page=1' ? ['a'] : []),
      headers: { 'x-total': 'many' },
    }))
    expect(notices).toMatchObject([
      {
        code: 'NOTHING_FOUND',
        about: 'totalPages',
        message: expect.stringContaining('pagination.totalPagesHeader (x-pages)'),
      },
      {
        code: 'NOT_UNDERSTOOD',
        about: 'totalRecords',
        message: expect.stringContaining('the header of the total of records (x-total)'),
      },
    ])
  })
})

describe('what else ends a stream', () => {
  const page = { type: 'page', pageParam: 'page', firstPage: 1, pageSize: 2, maxPages } as const
  const three = ({ url }: Asked): Answer => {
    const at = Number(url.searchParams.get('page'))
    const rest = at < 3 ? ',"more":{"is":"yes"}' : ',"left":0'
    return { text: body([`${at}a`, `${at}b`], rest) }
  }

  test.each<[PaginationConfig['endWhen'], number]>([
    [{ path: 'left', exists: true }, 3],
    [{ path: 'more.is', exists: false }, 3],
    [{ path: 'more.is', absent: true }, 3],
    [{ path: 'left', in: ['none', 0] }, 3],
    [{ path: 'more.is', in: ['yes'] }, 1],
  ])('%j', async (endWhen, pages) => {
    const walked = await readWalk(streamWith({ ...page, endWhen }), three)
    expect(walked).toMatchObject({ ids: { length: pages }, stops: ['end'] })
  })
})
