import { expect, test } from 'vitest'
import { parseConfig } from '../../../../src/acquisition/configuration/load-config.js'
import { proposePage } from '../../../../src/acquisition/configuration/propose/propose-page.js'

const rows = (more: object = {}, count = 3) =>
  Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    title: `t${index}`,
    updated_at: `2026-01-0${index + 1}T00:00:00Z`,
    ...more,
  }))
const texts = (more: object = {}) => rows(more).map((row, index) => ({ ...row, id: `x_${index}` }))

interface Case {
  readonly body: unknown
  readonly headers?: Record<string, string>
  readonly query?: string
}

const propose = ({ body, headers = {}, query = '' }: Case) =>
  proposePage({
    url: `https://api.acme.example/v1/things${query}`,
    headers,
    body,
    sent: { headers: {} },
    name: 'acme',
  })

/** Whatever is proposed, the loader takes it. */
const loaded = (given: Case) => {
  const { pipeline, told } = propose(given)
  const environment = { API_KEY: 'k-secret-1' }
  const { config } = parseConfig(pipeline, 'pipeline.yaml', { environment, flags: {} })
  const [stream] = config.streams
  if (stream === undefined) throw new Error('no stream')
  return { stream, told, pipeline }
}

const link =
  '<https://api.acme.example/v1/things?page=2>; rel="next", <https://api.acme.example/v1/things?page=9>; rel="last"'

test.each<[string, Case, string, object, string]>([
  ['GitHub', { body: rows(), headers: { link } }, '', { type: 'linkHeader' }, 'certain'],
  [
    'Stripe',
    { body: { object: 'list', data: texts(), has_more: true, url: '/v1/things' }, query: '?limit=3' },
    'data',
    {
      type: 'cursor',
      from: 'lastRecord',
      cursorPath: 'id',
      cursorParam: 'starting_after',
      hasMorePath: 'has_more',
      sizeParam: 'limit',
      pageSize: 3,
    },
    'certain',
  ],
  [
    'Shopify',
    { body: { products: rows() }, headers: { link } },
    'products',
    { type: 'linkHeader' },
    'certain',
  ],
  [
    'HubSpot',
    {
      body: {
        results: texts(),
        paging: { next: { after: 'NTI1', link: 'https://api.acme.example/x?after=NTI1' } },
      },
    },
    'results',
    { type: 'cursor', cursorPath: 'paging.next.after', cursorParam: 'after' },
    'certain',
  ],
  [
    'Django REST',
    {
      body: { count: 9, next: 'https://api.acme.example/v1/things?page=2', previous: null, results: rows() },
    },
    'results',
    { type: 'nextUrl', nextUrlPath: 'next' },
    'certain',
  ],
  [
    'Django REST, the last page',
    { body: { count: 3, next: null, previous: null, results: rows() } },
    'results',
    { type: 'nextUrl', nextUrlPath: 'next' },
    'likely',
  ],
  [
    'JSON:API',
    {
      body: {
        data: texts({ attributes: { name: 'n' } }),
        links: { self: '/v1/things', next: '/v1/things?page[number]=2' },
      },
    },
    'data',
    { type: 'nextUrl', nextUrlPath: 'links.next' },
    'certain',
  ],
  [
    'OData',
    {
      body: {
        '@odata.context': 'x',
        value: rows(),
        '@odata.nextLink': 'https://api.acme.example/v1/things?$skiptoken=2',
      },
    },
    'value',
    { type: 'nextUrl', nextUrlPath: '["@odata.nextLink"]' },
    'certain',
  ],
  ['a plain list', { body: rows() }, '', { type: 'none' }, 'guess'],
  [
    'Slack',
    { body: { ok: true, members: texts(), response_metadata: { next_cursor: 'dGVhbQ==' } } },
    'members',
    { type: 'cursor', cursorPath: 'response_metadata.next_cursor', cursorParam: 'cursor' },
    'likely',
  ],
  [
    'Google',
    { body: { kind: 'list', items: texts(), nextPageToken: 'CAo' }, query: '?maxResults=3' },
    'items',
    {
      type: 'cursor',
      cursorPath: 'nextPageToken',
      cursorParam: 'pageToken',
      sizeParam: 'maxResults',
      pageSize: 3,
    },
    'likely',
  ],
  [
    'Laravel',
    { body: { data: rows(), meta: { current_page: 1, last_page: 4, per_page: 3, total: 12 } } },
    'data',
    { type: 'page', pageParam: 'page', pageSize: 3, totalPagesPath: 'meta.last_page' },
    'likely',
  ],
  [
    'Jira',
    { body: { startAt: 0, maxResults: 3, total: 12, issues: rows() } },
    'issues',
    {
      type: 'offset',
      offsetParam: 'startAt',
      limitParam: 'maxResults',
      pageSize: 3,
      totalRecordsPath: 'total',
    },
    'likely',
  ],
  [
    'Airtable',
    { body: { records: texts(), offset: 'itrX/recY' } },
    'records',
    { type: 'cursor', cursorPath: 'offset', cursorParam: 'offset' },
    'likely',
  ],
  [
    'Zendesk, a page number',
    { body: { users: rows(), next_page: 2, count: 9 } },
    'users',
    { type: 'cursor', cursorPath: 'next_page', cursorParam: 'page' },
    'likely',
  ],
  [
    'GraphQL connection',
    { body: { nodes: texts(), pageInfo: { endCursor: 'abc', hasNextPage: true } } },
    'nodes',
    {
      type: 'cursor',
      cursorPath: 'pageInfo.endCursor',
      cursorParam: 'after',
      hasMorePath: 'pageInfo.hasNextPage',
    },
    'likely',
  ],
  [
    'json-server',
    { body: rows(), headers: { 'x-total-count': '90' } },
    '',
    { type: 'page', pageSize: 3, totalRecordsHeader: 'x-total-count' },
    'guess',
  ],
  [
    'parameters that were given',
    { body: rows(), query: '?page=1&per_page=3&kind=a' },
    '',
    { type: 'page', pageParam: 'page', pageSize: 3, sizeParam: 'per_page' },
    'guess',
  ],
])('%s', (_name, given, records, pagination, sure) => {
  const { stream, told } = loaded(given)
  expect(stream.records).toBe(records)
  expect(stream.pagination).toMatchObject(pagination)
  expect(told.find(line => line.startsWith('pagination '))).toContain(`: ${sure}: `)
  expect(stream.id).toBe('id')
})

test('what tells records apart', () => {
  const idFor = (body: unknown) => {
    const { stream, told } = loaded({ body })
    return [stream.id, told.find(line => line.startsWith('id '))?.split(': ')[1]]
  }
  expect(idFor(rows())).toEqual(['id', 'certain'])
  expect(idFor(rows({ id: 1, uuid: undefined }).map((row, index) => ({ ...row, key: `k${index}` })))).toEqual(
    ['key', 'certain'],
  )
  expect(idFor([{ user_id: 1 }, { user_id: 2 }])).toEqual(['user_id', 'likely'])
  expect(idFor([{ id: 1 }])).toEqual(['id', 'likely'])
  expect(
    idFor([
      { sku: 'a', n: 1 },
      { sku: 'b', n: 1 },
    ]),
  ).toEqual(['sku', 'guess'])
  expect(idFor([{ n: 1 }, { n: 1 }])).toEqual(['contentHash', 'guess'])
})

test('a date by which changes can be asked for', () => {
  const sinceFor = (body: unknown) => propose({ body }).told.find(line => line.startsWith('since '))
  expect(sinceFor(rows())).toMatch(/^since updated_at: likely/)
  expect(sinceFor([{ id: 1, createdAt: '2026-01-01' }])).toMatch(/^since createdAt: guess/)
  expect(sinceFor([{ id: 1, attributes: { modified: '2026-01-01T00:00:00Z' } }])).toMatch(
    /^since attributes\.modified/,
  )
  expect(sinceFor([{ id: 1, updated: 'yesterday' }])).toBeUndefined()
})

test('the largest list is taken, and a page without any is one record', () => {
  const { stream, told } = loaded({ body: { included: rows({}, 1), data: rows() } })
  expect(stream.records).toBe('data')
  expect(told[0]).toContain('likely: the largest of 2 lists')
  expect(loaded({ body: { id: 7, name: 'x' } }).stream.records).toEqual({ path: '', shape: 'object' })
  expect(loaded({ body: { items: [] } }).told[0]).toContain('guess: a list, but it is empty')
  expect(() => propose({ body: 'text' })).toThrow('there are no records on it')
})

test('a credential in the URL does not reach the file, and what a server says stays in its comment', () => {
  const body = [{ id: 1, 'x\nsources: []': 1 }]
  const { pipeline, stream } = loaded({ body, query: '?api_key=tr0ub4dor&q=%7Bx%7D' })
  expect(pipeline).not.toContain('tr0ub4dor')
  expect(stream.query).toEqual({ api_key: 'k-secret-1', q: '{{x}' })
  expect(pipeline.match(/^sources:/gm)).toHaveLength(1)
})
