import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import type { SourceSummary } from '../../src/measurements/index.js'
import { acquired, outputFolder, QUICK, withLimits } from '../support/acquire-rig.js'

type Answer = (url: URL, response: ServerResponse, asked: number) => void

async function serving(answer: Answer): Promise<{ url: string; asked: string[] } & AsyncDisposable> {
  const asked: string[] = []
  const server = createServer((request: IncomingMessage, response) => {
    const url = new URL(request.url ?? '', 'http://x')
    asked.push(`${url.pathname}${url.search}`)
    answer(url, response, asked.length)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const send = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

const rows = (page: number, count = 2) =>
  Array.from({ length: count }, (_, index) => ({ id: `r${page}-${index}` }))
const pageOf = (url: URL): number => Number(url.searchParams.get('page'))

interface Taken {
  readonly source: SourceSummary
  readonly asked: readonly string[]
  /** Codes of errors, then of notices. */
  readonly codes: readonly string[]
}

async function taken(pagination: string, answer: Answer, records = 'items'): Promise<Taken> {
  await using output = await outputFolder()
  return await takenTo(output.path, pagination, answer, records)
}

async function takenTo(
  output: string,
  pagination: string,
  answer: Answer,
  records = 'items',
): Promise<Taken> {
  await using server = await serving(answer)
  const yaml = `
workers: 1
sources:
  - name: shop
    baseUrl: ${server.url}
    path: /items
    pagination: ${pagination}
    records: ${JSON.stringify(records)}
    mapping: { id: { path: id } }
`
  const { config } = parseConfig(yaml, 'ends.yaml', { flags: { output }, environment: {} })
  const { summary } = await acquired(
    withLimits(config, { ...QUICK, breaker: { failureThreshold: 50, openStateDurationMs: 100 } }),
  )
  const [source] = summary.sources
  if (source === undefined) throw new Error('no source')
  return { source, asked: server.asked, codes: [...source.errors, ...source.notices].map(({ code }) => code) }
}

const byPage = '{ type: page, pageSize: 2 }'

/** Two pages of two rows, then this. */
const endedBy =
  (end: (response: ServerResponse) => void): Answer =>
  (url, response) =>
    pageOf(url) > 2 ? end(response) : send(response, { items: rows(pageOf(url)) })

describe('ends that are told without an array', () => {
  test.each<[string, (response: ServerResponse) => void]>([
    ['204', response => response.writeHead(204).end()],
    ['null', response => send(response, 'null')],
    ['{}', response => send(response, {})],
    ['null in the place of the records', response => send(response, { items: null })],
    ['an empty object in their place', response => send(response, { items: {} })],
  ])('N-6 by default: %s', async (_what, end) => {
    const { source, codes, asked } = await taken(byPage, endedBy(end))
    expect([source.status, source.accepted, codes, asked.length]).toEqual(['complete', 4, [], 3])
  })

  test('N-6 by default: the names of other pages without the records, deep in the body too', async () => {
    const answer: Answer = (url, response) => {
      const page = pageOf(url)
      send(response, { code: 0, meta: { page }, data: page > 2 ? {} : { items: rows(page), page } })
    }
    expect((await taken(byPage, answer, 'data.items')).source).toMatchObject({
      status: 'complete',
      accepted: 4,
    })
    const wrapped: Answer = (url, response) =>
      send(response, pageOf(url) > 2 ? { data: [] } : { data: { items: rows(pageOf(url)) } })
    expect((await taken(byPage, wrapped, 'data.items')).source).toMatchObject({
      status: 'complete',
      accepted: 4,
    })
  })

  test.each<[string, (response: ServerResponse) => void, string]>([
    ['other names', response => send(response, { message: 'try later' }), 'NO_RECORDS'],
    ['other result codes', response => send(response, { code: 500 }), 'NO_RECORDS'],
    ['something else in their place', response => send(response, { code: 0, data: 'none' }), 'NO_RECORDS'],
    ['an empty body', response => send(response, ''), 'EMPTY_BODY'],
    ['404', response => send(response, { detail: 'Invalid page.' }, 404), 'HTTP_404'],
  ])('N-6 what may be an error is no end: %s', async (_what, end, code) => {
    const answer: Answer = (url, response) =>
      pageOf(url) > 2 ? end(response) : send(response, { code: 0, data: rows(pageOf(url)) })
    const { source, codes } = await taken(byPage, answer, 'data')
    expect([source.status, codes]).toEqual(['failed', [code]])
  })

  test.each<[string, (response: ServerResponse) => void]>([
    ['204', response => response.writeHead(204).end()],
    ['null', response => send(response, 'null')],
    ['{}', response => send(response, {})],
    ['a next cursor', response => send(response, { next: 'a' })],
  ])('N-6 on the first page it is an error, as `records` may be wrong: %s', async (_what, end) => {
    const cursor = '{ type: cursor, cursorPath: next }'
    expect((await taken(cursor, (_url, response) => end(response))).source.status).toBe('failed')
  })

  test('N-6 an empty page in the middle leaves the array out, with a next token', async () => {
    const { source } = await taken('{ type: cursor, cursorPath: next }', (url, response) => {
      const cursor = url.searchParams.get('cursor')
      if (cursor === 'a') send(response, { next: 'b' })
      else send(response, cursor === null ? { items: rows(1), next: 'a' } : { items: rows(3) })
    })
    expect([source.status, source.accepted]).toEqual(['complete', 4])
  })
})

describe('endWhen', () => {
  const paging = (rules: string) => `{ type: page, pageSize: 2, endWhen: ${rules} }`

  test.each<[string, (response: ServerResponse) => void]>([
    ['{ status: 404 }', response => send(response, { detail: 'Invalid page.' }, 404)],
    ['[{ empty: true }, { status: [404, 410] }]', response => response.writeHead(410).end()],
    ['{ path: items, absent: true }', response => send(response, '')],
    ['{ path: items, absent: true }', response => send(response, { message: 'no more' })],
    ['{ empty: true }', response => send(response, { message: 'no more' })],
    ['{ path: status, is: [done, 2] }', response => send(response, { status: 'done' })],
    ['{ path: status, is: [done, 2] }', response => send(response, { status: 2, items: [] })],
    ['{ path: last, is: true }', response => send(response, { last: true, items: [] })],
    ['{ path: items, is: false }', response => send(response, { items: false })],
    ['{ repeated: true }', response => send(response, { items: rows(2) })],
  ])('N-6 %s', async (rules, end) => {
    const { source, codes, asked } = await taken(paging(rules), endedBy(end))
    expect([source.status, source.accepted, codes, asked.length]).toEqual(['complete', 4, [], 3])
  })

  test('N-6 a page that is marked as the last is taken, also the first one', async () => {
    const { source, asked } = await taken(paging('{ path: isLast, is: true }'), (_url, response) =>
      send(response, { items: rows(1), isLast: true }),
    )
    expect([source.status, source.accepted, asked.length]).toEqual(['complete', 2, 1])
  })

  test('N-6 a page with records that ends by its status keeps them', async () => {
    const { source, asked } = await taken(paging('{ status: 206 }'), (url, response) =>
      send(response, { items: rows(pageOf(url)) }, pageOf(url) === 2 ? 206 : 200),
    )
    expect([source.status, source.accepted, asked.length]).toEqual(['complete', 4, 2])
  })

  test('N-6 204 ends on the first page by rule; 404 does not', async () => {
    const empty = await taken(paging('{ status: 204 }'), (_url, response) => response.writeHead(204).end())
    expect([empty.source.status, empty.source.accepted]).toEqual(['complete', 0])
    const wrong = await taken(paging('{ status: 404 }'), (_url, response) => response.writeHead(404).end())
    expect(wrong.source.status).toBe('failed')
  })

  test.each([
    ['0', 0, '{ path: next, is: 0 }'],
    ['-1', -1, '{ path: next, is: [0, -1] }'],
    ['an empty text', '', ''],
    ['false', false, ''],
    ['null', null, ''],
    ['"none"', 'none', '{ path: next, is: [none] }'],
    ['a number of 17 digits', '90071992547409920', '{ path: next, is: 90071992547409920 }'],
  ])('N-6 a cursor of %s is the end', async (_what, last, rule) => {
    const text = typeof last === 'string' && last.length > 10 ? last : JSON.stringify(last)
    const { source, asked } = await taken(
      `{ type: cursor, cursorPath: next${rule === '' ? '' : `, endWhen: ${rule}`} }`,
      (url, response) => {
        const isFirst = url.searchParams.get('cursor') === null
        send(response, `{"items":${JSON.stringify(rows(isFirst ? 1 : 2))},"next":${isFirst ? 7 : text}}`)
      },
    )
    expect([source.status, source.accepted, asked.length]).toEqual(['complete', 4, 2])
  })

  test('N-6 a cursor of 0 that leads to an empty page needs no rule; one that leads to the start is a loop', async () => {
    const answer =
      (last: number): Answer =>
      (url, response) => {
        const cursor = url.searchParams.get('cursor')
        send(response, {
          items: cursor === '0' ? rows(1, last) : rows(Number(cursor ?? 1)),
          next: cursor ? 0 : 7,
        })
      }
    const cursor = '{ type: cursor, cursorPath: next }'
    expect((await taken(cursor, answer(0))).source).toMatchObject({ status: 'complete', accepted: 4 })
    expect((await taken(cursor, answer(2))).codes).toEqual(['LOOP'])
  })
})

describe('what a run tells', () => {
  const byTotal = '{ type: page, pageSize: 2, totalRecordsPath: total }'

  test('N-1 a total on the first page only is complete', async () => {
    const { source } = await taken('{ type: page, pageSize: 2, totalPagesPath: pages }', (url, response) => {
      const page = pageOf(url)
      send(response, { items: page <= 3 ? rows(page) : [], ...(page === 1 && { pages: 3 }) })
    })
    expect([source.status, source.accepted, source.errors]).toEqual(['complete', 6, []])
  })

  test('N-4 a shortage is stated, and so is a total that is too low', async () => {
    const few = await taken(byTotal, (url, response) =>
      send(response, { total: 9, items: pageOf(url) <= 3 ? rows(pageOf(url)) : [] }),
    )
    expect(few.source).toMatchObject({
      status: 'complete',
      accepted: 6,
      notices: [{ code: 'SHORT_OF_TOTAL', message: 'its total is 9 records; 6 came, each counted once' }],
    })
    const many = await taken(byTotal, (url, response) =>
      send(response, { total: 4, items: pageOf(url) <= 4 ? rows(pageOf(url)) : [] }),
    )
    expect([many.source.status, many.source.accepted, many.codes]).toEqual(['complete', 8, ['TOTAL_TOO_LOW']])
  })

  test('N-4 a server that ignores the page number is a loop, also where pages are fetched side by side', async () => {
    const { source, codes } = await taken(byTotal, (_url, response) =>
      send(response, { total: 10, items: rows(1) }),
    )
    expect(source.status).toBe('failed')
    expect(codes).toContain('LOOP')
  })

  test('N-4 a loop does not ask for all pages that are known, and the next run begins anew', async () => {
    await using output = await outputFolder()
    const loop = await takenTo(output.path, byTotal, (_url, response) =>
      send(response, { total: 1_000, items: rows(1) }),
    )
    expect([loop.source.status, loop.source.errors[0]?.code]).toEqual(['failed', 'LOOP'])
    expect(loop.asked.length).toBeLessThan(20)
    const mended = await takenTo(output.path, byTotal, (url, response) =>
      send(response, { total: 6, items: pageOf(url) > 3 ? [] : rows(pageOf(url)) }),
    )
    expect([mended.source.status, mended.source.accepted]).toEqual(['complete', 6])
  })

  test('N-4 pages that arrive together know of each other', async () => {
    const waiting: (() => void)[] = []
    const { codes } = await taken(byTotal, (url, response) => {
      const answer = () => send(response, { total: 8, items: pageOf(url) === 1 ? rows(1) : rows(2) })
      if (pageOf(url) === 1) return answer()
      waiting.push(answer)
      if (waiting.length >= 3) for (const one of waiting.splice(0)) one()
      return undefined
    })
    expect(codes).toContain('LOOP')
  })

  test('N-5 two equal pages in the middle go on, and are told', async () => {
    const { source, codes } = await taken(byTotal, (url, response) => {
      const page = pageOf(url)
      send(response, { total: 10, items: page > 5 ? [] : rows(page === 3 ? 2 : page) })
    })
    expect([source.status, source.accepted, codes]).toEqual([
      'complete',
      8,
      ['REPEATED_PAGE', 'SHORT_OF_TOTAL'],
    ])
  })

  test('N-6 a total that is met, and 404 behind it, is complete; before it is met, 404 is an error', async () => {
    const answer =
      (last: number): Answer =>
      (url, response) =>
        pageOf(url) > last ? send(response, {}, 404) : send(response, { total: 6, items: rows(pageOf(url)) })
    const met = await taken(byTotal, answer(3))
    expect([met.source.status, met.source.accepted, met.codes]).toEqual(['complete', 6, ['END_BY_STATUS']])
    expect((await taken(byTotal, answer(2))).source.status).toBe('failed')
  })

  test('N-8 a short first page does not multiply requests', async () => {
    const { source, asked } = await taken(
      '{ type: page, pageSize: 10, totalRecordsPath: total }',
      (url, response) => {
        const page = pageOf(url)
        send(response, { total: 60, items: page > 6 ? [] : rows(page, page === 1 ? 2 : 10) })
      },
    )
    expect([source.status, source.accepted, asked.length]).toEqual(['complete', 52, 7])
  })

  test('N-3 a cursorPath that found nothing on any page is told', async () => {
    const { source } = await taken('{ type: cursor, cursorPath: meta.nxt }', (_url, response) =>
      send(response, { items: rows(1), meta: { next: 'a' } }),
    )
    expect(source.notices).toMatchObject([
      { code: 'NOTHING_FOUND', message: 'pagination.cursorPath (meta.nxt) found nothing on any page' },
    ])
  })

  test('N-6 a constant scroll token is followed to the empty page', async () => {
    const { source, asked } = await taken('{ type: cursor, cursorPath: scroll }', (_url, response, count) =>
      send(response, { items: count <= 3 ? rows(count) : [], scroll: 'X' }),
    )
    expect([source.status, source.accepted, asked.length]).toEqual(['complete', 6, 4])
  })
})

test.each([
  [
    '{ status: 429 }',
    'status is 429; allowed is a status from 200 to 499, but none of 401, 407, 408, 425, 429',
  ],
  ['[{ status: [404, 500] }]', 'status from 200 to 499'],
  ['{ path: next }'],
  ['{ path: next, is: { a: 1 } }'],
  ['[]'],
  ['{ empty: false }'],
])(
  'N-6 endWhen: %s is refused with what is allowed',
  (rule, allowed = 'allowed is { status: 404 }, { path: a.b, is: value }') => {
    const yaml = `
sources:
  - name: shop
    baseUrl: http://127.0.0.1:1
    pagination: { type: page, pageSize: 2, endWhen: ${rule} }
    mapping: { id: { path: id } }
`
    expect(() => parseConfig(yaml, 'p.yaml', { environment: {} })).toThrow(allowed)
  },
)
