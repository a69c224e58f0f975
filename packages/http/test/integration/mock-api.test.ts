import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ApiMockOptions } from '../../src/mock/index.js'
import { outputFolder } from '../support/acquire-rig.js'
import { acquiredFrom, differences, mockOf } from '../support/api-rig.js'

type Manners = Omit<ApiMockOptions, 'config'>

/** Complete, with every record of the truth and no other, and nothing asked that is not declared. */
async function expectAll(yaml: string, manners: Manners = {}): Promise<void> {
  await using mock = await mockOf(yaml, manners)
  await using output = await outputFolder()
  const summary = await acquiredFrom(mock, output.path)
  expect(mock.problems.map(({ method, url, problem }) => `${method} ${url}: ${problem}`)).toEqual([])
  expect(differences(mock.truth, output.path)).toEqual([])
  expect(summary.run.status, JSON.stringify(summary.sources.map(({ errors }) => errors))).toBe('complete')
  expect(summary.totals.rejected).toBe(0)
  // Without records all of this would hold of anything.
  expect(Object.values(mock.truth.streams).every(({ count }) => count > 0)).toBe(true)
}

const source = (lines: string, records = 'items', id = 'id: id'): string => `
sources:
  - name: s
    baseUrl: https://api.example.com/v1
    path: /things
    records: ${records}
    ${id}
${lines
  .split('\n')
  .map(line => `    ${line}`)
  .join('\n')}
`

const paged = (pagination: string, more = ''): string => source(`pagination: ${pagination}\n${more}`)

describe('pagination', () => {
  test.each([
    ['none', '{ type: none }'],
    ['pages to the first empty one', '{ type: page, pageSize: 10 }'],
    ['pages from 0, with sizes', '{ type: page, pageSize: 10, firstPage: 0, pageParam: p, sizeParam: per }'],
    ['pages with a number of pages', '{ type: page, pageSize: 10, totalPagesPath: meta.pages }'],
    ['pages with a number in a header', '{ type: page, pageSize: 10, totalRecordsHeader: X-Total }'],
    ['pages in a header', '{ type: page, pageSize: 10, pageParam: { header: X-Page }, hasMorePath: more }'],
    ['pages in the path', "{ type: page, pageSize: 10, pageParam: { path: '/page/{}' } }"],
    ['pages whose end is a status', '{ type: page, pageSize: 5, endWhen: { status: 404 } }'],
    ['pages whose end is short', '{ type: page, pageSize: 10, endWhen: { short: true } }'],
    ['pages whose end repeats', '{ type: page, pageSize: 10, endWhen: { repeated: true } }'],
    ['pages whose end is told', '{ type: page, pageSize: 10, endWhen: { path: meta.last, is: true } }'],
    ['offsets', '{ type: offset, pageSize: 10 }'],
    ['offsets with a total', '{ type: offset, pageSize: 10, limitParam: false, totalRecordsPath: total }'],
    ['offsets in a header', '{ type: offset, pageSize: 10, offsetParam: { header: X-From } }'],
    ['a cursor', '{ type: cursor, cursorPath: meta.next, cursorParam: after }'],
    ['a cursor with sizes', '{ type: cursor, cursorPath: next, sizeParam: limit, pageSize: 7 }'],
    ['a cursor in a header', '{ type: cursor, from: header, cursorHeader: X-Next, cursorParam: token }'],
    ['a cursor to a header', '{ type: cursor, cursorPath: next, cursorParam: { header: X-After } }'],
    ['a cursor to the path', "{ type: cursor, cursorPath: next, cursorParam: { path: '/after/{}' } }"],
    ['a cursor in the last record', '{ type: cursor, from: lastRecord, cursorPath: id, cursorParam: after }'],
    ['a cursor from a start', "{ type: cursor, cursorPath: next, startCursor: '*' }"],
    ['a cursor in a URL', '{ type: cursor, cursorPath: links.next, cursorFromQuery: t, cursorParam: t }'],
    [
      'several cursors',
      '{ type: cursor, params: { a: meta.a, b: { header: X-B }, c: { lastRecord: id, to: { header: X-C } } } }',
    ],
    ['a cursor whose end is told', '{ type: cursor, cursorPath: next, endWhen: { path: next, is: -1 } }'],
    [
      'a cursor whose end is absent',
      '{ type: cursor, cursorPath: next, endWhen: { path: m, exists: false } }',
    ],
    ['a next URL', '{ type: nextUrl, nextUrlPath: links.next }'],
    ['a next URL among links', "{ type: nextUrl, nextUrlPath: 'links[rel=next].href' }"],
    ['a next URL in a header', '{ type: nextUrl, nextUrlHeader: X-Next-Page }'],
    ['a Link header', '{ type: linkHeader }'],
    ['a Link header of another relation', '{ type: linkHeader, rel: older }'],
  ])('%s', async (_, pagination) => {
    await expectAll(paged(pagination))
  })

  test.each([
    ['JSON', 'body: { json: { filter: { open: true } } }', '{ body: paging.page }'],
    ['a form', 'body: { form: { filter: open } }', '{ body: page }'],
    [
      'GraphQL',
      "body: { graphql: { query: '{ items { id } }', variables: { first: 10 } } }",
      '{ body: variables.page }',
    ],
  ])('pages in a body of %s', async (_, body, place) => {
    await expectAll(paged(`{ type: page, pageSize: 10, pageParam: ${place} }`, body))
  })

  test.each([
    [
      'a page in a longer text',
      '{ type: page, pageSize: 10, pageParam: false }',
      "query: { q: 'select * from things start {pagination.number} max 10' }",
    ],
    [
      'an offset in a header',
      '{ type: offset, pageSize: 10, offsetParam: false, limitParam: false }',
      "headers: { Range: 'items={pagination.offset}-' }",
    ],
    [
      'a cursor in a body, left out of the first request',
      '{ type: cursor, cursorPath: next, cursorParam: false }',
      "body: { json: { page: { after: '{pagination.cursor}' }, size: 10 } }",
    ],
    [
      'a cursor from a start in the text of a body',
      "{ type: cursor, cursorPath: next, cursorParam: false, startCursor: '*' }",
      "method: POST\nbody: { text: 'all after {pagination.cursor};' }",
    ],
  ])('%s', async (_, pagination, more) => {
    await expectAll(paged(pagination, more))
  })

  test('a path that an expression makes may be any', async () => {
    await expectAll(
      paged('{ type: page, pageSize: 10 }').replace('/things', `{ expr: '"things of " & run' }`),
    )
  })

  test.each([
    '{ type: cursor, cursorPath: next }',
    '{ type: nextUrl, nextUrlPath: next }',
    '{ type: linkHeader }',
  ])('a last page that still has a cursor: %s', async pagination => {
    await expectAll(paged(pagination), { lastHasCursor: true })
  })
})

const pem = (type: 'rsa' | 'ec'): string => {
  const { privateKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return JSON.stringify(privateKey.export({ type: 'pkcs8', format: 'pem' }))
}

const OAUTH = 'type: oauth2, tokenUrl: https://id.example.com/token, clientId: c&1, clientSecret: s+secret'

describe('auth', () => {
  test.each([
    ['a bearer token', '{ type: bearer, token: token-1234 }'],
    ['user and password', '{ type: basic, username: anna, password: "pass:word" }'],
    ['a key in a header', '{ type: apiKey, name: x-key, value: key-12345 }'],
    ['a key with a prefix', '{ type: apiKey, name: authorization, prefix: SSWS, value: key-12345 }'],
    ['a key in the query', '{ type: apiKey, in: query, name: key, value: key-12345 }'],
    ['a key in a cookie', '{ type: apiKey, in: cookie, name: key, value: key-12345 }'],
    ['headers', '{ type: headers, headers: { x-app: app-1234, x-key: key-12345 } }'],
    ['client credentials', `{ ${OAUTH}, grant: clientCredentials, scopes: [a, b], params: { resource: r } }`],
    [
      'client credentials in the form',
      `{ ${OAUTH}, grant: clientCredentials, clientAuth: client_secret_post }`,
    ],
    ['a refresh token', `{ ${OAUTH}, grant: refreshToken, refreshToken: refresh-0000 }`],
    [
      'name and password',
      `{ ${OAUTH}, grant: password, username: anna, password: pass-word, tokenPath: data.token }`,
    ],
    ['a token in the query', `{ ${OAUTH}, grant: clientCredentials, in: query, name: access_token }`],
    [
      'a signed client',
      `{ type: oauth2, tokenUrl: https://id.example.com/token, clientId: c, grant: clientCredentials, clientAuth: private_key_jwt, algorithm: ES256, privateKey: ${pem('ec')} }`,
    ],
    [
      'a service account',
      `{ type: jwtBearer, tokenUrl: https://id.example.com/token, issuer: robot, subject: anna, privateKey: ${pem('rsa')} }`,
    ],
    [
      'a login',
      '{ type: login, path: /login, body: { json: { u: a, p: pass-word } }, token: { body: session.token } }',
    ],
    [
      'a login elsewhere',
      '{ type: login, url: https://id.example.com/in, body: { form: { p: pass-word } }, token: { header: x-session } }',
    ],
    ['a login by cookie', '{ type: login, method: GET, path: in, token: { cookie: SID } }'],
  ])('%s', async (_, auth) => {
    await expectAll(paged('{ type: page, pageSize: 10 }', `auth: ${auth}`))
  })

  test('a key in the body', async () => {
    const auth = 'auth: { type: apiKey, in: body, name: key, value: key-12345 }\nbody: { json: { a: 1 } }'
    await expectAll(paged('{ type: page, pageSize: 10 }', auth))
  })

  test('another credential than declared is a problem', async () => {
    await using mock = await mockOf(paged('{ type: none }', 'auth: { type: bearer, token: token-1234 }'))
    const { status } = await fetch(`${mock.urls['s']}/things`, {
      headers: { accept: 'application/json', authorization: 'Bearer other' },
    })
    expect(status).toBe(401)
    expect(mock.problems).toHaveLength(1)
  })

  test('tokens end early, again and again, and refresh tokens may be used once', async () => {
    const auth = `auth: { ${OAUTH}, grant: refreshToken, refreshToken: refresh-0000 }`
    await using mock = await mockOf(paged('{ type: cursor, cursorPath: next, pageSize: 2 }', auth), {
      singleUseTokens: true,
      records: 40,
    })
    await using output = await outputFolder()
    let next = 5
    const revoking = setInterval(() => {
      if (mock.requests.length < next) return
      next += 10
      mock.revokeTokens()
    }, 2)
    const summary = await acquiredFrom(mock, output.path).finally(() => clearInterval(revoking))
    expect(summary.run.status).toBe('complete')
    expect(differences(mock.truth, output.path)).toEqual([])
    expect(mock.requests.filter(({ status, problem }) => status === 401 && problem === null)).not.toEqual([])
  })
})

const TREE = `
sources:
  - name: acme
    baseUrl: https://api.acme.example/v2
    records: items
    id: id
    pagination: { type: page, pageSize: 2, hasMorePath: more }
    responses: [{ status: [403, 404], then: skip }]
    streams:
      - name: projects
        path: /projects
        where: { path: hidden, is: false }
`

describe('parts', () => {
  test('children at two levels, of some parents, for each of a list', async () => {
    await expectAll(
      `${TREE}
      - name: tasks
        for:
          - { each: projects, as: project, where: { path: archived, is: false } }
          - { values: [open, 7], as: state }
        path: /{project.org.id}/projects/{project.id}/tasks
        query: { state: '{state}', expand: [a, b] }
        headers: { x-project: '{project.id}' }
      - name: notes
        for: { each: tasks, as: task }
        method: POST
        path: /notes?of=tasks
        body: { json: { filter: { task: '{task.id}', about: 'task {task.id}' } } }
`,
      { records: 8 },
    )
  })

  test('parents whose children are refused', async () => {
    const yaml = `${TREE}
      - name: tasks
        for: { each: projects, as: project }
        path: /projects/{project.id}/tasks
`
    await expectAll(yaml, { records: 12 })
    await using mock = await mockOf(yaml, { records: 12 })
    const parts = mock.truth.streams['acme.projects']?.records ?? []
    const answers = await Promise.all(
      parts.map(({ id }) =>
        fetch(`${mock.urls['acme']}/projects/${encodeURIComponent(id ?? '')}/tasks?page=1`, {
          headers: { accept: 'application/json' },
        }),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 403]))
  })

  test.each([
    ['body', 'body: { json: { ids: "{p.id}" } }'],
    ['query', 'query: { id: "{p.id}" }'],
    ['longer text', 'query: { q: "id in ({p.id})" }'],
    ['header', 'headers: { x-ids: "{p.id}" }'],
  ])('a batch of parents in the %s', async (_, place) => {
    const yaml = `${TREE}
      - name: search
        for: { each: projects, as: p, batch: 3 }
        path: /search
        ${place}
`
    await expectAll(yaml, { records: 8 })
  })
})

const SINCE = "field: updated, start: '2024-01-01', end: '2024-02-20T00:00:00Z'"

describe('since', () => {
  test.each([
    ['dates', `{ ${SINCE}, param: from, format: isoSeconds }`],
    ['both ends', `{ ${SINCE}, param: from, untilParam: to, format: iso }`],
    [
      'windows of days',
      `{ ${SINCE}, param: from, untilParam: to, format: date, window: 10d, granularity: 1d }`,
    ],
    [
      'windows that share ends',
      `{ ${SINCE}, param: { header: X-From }, untilParam: { header: X-To }, window: 1w }`,
    ],
    ['epoch seconds', `{ ${SINCE}, param: from, untilParam: to, format: epochSeconds, window: 20d }`],
    ['epoch milliseconds in the path', `{ ${SINCE}, param: { path: '/since/{}' }, format: epochMillis }`],
    ['a pattern', `{ ${SINCE}, param: from, format: "dd.MM.yyyy HH:mm" }`],
    ['the newest first', `{ ${SINCE}, param: from, order: descending }`],
    ['sent nowhere', `{ ${SINCE} }`],
    ['numbers', '{ field: version, type: number, start: 5, param: after }'],
    [
      'windows of numbers',
      '{ field: version, type: number, start: 0, end: 40, param: a, untilParam: b, window: 9, granularity: 1 }',
    ],
    ['texts', '{ field: key, type: text, param: after }'],
  ])('%s', async (_, since) => {
    const yaml = paged('{ type: page, pageSize: 5 }', `since: ${since}`)
    await expectAll(yaml)
    // A second run brings what has changed, and what is new.
    await using mock = await mockOf(yaml)
    await using output = await outputFolder()
    await acquiredFrom(mock, output.path)
    mock.change()
    mock.clearRequests()
    expect((await acquiredFrom(mock, output.path)).run.status).toBe('complete')
    expect(differences(mock.truth, output.path)).toEqual([])
    expect(mock.problems).toEqual([])
  })

  test('a filter that leaves out what equals its beginning', async () => {
    const yaml = paged('{ type: page, pageSize: 5 }', `since: { ${SINCE}, param: from, format: isoSeconds }`)
    await using mock = await mockOf(yaml, { leavesOutEqual: true })
    await using output = await outputFolder()
    await acquiredFrom(mock, output.path)
    mock.change()
    await acquiredFrom(mock, output.path)
    expect(differences(mock.truth, output.path)).toEqual([])
  })

  test('windows that are too wide are refused', async () => {
    const since = (window: string) => `since: { ${SINCE}, param: from, untilParam: to, window: ${window} }`
    const day = 24 * 3_600_000
    await expectAll(paged('{ type: none }', since('7d')), { maxWindowMs: 7 * day })
    await using mock = await mockOf(paged('{ type: none }', since('8d')), { maxWindowMs: 7 * day })
    await using output = await outputFolder()
    expect((await acquiredFrom(mock, output.path)).run.status).not.toBe('complete')
    expect(mock.problems[0]?.problem).toMatch(/^the window is \d+ ms wide/)
  })
})

const FIELDS = `mapping:
  id: { path: id }
  title: { path: title }
  count: { path: stats.count, type: integer }
  weight: { path: 'stats.weight', type: decimal, locale: de }
  price: { path: price.amount, type: money, locale: de, currencyPath: price.currency }
  cost: { path: cost, type: money, currency: EUR, minorUnits: 2 }
  yen: { path: yen, type: money, currency: JPY }
  us: { path: us, type: money, locale: en, symbols: { $: USD } }
  open: { path: open, type: boolean, trueValues: [ja], falseValues: [nein] }
  createdAt: { path: created, type: date, format: 'dd.MM.yyyy HH:mm', zone: Europe/Berlin }
  day: { path: day, type: date, format: date }
  epoch: { path: epoch, type: date, format: epoch-milliseconds }
  web: { path: web, type: date, format: rfc1123 }
  extra: { path: extra, type: json }
  tags: { path: 'tags[*].name', type: 'text[]' }
  owner: { path: owner.login, required: false }`

const flat = FIELDS.replaceAll('stats.', '')
  .replaceAll('price.', 'price_')
  .replaceAll('owner.', '')
  .replace(/ {2}tags:.*\n/, '')

describe('records', () => {
  test.each([
    ['JSON', FIELDS],
    ['NDJSON', `format: ndjson\n${FIELDS}`],
    ['CSV', `format: csv\n${flat}`],
    ['TSV', `format: tsv\n${flat}`],
    [
      'CSV of another kind',
      `format: { type: csv, delimiter: ';', quote: "'", charset: windows-1252, skipLines: 2 }\n${flat}`,
    ],
    ['CSV without a header', 'format: { type: csv, header: false, columns: [id, title, sku] }\nkeep: all'],
  ])('%s, plain and gzip', async (_, lines) => {
    const id = lines.includes('mapping') ? '' : 'id: id'
    const yaml = source(`pagination: { type: page, pageSize: 10 }\n${lines}`, 'items', id)
    await expectAll(yaml)
    await expectAll(yaml, { gzip: true })
  })

  test.each([
    ['at the top', "''", 'id: id'],
    ['in lists of lists', "'data[*].items[*]'", 'id: id'],
    ['in edges', "'data.edges[*].node'", 'id: id'],
    ['a map', '{ path: data, shape: map, key: code }', 'id: code'],
    ['texts', '{ path: data, shape: texts }', 'id: value'],
    ['columns', '{ path: data, shape: columns }', 'id: id'],
    ['columns named elsewhere', "{ path: rows, shape: columns, columns: 'fields[*].name' }", 'id: id'],
    ['several ids', 'items', 'id: [org.id, number]'],
    ['content', 'items', 'id: contentHash'],
    ['none', 'items', 'id: none'],
  ])('%s', async (_, records, id) => {
    await expectAll(source('pagination: { type: page, pageSize: 10 }', records, id))
  })

  test('one record', async () => {
    await expectAll(source('pagination: { type: none }', '{ path: me, shape: object }'))
  })

  test.each([
    '{ path: state, in: [open, held] }',
    '{ path: archived, exists: false }',
    "{ path: at, after: '2024-01-01' }",
    '{ path: price, before: 100 }',
    '{ not: { path: kind, is: test } }',
    '[{ path: a, is: 1 }, { any: [{ path: b, is: x }, { path: c, is: y }] }]',
  ])('a filter: %s', async where => {
    await expectAll(paged('{ type: page, pageSize: 10 }', `where: ${where}`))
  })
})

describe('what goes wrong', () => {
  test('faults are met, and nothing is lost', async () => {
    const faults = [
      { rate: 0.1, fault: { kind: 'status', status: 503 } },
      { rate: 0.1, fault: { kind: 'truncate' } },
      { rate: 0.1, fault: { kind: 'malformed' } },
      { rate: 0.05, fault: { kind: 'reset' } },
    ] as const
    const yaml = paged('{ type: cursor, cursorPath: next, pageSize: 2 }')
    await expectAll(yaml, { records: 40, behaviour: { latency: 0, faults } })
  })

  test('a limit says when it ends in the header that a rule names', async () => {
    const rule = 'responses: [{ status: 429, then: wait, until: { header: x-reset, as: seconds } }]'
    await using mock = await mockOf(paged('{ type: none }', rule), {
      behaviour: {
        faults: [{ requests: [1], fault: { kind: 'status', status: 429, retryAfterSeconds: 2 } }],
      },
    })
    const { status, headers } = await fetch(`${mock.urls['s']}/things`, {
      headers: { accept: 'application/json' },
    })
    expect([status, headers.get('x-reset'), headers.get('retry-after')]).toEqual([429, '2', null])
  })

  test.each([
    ['a path', 'GET', '/other', undefined, 404, 'no stream has the path /other'],
    ['a method', 'POST', '/things?page=1', undefined, 405, 'the method is POST; declared is GET'],
    ['a parameter', 'GET', '/things?page=1&x=1', undefined, 400, 'the parameter x is not declared'],
    ['no page', 'GET', '/things', undefined, 400, 'the page is undefined; declared is a whole number'],
    [
      'another value',
      'GET',
      '/search?kind=b&page=1',
      undefined,
      400,
      'the parameter kind is "b"; declared is "a"',
    ],
    ['a body', 'POST', '/post?page=1', '{"a":{"b":2}}', 400, 'the body.a.b is 2; declared is 1'],
    ['a body with more', 'POST', '/post?page=1', '{"a":{"b":1},"c":1}', 400, 'the body.c is not declared'],
  ])('a request that is not declared: %s', async (_, method, path, body, status, problem) => {
    await using mock = await mockOf(`
sources:
  - name: s
    baseUrl: https://api.example.com
    pagination: { type: page, pageSize: 10 }
    records: items
    id: id
    streams:
      - { name: things, path: /things }
      - { name: search, path: /search, query: { kind: a } }
      - { name: post, path: /post, body: { json: { a: { b: 1 } } } }
`)
    const accept = { accept: 'application/json' }
    const answer = await fetch(mock.urls['s'] + path, { method, headers: accept, ...(body && { body }) })
    expect(answer.status).toBe(status)
    expect(mock.problems.map(one => one.problem)).toEqual([problem])
  })
})
