import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { httpServer } from '../contracts/servers.js'
import { outputFolder } from '../support/acquire-rig.js'
import { repository } from '../support/markdown.js'
import { runExample } from '../support/run-example.js'
import { startTokenService } from '../support/token-service.js'
import { startService } from '../support/web-service.js'

test('examples/README.md lists every pipeline', () => {
  const list = readFileSync(join(repository, 'examples/README.md'), 'utf8')
  const files = readdirSync(join(repository, 'examples')).filter(name => name.endsWith('.yaml'))
  expect(files.length).toBeGreaterThan(8)
  for (const file of files) expect(list).toContain(`[\`${file}\`](${file})`)
})

test('oauth2.yaml: the second run uses the refresh token that the first one was given', async () => {
  await using api = await startTokenService({
    rotates: true,
    items: ({ path, headers }) => {
      const name = path.split('/').at(-1) ?? ''
      const items = headers['x-tenant'] === 'acme' ? [{ [`${name.slice(0, -1)}Id`]: 'i-1', total: 5 }] : []
      return { body: { [name]: items, pagination: { pageCount: 1 } } }
    },
  })
  await using output = await outputFolder()
  const environment = {
    CLIENT_ID: 'acquire',
    CLIENT_SECRET: 'hush-hush',
    REFRESH_TOKEN: api.refreshToken,
    TENANT: 'acme',
  }
  const take = () => runExample('oauth2', { url: api.url, output: output.path, environment })
  expect(await take()).toEqual({
    status: 'complete',
    records: {
      'books.invoices': { 'i-1': { invoiceId: 'i-1', total: 5 } },
      'books.payments': { 'i-1': { paymentId: 'i-1', total: 5 } },
    },
  })
  expect(api.refreshToken).not.toBe(environment.REFRESH_TOKEN)
  expect((await take()).status).toBe('complete')
  expect(api.to('/token').map(({ form }) => form.get('refresh_token'))).toEqual([
    'refresh-0-0123456789',
    'refresh-1-0123456789',
  ])
})

test('children.yaml: three levels, states, and the comments of many tasks at once', async () => {
  const items = (list: readonly object[]) => ({ body: { items: list, total: list.length } })
  await using api = await startService(({ path, query, body }) => {
    if (path === '/api/workspaces') return items([{ id: 'w1' }, { id: 'w2' }])
    const [, workspace] = /workspaces\/(\w+)\/projects/.exec(path) ?? []
    if (workspace !== undefined)
      return items([{ id: `${workspace}-p1` }, { id: `${workspace}-p2`, archived: true }].map(project))
    const [, of] = /projects\/([\w-]+)\/tasks/.exec(path) ?? []
    if (of !== undefined) return items([{ id: `${of}-${query.get('state')}` }])
    const { taskIds } = JSON.parse(body) as { taskIds: string[] }
    return items(taskIds.map(id => ({ id: `c-${id}` })))
  })
  const project = (one: object) => ({ archived: false, ...one })
  await using output = await outputFolder()
  const environment = { TRACKER_PASSWORD: 'hush-hush' }
  const { status, records } = await runExample('children', { url: api.url, output: output.path, environment })
  expect(status).toBe('complete')
  const tasks = ['w1-p1-done', 'w1-p1-open', 'w2-p1-done', 'w2-p1-open']
  expect(Object.keys(records['tracker.tasks'] ?? {})).toEqual(tasks)
  expect(Object.keys(records['tracker.comments'] ?? {})).toEqual(tasks.map(id => `c-${id}`))
  expect(api.to('/api/projects/w1-p2/tasks')).toEqual([])
  expect(api.to('/api/projects/w1-p1/tasks')[0]?.query.getAll('expand')).toEqual(['owner', 'labels'])
})

test('csv-export.yaml: a gzip file of German numbers and local times', async () => {
  const rows = [
    'Order no.;Status;Total;Paid;Created',
    '1;paid;"1.234,50";ja;01.07.2026 12:00',
    '2;test;1,00;nein;01.07.2026 12:00',
    '3;open;0,99;nein;01.01.2026 12:00',
  ]
  await using api = await httpServer((request, response) => {
    const isAllowed = request.url === '/exports/orders.csv.gz?token=t-0123'
    response.writeHead(isAllowed ? 200 : 403, { 'content-type': 'application/gzip' })
    response.end(gzipSync(rows.join('\r\n')))
  })
  await using output = await outputFolder()
  const at = { url: api.url, output: output.path, environment: { EXPORT_TOKEN: 't-0123' } }
  expect(await runExample('csv-export', at)).toEqual({
    status: 'complete',
    records: {
      orders: {
        1: expect.objectContaining({
          total: { amount: '1234.50', currency: 'EUR' },
          paid: true,
          createdAt: '2026-07-01T10:00:00.000Z',
        }) as unknown,
        3: expect.objectContaining({ paid: false, createdAt: '2026-01-01T11:00:00.000Z' }) as unknown,
      },
    },
  })
})

test('changes.yaml: a run stops at what the one before has seen', async () => {
  const now = Date.now()
  const item = (id: number, hoursAgo: number) => ({
    id,
    date_modified: new Date(now - hoursAgo * 3_600_000).toISOString(),
  })
  const feed = [item(6, 1), item(5, 5), item(4, 10), item(3, 24), item(2, 48), item(1, 24 * 60)]
  await using api = await startService(({ query }) => {
    const from = Number(query.get('from') ?? 0)
    const next = from + 2 < feed.length ? { next_url: `/feed.json?from=${from + 2}` } : {}
    return { body: { items: feed.slice(from, from + 2), ...next } }
  })
  await using output = await outputFolder()
  const take = () => runExample('changes', { url: api.url, output: output.path })
  const first = await take()
  expect([first.status, Object.keys(first.records['news'] ?? {})]).toEqual([
    'complete',
    ['2', '3', '4', '5', '6'],
  ])
  expect(api.requests).toHaveLength(3)
  feed.unshift(item(7, 0))
  const second = await take()
  expect([second.status, Object.keys(second.records['news'] ?? {})]).toEqual([
    'complete',
    ['2', '3', '4', '5', '6', '7'],
  ])
  // Of the second page all but its first item lie before what was known, less the overlap.
  expect(api.requests).toHaveLength(5)
})
