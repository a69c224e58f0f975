import { expect, test } from 'vitest'
import { outputFolder } from '../support/acquire-rig.js'
import { runExample } from '../support/run-example.js'
import { startService } from '../support/web-service.js'

interface Json {
  readonly [key: string]: unknown
}

const jsonOf = (text: string): Json => JSON.parse(text) as Json

test('github.yaml: Link headers, children of each repository, and then what changed alone', async () => {
  const repo = (id: number, more: Json = {}) => ({
    id,
    name: `r${id}`,
    owner: { login: 'acme' },
    archived: false,
    size: 7,
    ...more,
  })
  const issues = [
    {
      id: 11,
      number: 1,
      title: 'a',
      state: 'open',
      updated_at: '2026-01-01T00:00:00Z',
      user: { login: 'x' },
    },
    { id: 12, number: 2, title: 'b', state: 'closed', updated_at: '2026-01-02T00:00:00Z', pull_request: {} },
  ]
  await using api = await startService(({ path, query, headers }) => {
    if (headers.authorization !== 'Bearer secret-token') return { status: 401 }
    const since = query.get('since') ?? ''
    if (path === '/repos/acme/r1/issues') return { body: issues.filter(one => one.updated_at >= since) }
    if (path === '/repos/acme/r3/issues') return { status: 410, body: { message: 'Issues are disabled' } }
    if (path !== '/orgs/acme/repos') return { status: 500 }
    if (query.get('page') === '2') return { body: [repo(3)] }
    const link = `<${api.url}/orgs/acme/repos?per_page=100&page=2>; rel="next"`
    return { headers: { link }, body: [repo(1), repo(2, { archived: true })] }
  })
  await using output = await outputFolder()
  const environment = { GITHUB_TOKEN: 'secret-token', GITHUB_ORGS: 'acme' }
  const take = () => runExample('github', { url: api.url, output: output.path, environment })
  expect(await take()).toEqual({
    status: 'complete',
    records: {
      'github.repos': Object.fromEntries(
        [1, 2, 3].map(id => [id, { id, name: `r${id}`, owner_login: 'acme', archived: id === 2 }]),
      ),
      'github.issues': {
        11: {
          id: 11,
          number: 1,
          title: 'a',
          state: 'open',
          updated_at: issues[0]?.updated_at,
          user_login: 'x',
          repo: 'r1',
        },
      },
    },
  })
  expect((await take()).status).toBe('complete')
  // Of the records that are taken: the newest is a pull request, which is not.
  const [, second] = api.to('/repos/acme/r1/issues').map(({ query }) => Object.fromEntries(query))
  expect(second).toEqual({
    per_page: '100',
    state: 'all',
    sort: 'updated',
    direction: 'asc',
    since: '2025-12-31T23:59:59Z',
  })
})

test('stripe.yaml: the id of the last record is the cursor', async () => {
  const charges = [3, 2, 1].map(n => ({
    id: `ch_${n}`,
    amount: 500 * n,
    currency: n === 2 ? 'jpy' : 'usd',
    created: 1_767_225_600 + n,
    status: 'paid',
  }))
  await using api = await startService(({ path, query }) => {
    if (path === '/v1/customers')
      return { body: { data: [{ id: 'cus_1', address: { city: 'Bonn' } }], has_more: false } }
    const from = charges.findIndex(({ id }) => id === query.get('starting_after')) + 1
    return { body: { data: charges.slice(from, from + 2), has_more: from === 0 } }
  })
  await using output = await outputFolder()
  const environment = { STRIPE_KEY: 'sk_test_0123' }
  const { status, records } = await runExample('stripe', { url: api.url, output: output.path, environment })
  expect(status).toBe('complete')
  expect(records['stripe.customers']).toEqual({ cus_1: { id: 'cus_1', address: { city: 'Bonn' } } })
  const amounts = Object.values(records['stripe.charges'] ?? {}).map(fields => (fields as Json)['amount'])
  expect(amounts).toEqual([
    { amount: '5.00', currency: 'USD' },
    { amount: '1000', currency: 'JPY' },
    { amount: '15.00', currency: 'USD' },
  ])
  expect(api.to('/v1/charges').map(({ query }) => query.get('starting_after'))).toEqual([null, 'ch_2'])
})

test('shopify.yaml: the cursor goes into the variables, and a throttled query waits', async () => {
  const node = (n: number) => ({
    id: `gid://shopify/Product/${n}`,
    title: `P${n}`,
    updatedAt: '2026-01-01T00:00:00Z',
    variants: { nodes: [{ sku: `${n}-a` }, { sku: `${n}-b` }] },
  })
  let asked = 0
  await using api = await startService(({ body }) => {
    asked += 1
    if (asked === 2)
      return { body: { errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }] } }
    const { after } = jsonOf(body)['variables'] as Json
    const pageInfo = { hasNextPage: after !== 'c1', endCursor: after === 'c1' ? 'c2' : 'c1' }
    return { body: { data: { products: { nodes: [node(after === 'c1' ? 2 : 1)], pageInfo } } } }
  })
  await using output = await outputFolder()
  const environment = { SHOPIFY_TOKEN: 'shpat_0123' }
  const { status, records } = await runExample('shopify', { url: api.url, output: output.path, environment })
  expect(status).toBe('complete')
  expect(records['shopify']?.['gid://shopify/Product/2']).toMatchObject({ title: 'P2', skus: ['2-a', '2-b'] })
  const sent = api.requests.map(({ body }) => jsonOf(body)['variables'])
  expect(sent).toEqual([{ first: 50 }, { first: 50, after: 'c1' }, { first: 50, after: 'c1' }])
  expect(api.requests[0]?.headers['x-shopify-access-token']).toBe('shpat_0123')
})

test('hubspot.yaml: a search by POST goes on with paging.next.after', async () => {
  const contact = (id: string) => ({
    id,
    properties: {
      email: `${id}@x.example`,
      lastname: `L${id}`,
      lastmodifieddate: '2026-01-01T00:00:00.000Z',
    },
  })
  await using api = await startService(({ body }) =>
    jsonOf(body)['after'] === '2'
      ? { body: { total: 3, results: [contact('3')] } }
      : { body: { total: 3, results: [contact('1'), contact('2')], paging: { next: { after: '2' } } } },
  )
  await using output = await outputFolder()
  const environment = { HUBSPOT_TOKEN: 'pat-0123' }
  const { status, records } = await runExample('hubspot', { url: api.url, output: output.path, environment })
  expect(status).toBe('complete')
  expect(Object.keys(records['hubspot.contacts'] ?? {})).toEqual(['1', '2', '3'])
  expect(records['hubspot.contacts']?.['3']).toMatchObject({ email: '3@x.example', lastName: 'L3' })
  expect(
    api.requests.map(({ method, body }) => [method, jsonOf(body)['after'], jsonOf(body)['limit']]),
  ).toEqual([
    ['POST', undefined, 100],
    ['POST', '2', 100],
  ])
})
