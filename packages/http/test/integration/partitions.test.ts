import type { IncomingMessage, ServerResponse } from 'node:http'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { httpServer } from '../contracts/servers.js'
import { acquired, outputFolder, QUICK, withLimits } from '../support/acquire-rig.js'

interface Asked {
  readonly method: string
  readonly url: string
  readonly body: string
  readonly headers: IncomingMessage['headers']
}

/** A server of projects, their tasks and more, which writes down what it is asked. */
async function api(answer: (asked: Asked) => unknown) {
  const asked: Asked[] = []
  const server = await httpServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk as Buffer))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const one = { method, url, headers, body: Buffer.concat(chunks).toString() }
      asked.push(one)
      const found = answer(one)
      response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(found ?? {}))
    })
  })
  return { ...server, url: server.url, asked, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

async function run(yaml: string, url: string, output: string) {
  const text = yaml.replaceAll('URL', url)
  const { config } = parseConfig(text, 'p.yaml', { flags: { output }, environment: {} })
  return await acquired(withLimits({ ...config, workers: 1 }, QUICK))
}

function idsOf(output: string, stream: string): string[] {
  const database = new Database(`${output}/acquire.db`, { readonly: true })
  try {
    return database
      .prepare<[string], string>('select id from records where stream = ? order by id')
      .pluck()
      .all(stream)
  } finally {
    database.close()
  }
}

/** Projects on pages of two; each has tasks on pages of two, in states. */
const projects = (count: number) => (url: URL) => {
  const page = Number(url.searchParams.get('page') ?? 1)
  const ids = Array.from({ length: count }, (_, index) => `p/${index + 1}`)
  return {
    items: ids
      .slice((page - 1) * 2, page * 2)
      .map((id, index) => ({ id, org: `o${page}`, archived: index === 1 })),
    more: page * 2 < count,
  }
}

const SOURCE = `
sources:
  - name: acme
    baseUrl: URL
    records: items
    mapping: { id: { path: id } }
    pagination: { type: page, pageSize: 2, hasMorePath: more }
    streams:
      - name: projects
        path: /projects
`

test('children of a parent record, in path and query, for each of a list of values, page by page', async () => {
  await using server = await api(({ url }) => {
    const at = new URL(url, 'http://x')
    if (at.pathname === '/projects') return projects(5)(at)
    const [, org, project, state] = /^\/(o\d)\/(.*)\/tasks\/(\w+)$/.exec(at.pathname) ?? []
    if (project === undefined) return undefined
    const page = Number(at.searchParams.get('page'))
    const key = `${decodeURIComponent(project)}-${state}-${at.searchParams.get('of')}-${org}`
    return { items: [{ id: `${key}-${page}` }, { id: `${key}-${page}b` }], more: page < 2 }
  })
  await using output = await outputFolder()
  const yaml = `${SOURCE}
      - name: tasks
        for:
          - { each: projects, as: project, where: { path: archived, is: false } }
          - { values: 'open, closed', as: state }
        path: /{project.org}/{project.id}/tasks/{state}
        query: { of: '{project.id}' }
`
  const { summary } = await run(yaml, server.url, output.path)
  expect(summary.run.status).toBe('complete')
  expect(summary.sources.map(({ name, coverage }) => [name, coverage.uniqueIds])).toEqual([
    ['acme.projects', 5],
    ['acme.tasks', 3 * 2 * 4],
  ])
  const ids = idsOf(output.path, 'acme.tasks')
  expect(ids).toHaveLength(24)
  expect(ids).toContain('p/5-closed-p/5-o3-2b')
  expect(server.asked.filter(({ url }) => url.includes('%2F5/tasks/open')).map(({ url }) => url)).toEqual([
    '/o3/p%2F5/tasks/open?of=p%2F5&page=1',
    '/o3/p%2F5/tasks/open?of=p%2F5&page=2',
  ])
  // All is done: a second run takes all of it again, and no more.
  const before = server.asked.length
  const { summary: again } = await run(yaml, server.url, output.path)
  expect(again.run.status).toBe('complete')
  expect(server.asked.length).toBe(2 * before)
})

test('a batch of parents in a POST body, whose values keep their types', async () => {
  await using server = await api(({ url, body }) => {
    const at = new URL(url, 'http://x')
    if (at.pathname === '/projects')
      return {
        items: [1, 2, 3].map(n => ({ id: n, big: `B${n}` })),
        more: false,
      }
    const { filter } = JSON.parse(body) as { filter: { ids: number[] } }
    const page = at.searchParams.get('page')
    return { items: filter.ids.map(id => ({ id: `${id}-${page}` })), more: page === '1' }
  })
  await using output = await outputFolder()
  const { summary } = await run(
    `${SOURCE}
      - name: search
        for: { each: projects, as: p, batch: 2 }
        path: /search
        headers: { x-ids: '{p.big}' }
        body: { json: { filter: { ids: '{p.id}', text: 'ids {p.id}', open: true }} }
`,
    server.url,
    output.path,
  )
  expect(summary.run.status).toBe('complete')
  expect(idsOf(output.path, 'acme.search')).toEqual(['1-1', '1-2', '2-1', '2-2', '3-1', '3-2'])
  const first = server.asked.find(({ body }) => body.includes('[1,2]'))
  expect(first?.method).toBe('POST')
  expect(first?.headers).toMatchObject({ 'content-type': 'application/json', 'x-ids': 'B1,B2' })
  expect(first?.body).toBe('{"filter":{"ids":[1,2],"text":"ids 1,2","open":true}}')
})

test('values of a request are computed, from parts and from when the run began', async () => {
  await using server = await api(({ url }) =>
    url.startsWith('/projects')
      ? {
          items: [
            { id: 'a', n: 2 },
            { id: 'b', n: 3 },
          ],
        }
      : { items: [{ id: url }] },
  )
  await using output = await outputFolder()
  const { summary } = await run(
    `${SOURCE.replace('pagination: { type: page, pageSize: 2, hasMorePath: more }', 'pagination: { type: nextUrl, nextUrlPath: next }')}
      - name: reports
        for: { each: projects, as: p }
        path: /reports/{p.id}
        query: { twice: { expr: p.n * 2 }, day: { expr: '$substring(now, 0, 4) > "2000"' }, none: { expr: p.missing } }
        body: { json: { ids: { expr: '[p.id, p.id]' } } }
        headers: { x-n: { expr: '"n" & p.n' } }
`,
    server.url,
    output.path,
  )
  expect(summary.run.status).toBe('complete')
  expect(idsOf(output.path, 'acme.reports')).toEqual([
    '/reports/a?twice=4&day=true',
    '/reports/b?twice=6&day=true',
  ])
  const one = server.asked.find(({ url }) => url.startsWith('/reports/a'))
  expect([one?.body, one?.headers['x-n']]).toEqual(['{"ids":["a","a"]}', 'n2'])
})

test('expressions alone tell parts apart, and know what each page is asked for by', async () => {
  await using server = await api(({ url }) => {
    const { pathname, searchParams } = new URL(url, 'http://x')
    const rows = searchParams.get('start') === '3' ? ['c'] : ['a', 'b']
    if (pathname !== '/reports')
      return {
        items: [
          { id: 'a', n: 2 },
          { id: 'b', n: 3 },
        ],
        more: false,
      }
    return { items: rows.map(row => ({ id: `${searchParams.get('n')}${row}${searchParams.get('first')}` })) }
  })
  await using output = await outputFolder()
  const { summary } = await run(
    `${SOURCE}
      - name: reports
        for: { each: projects, as: p }
        path: /reports
        query:
          n: { expr: p.n }
          start: { expr: pagination.offset + 1 }
          first: { expr: 'pagination.offset > 0 ? "no"' }
        pagination: { type: offset, offsetParam: false, limitParam: false, pageSize: 2, stopOnShortPage: true }
`,
    server.url,
    output.path,
  )
  expect(summary.run.status).toBe('complete')
  expect(idsOf(output.path, 'acme.reports')).toEqual(['2anull', '2bnull', '2cno', '3anull', '3bnull', '3cno'])
})

test('a path is computed: of values, and one that the source gives is followed within its origin', async () => {
  await using server = await api(({ url, headers }) => {
    if (url.startsWith('/projects'))
      return {
        items: [
          { id: 'a', day: '2026-03-01', uri: '/sub/a.json' },
          { id: 'b', day: '2025-12-31', uri: `http://${headers.host}/sub/b%20c.json` },
          { id: 'c', day: '2024-01-01', uri: 'http://evil.example/sub' },
          { id: 'd', day: '2023-01-01', uri: null },
        ],
      }
    return { items: [{ id: url }] }
  })
  await using output = await outputFolder()
  const { summary } = await run(
    `${SOURCE.replace('pagination: { type: page, pageSize: 2, hasMorePath: more }', 'pagination: { type: nextUrl, nextUrlPath: next }')}
      - name: years
        for: { each: projects, as: p }
        path: { expr: '"years/" & $substring(p.day, 0, 4)' }
      - name: linked
        for: { each: projects, as: p }
        path: { expr: p.uri }
        query: { q: 1 }
`,
    server.url,
    output.path,
  )
  expect(idsOf(output.path, 'acme.years')).toEqual([
    '/years/2023',
    '/years/2024',
    '/years/2025',
    '/years/2026',
  ])
  expect(idsOf(output.path, 'acme.linked')).toEqual(['/sub/a.json?q=1', '/sub/b%20c.json?q=1'])
  const linked = summary.sources.find(({ name }) => name === 'acme.linked')
  expect(linked?.status).toBe('failed')
  expect(linked?.errors.map(({ code }) => code).toSorted()).toEqual(['EXPR_FAILED', 'REFERENCE_VALUE'])
})

test('an expression that fails, or never ends, fails its page and nothing else', async () => {
  await using server = await api(() => ({ items: [{ id: 'a' }], more: false }))
  await using output = await outputFolder()
  const { summary } = await run(
    `${SOURCE}
      - name: wrong
        path: /wrong
        query: { a: { expr: '$number("x")' } }
      - name: endless
        path: /endless
        query: { a: { expr: '($f := function($n) { $f($n + 1) }; $f(1))' } }
        limits: { pageTime: 300ms, retry: { maxAttempts: 1 } }
`,
    server.url,
    output.path,
  )
  expect(summary.sources.map(({ name, status, errors }) => [name, status, errors[0]?.code])).toEqual([
    ['acme.projects', 'complete', undefined],
    ['acme.wrong', 'failed', 'EXPR_FAILED'],
    ['acme.endless', 'failed', 'TOO_SLOW'],
  ])
  expect(server.asked).toHaveLength(1)
})

test('for the records of two parents, whichever comes first: each pair once', async () => {
  await using server = await api(({ url }) => {
    const at = new URL(url, 'http://x')
    if (at.pathname === '/projects') return projects(3)(at)
    if (at.pathname === '/users') return { items: [{ id: 'u1' }, { id: 'u2' }], more: false }
    return { items: [{ id: at.pathname }], more: false }
  })
  await using output = await outputFolder()
  const yaml = `${SOURCE}
      - name: users
        path: /users
      - name: members
        for: [{ each: users, as: user }, { each: projects, as: project }]
        path: /members/{project.id}/{user.id}
`
  const { summary } = await run(yaml, server.url, output.path)
  expect(summary.run.status).toBe('complete')
  const pairs = ['p/1', 'p/2', 'p/3'].flatMap(project =>
    ['u1', 'u2'].map(user => `/members/${encodeURIComponent(project)}/${user}`),
  )
  expect(idsOf(output.path, 'acme.members')).toEqual(pairs)
  expect(server.asked.filter(({ url }) => url.startsWith('/members'))).toHaveLength(6)
})

test('children of new and changed parents only, and of those whose children failed', async () => {
  const names = new Map([
    ['a', 1],
    ['b', 1],
    ['c', 1],
  ])
  let refused = '/tasks/b'
  await using server = await api(({ url }) => {
    const { pathname } = new URL(url, 'http://x')
    if (pathname === refused) return undefined
    if (pathname !== '/projects') return { items: [{ id: pathname }], more: false }
    return { items: Array.from(names, ([id, version]) => ({ id, version })), more: false }
  })
  await using output = await outputFolder()
  const yaml = `${SOURCE}
      - name: tasks
        for: { each: projects, as: p, onlyChanged: true }
        path: /tasks/{p.id}
`
  const askedFor = async () => {
    const before = server.asked.length
    await run(yaml, server.url, output.path)
    return server.asked
      .slice(before)
      .map(({ url }) => new URL(url, 'http://x').pathname)
      .filter(path => path !== '/projects')
      .toSorted()
  }
  expect(await askedFor()).toEqual(['/tasks/a', '/tasks/b', '/tasks/c'])
  refused = ''
  // Goes on with the run, and so with what failed in it.
  expect(await askedFor()).toEqual(['/tasks/b'])
  expect(await askedFor()).toEqual([])
  names.set('c', 2).set('d', 1)
  expect(await askedFor()).toEqual(['/tasks/c', '/tasks/d'])
})

test('a stream refers to what its parents are parts of themselves, however far up', async () => {
  await using server = await api(({ url }) => {
    const { pathname } = new URL(url, 'http://x')
    if (pathname === '/projects')
      return { items: [{ id: 1, org: { key: 'a' } }, { id: 2, org: { key: 'b' } }, { id: 3 }], more: false }
    if (pathname.endsWith('/tasks')) return { items: [{ id: `t${pathname.split('/')[1]}` }], more: false }
    if (pathname.endsWith('/notes')) return { items: [{ id: `n${pathname.split('/')[2]}` }], more: false }
    return { items: [{ id: pathname }], more: false }
  })
  await using output = await outputFolder()
  const { summary } = await run(
    `${SOURCE}
      - name: tasks
        for: [{ each: projects, as: project }, { values: [eu], as: region }]
        path: /{project.id}/tasks
      - name: notes
        for: { each: tasks, as: task }
        path: /notes/{task.id}/notes
        add: { org: '{project.org}' }
      - name: files
        for: { each: notes, as: note }
        path: /files/{project.org.key}/{region}/{note.id}
`,
    server.url,
    output.path,
  )
  expect(summary.run.status).toBe('complete')
  expect(idsOf(output.path, 'acme.files')).toEqual(['/files/a/eu/nt1', '/files/b/eu/nt2'])
  const asked = server.asked.map(({ url }) => new URL(url, 'http://x').pathname)
  // What only a stream below needs keeps no part from beginning.
  expect(asked).toContain('/notes/t3/notes')
  expect(asked.filter(path => path.startsWith('/files')).toSorted()).toEqual([
    '/files/a/eu/nt1',
    '/files/b/eu/nt2',
  ])
})

test('once: a stream whose requests do not depend on its parent is taken once, if the parent has records', async () => {
  let count = 5
  await using server = await api(({ url }) => {
    const at = new URL(url, 'http://x')
    if (at.pathname === '/projects') return projects(count)(at)
    return { items: [{ id: at.searchParams.get('page') }], more: at.searchParams.get('page') === '1' }
  })
  await using output = await outputFolder()
  const yaml = `${SOURCE}
      - name: roles
        for: { each: projects, as: project, once: true }
        path: /roles
`
  await run(yaml, server.url, output.path)
  expect(server.asked.map(({ url }) => url).filter(url => url.startsWith('/roles'))).toEqual([
    '/roles?page=1',
    '/roles?page=2',
  ])
  expect(idsOf(output.path, 'acme.roles')).toEqual(['1', '2'])
  count = 0
  const before = server.asked.length
  await run(yaml, server.url, output.path)
  expect(server.asked.slice(before).map(({ url }) => url)).toEqual(['/projects?page=1'])
})

test('what paging puts into a body makes one where there is none', async () => {
  await using server = await api(({ body }) => {
    const { paging = { page: 0 }, since } = JSON.parse(body) as { paging?: { page: number }; since?: string }
    return { items: [{ id: `${paging.page}-${since}`, at: '2026-01-01' }], more: paging.page < 2 }
  })
  await using output = await outputFolder()
  const { summary } = await run(
    `${SOURCE}
        method: POST
        pagination: { type: page, pageParam: { body: paging.page }, pageSize: 1, hasMorePath: more }
        since: { field: at, start: '2025-01-01', format: date, param: { body: since } }
`,
    server.url,
    output.path,
  )
  expect(summary.run.status).toBe('complete')
  expect(server.asked.map(({ body }) => body)).toEqual([
    '{"since":"2025-01-01","paging":{"page":1}}',
    '{"since":"2025-01-01","paging":{"page":2}}',
  ])
})

test('for each value and each window of dates: every pair once, without state', async () => {
  await using server = await api(({ url }) => {
    const { searchParams } = new URL(url, 'http://x')
    const { kind, from, to } = Object.fromEntries(searchParams)
    return { items: [{ id: `${kind} ${from} ${to}` }], more: false }
  })
  await using output = await outputFolder()
  const yaml = `
sources:
  - name: s
    baseUrl: URL
    path: /reports
    for:
      - { values: [a, b], as: kind }
      - { windows: { start: '2026-01-01', end: '2026-02-15', step: 30d, granularity: 1d, format: date }, as: w }
    query: { kind: '{kind}', from: '{w.from}', to: '{w.until}' }
    records: items
    pagination: { type: page, pageSize: 2, hasMorePath: more }
    id: id
    add: { from: '{w.from}' }
`
  for (let take = 1; take <= 2; take += 1) {
    expect((await run(yaml, server.url, output.path)).summary.run.status).toBe('complete')
    expect(server.asked).toHaveLength(4 * take)
  }
  expect(idsOf(output.path, 's')).toEqual([
    'a 2026-01-01 2026-01-30',
    'a 2026-01-31 2026-02-15',
    'b 2026-01-01 2026-01-30',
    'b 2026-01-31 2026-02-15',
  ])
})
