import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { acquired, outputFolder, QUICK, withLimits } from '../support/acquire-rig.js'

/** What a request says of the page that it wants. */
interface Asked {
  readonly path: string
  readonly header: string | undefined
  readonly body: string
}

interface Answer {
  readonly page: object
  readonly headers?: Readonly<Record<string, string>>
}

async function taken(keys: string, answer: (asked: Asked) => Answer) {
  const asked: Asked[] = []
  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const header = request.headers['x-after']?.toString()
    const one = { path: request.url ?? '', header, body: await text(request) }
    asked.push(one)
    const { page, headers = {} } = answer(one)
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(page))
  }
  const server = createServer((request, response) => void reply(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  await using output = await outputFolder()
  const { port } = server.address() as AddressInfo
  const yaml = `
workers: 1
sources:
  - name: shop
    baseUrl: http://127.0.0.1:${port}
    path: /items
    records: items
    mapping: { id: { path: id } }
    ${keys}
`
  try {
    const { config } = parseConfig(yaml, 'shop.yaml', { flags: { output: output.path }, environment: {} })
    return { ...(await acquired(withLimits(config, QUICK))), asked }
  } finally {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
}

const items = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ id: `i${from + i}` }))

test('a cursor goes into the variables of a GraphQL query', async () => {
  const keys = `body: { graphql: { query: 'query($after: String) { items { id } }', variables: { first: 2 } } }
    pagination:
      type: cursor
      cursorPath: info.end
      cursorParam: { body: variables.after }
      sizeParam: { body: variables.first }
      pageSize: 3
      hasMorePath: info.more`
  const { summary, asked } = await taken(keys, ({ body }) => {
    const { variables } = JSON.parse(body) as { variables: { after?: string; first: number } }
    const from = Number(variables.after ?? 0)
    const to = Math.min(7, from + variables.first)
    return { page: { items: items(from, to), info: { end: String(to), more: to < 7 } } }
  })
  expect(summary).toMatchObject({ run: { status: 'complete' }, errors: [] })
  expect(asked.map(({ body }) => (JSON.parse(body) as { variables: object }).variables)).toEqual([
    { first: 3 },
    { first: 3, after: '3' },
    { first: 3, after: '6' },
  ])
})

test('pages that a header counts are asked for side by side, by numbers in a JSON body', async () => {
  const keys = `method: POST
    body: { json: { filter: { on: true } } }
    total: { header: X-Total }
    pagination:
      type: page
      pageParam: { body: paging.page }
      pageSize: 2
      totalRecordsHeader: X-Total`
  const { summary, asked } = await taken(keys, ({ body }) => {
    const { paging } = JSON.parse(body) as { paging: { page: number } }
    const from = (paging.page - 1) * 2
    return { page: { items: items(from, Math.min(9, from + 2)) }, headers: { 'x-total': '9' } }
  })
  expect(summary).toMatchObject({ run: { status: 'complete' }, errors: [] })
  const pages = asked.map(({ body }) => JSON.parse(body) as { filter: object; paging: { page: number } })
  expect(pages.map(({ paging }) => paging.page).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5])
  expect(pages.every(({ filter }) => JSON.stringify(filter) === '{"on":true}')).toBe(true)
})

test('a header gives the cursor, and a header takes it', async () => {
  const keys = 'pagination: { type: cursor, cursorHeader: X-Next, cursorParam: { header: X-After } }'
  const { summary, asked } = await taken(keys, ({ header }) => {
    const from = Number(header ?? 0)
    return { page: { items: items(from, from + 2) }, headers: from < 4 ? { 'x-next': String(from + 2) } : {} }
  })
  expect(summary).toMatchObject({ run: { status: 'complete' }, errors: [] })
  expect(asked.map(({ header }) => header)).toEqual([undefined, '2', '4'])
})

test('the last record gives the cursor, and the path takes it', async () => {
  const keys =
    "pagination: { type: cursor, from: lastRecord, cursorPath: id, cursorParam: { path: '/after/{}' } }"
  const { summary, asked } = await taken(keys, ({ path }) => {
    const from = path === '/items' ? 0 : Number(/i(\d+)$/.exec(path)?.[1]) + 1
    return { page: { items: items(from, Math.min(4, from + 2)) } }
  })
  expect(summary).toMatchObject({ run: { status: 'complete' }, errors: [] })
  expect(asked.map(({ path }) => path)).toEqual(['/items', '/items/after/i1', '/items/after/i3'])
})

test('one request, of which more is said', async () => {
  const { summary, asked } = await taken('pagination: { type: none }', () => ({
    page: { items: items(0, 2) },
    headers: { link: '</items?page=2>; rel="next"' },
  }))
  expect(asked).toHaveLength(1)
  expect(summary).toMatchObject({
    run: { status: 'complete' },
    sources: [{ notices: [{ code: 'MORE_MAY_FOLLOW' }] }],
  })
})
