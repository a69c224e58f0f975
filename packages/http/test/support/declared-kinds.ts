import { generateKeyPairSync } from 'node:crypto'

/** A source that declares one kind of something, and what its name says. */
type Source = Readonly<Record<string, unknown>>

const pem = (type: 'rsa' | 'ec'): string => {
  const { privateKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

const paged = { type: 'page', pageSize: 4 }
const page = (more: object): Source => ({ pagination: { ...paged, ...more } })
const cursor = (more: object): Source => ({ pagination: { type: 'cursor', ...more } })

const pagination: Readonly<Record<string, Source>> = {
  none: { pagination: { type: 'none' } },
  'page-to-empty': page({}),
  'page-total': page({ totalPagesPath: 'meta.pages' }),
  'page-more': page({ hasMorePath: 'more', pageParam: { header: 'x-page' } }),
  'page-path': page({ pageParam: { path: '/page/{}' } }),
  'page-short': page({ endWhen: { short: true } }),
  'page-status': page({ endWhen: { status: 404 } }),
  'page-repeated': page({ endWhen: { repeated: true } }),
  'page-told': page({ endWhen: { path: 'last', is: true } }),
  'page-body': { ...page({ pageParam: { body: 'paging.page' } }), body: { json: { open: true } } },
  offset: { pagination: { type: 'offset', pageSize: 4 } },
  'offset-total': { pagination: { type: 'offset', pageSize: 4, totalRecordsHeader: 'x-total' } },
  'cursor-body': cursor({ cursorPath: 'next' }),
  'cursor-sized': cursor({ cursorPath: 'next', sizeParam: 'limit', pageSize: 3 }),
  'cursor-header': cursor({ from: 'header', cursorHeader: 'x-next' }),
  'cursor-record': cursor({ from: 'lastRecord', cursorPath: 'id', pageSize: 4 }),
  'cursor-several': cursor({ params: { a: 'meta.a', b: { header: 'x-b' } } }),
  'cursor-scroll': cursor({ cursorPath: 'next', startCursor: '*' }),
  'cursor-computed': cursor({ cursorPath: { expr: 'meta.next' } }),
  'next-url': { pagination: { type: 'nextUrl', nextUrlPath: 'links[rel=next].href' } },
  'next-url-header': { pagination: { type: 'nextUrl', nextUrlHeader: 'x-next' } },
  'link-header': { pagination: { type: 'linkHeader' } },
}

const oauth2 = { type: 'oauth2', tokenUrl: 'https://id.example.com/token', clientId: 'c&1' }
const secret = { ...oauth2, clientSecret: 's+secret-1' }

const auth: Readonly<Record<string, Source>> = {
  bearer: { auth: { type: 'bearer', token: 'token-1234' } },
  basic: { auth: { type: 'basic', username: 'anna', password: 'pass:word' } },
  'key-header': { auth: { type: 'apiKey', name: 'x-key', value: 'key-12345' } },
  'key-query': { auth: { type: 'apiKey', in: 'query', name: 'key', value: 'key-12345' } },
  'key-cookie': { auth: { type: 'apiKey', in: 'cookie', name: 'key', value: 'key-12345' } },
  'key-body': {
    auth: { type: 'apiKey', in: 'body', name: 'key', value: 'key-12345' },
    body: { json: { open: true } },
  },
  headers: { auth: { type: 'headers', headers: { 'x-key': 'key-12345' } } },
  client: { auth: { ...secret, grant: 'clientCredentials', scopes: ['a', 'b'] } },
  'client-post': {
    auth: { ...secret, grant: 'clientCredentials', clientAuth: 'client_secret_post' },
  },
  'client-signed': {
    auth: {
      ...oauth2,
      grant: 'clientCredentials',
      clientAuth: 'private_key_jwt',
      algorithm: 'ES256',
      privateKey: pem('ec'),
    },
  },
  refresh: { auth: { ...secret, grant: 'refreshToken', refreshToken: 'refresh-0000' } },
  password: { auth: { ...secret, grant: 'password', username: 'anna', password: 'pass-word' } },
  jwt: {
    auth: { type: 'jwtBearer', tokenUrl: oauth2.tokenUrl, issuer: 'robot', privateKey: pem('rsa') },
  },
  'login-body': {
    auth: { type: 'login', path: '/login', body: { json: { p: 'pass-word' } }, token: { body: 'token' } },
  },
  'login-header': {
    auth: { type: 'login', path: '/in', body: { form: { p: 'pass-word' } }, token: { header: 'x-session' } },
  },
  'login-cookie': { auth: { type: 'login', method: 'GET', path: '/in', token: { cookie: 'SID' } } },
}

const start = '2024-01-01'
const span = { field: 'updated', start, end: '2024-02-20T00:00:00Z' }
const ends = { ...span, param: 'from', untilParam: 'to' }

const since: Readonly<Record<string, Source>> = {
  iso: { since: { ...span, param: 'from' } },
  seconds: { since: { ...ends, format: 'epochSeconds', window: '20d' } },
  millis: { since: { ...span, param: { path: '/since/{}' }, format: 'epochMillis' } },
  days: { since: { ...ends, format: 'date', window: '10d', granularity: '1d' } },
  pattern: { since: { ...span, param: { header: 'x-from' }, format: 'dd.MM.yyyy HH:mm' } },
  overlap: { since: { ...ends, overlap: '3d' } },
  windows: { since: { ...ends, window: '1w' } },
  descending: { since: { ...span, param: 'from', order: 'descending' } },
  'not-sent': { since: span },
  numbers: { since: { field: 'version', type: 'number', start: 5, param: 'after' } },
  'number-windows': {
    since: {
      field: 'version',
      type: 'number',
      start: 0,
      end: 40,
      param: 'a',
      untilParam: 'b',
      window: 9,
      granularity: 1,
    },
  },
  texts: { since: { field: 'key', type: 'text', param: 'after' } },
}

/** A stream of parts; `parents` are there beside it. */
const parts = (stream: object, parents: object = {}): Source => ({
  responses: [{ status: 404, then: 'skip' }],
  streams: [
    { name: 'parents', path: '/parents', ...parents },
    { name: 'children', path: '/parents/{p.id}/children', ...stream },
  ],
})
const each = { each: 'parents', as: 'p' }

const partition: Readonly<Record<string, Source>> = {
  each: parts({ for: each }),
  where: parts({ for: { ...each, where: { path: 'archived', is: false } } }),
  batch: parts({ for: { ...each, batch: 5 }, path: '/children', query: { of: '{p.id}' } }),
  changed: parts({ for: { ...each, onlyChanged: true } }, { since: { ...span, param: 'from' } }),
  once: parts({ for: { ...each, once: true }, path: '/children' }),
  values: { for: { values: ['open', 'closed', 7], as: 's' }, path: '/things/{s}' },
  windows: {
    for: { windows: { start, end: '2024-03-01', step: '10d' }, as: 'w' },
    query: { from: '{w.from}', to: '{w.until}' },
  },
  product: parts({
    for: [each, { values: ['a', 'b'], as: 's' }],
    query: { s: '{s}' },
  }),
  'since-of-parts': parts({ for: each, since: { ...span, param: 'from' } }),
}

const mapping = {
  id: { path: 'id' },
  count: { path: 'count', type: 'integer' },
  price: { path: 'price', type: 'money', currency: 'EUR', locale: 'de' },
  day: { path: 'day', type: 'date', format: 'date' },
}

const format: Readonly<Record<string, Source>> = {
  json: { mapping },
  ndjson: { format: 'ndjson', mapping },
  csv: { format: 'csv', mapping },
  'csv-other': { format: { type: 'csv', delimiter: ';', charset: 'windows-1252', skipLines: 1 }, mapping },
  tsv: { format: 'tsv', mapping },
}

const stored: Readonly<Record<string, Source>> = {
  evolve: { contract: 'evolve', mapping },
  freeze: { contract: 'freeze', mapping },
  quarantine: { contract: 'quarantine', mapping },
  'mark-deleted': { markDeleted: true },
  'content-hash': { id: 'contentHash' },
  append: { id: 'none' },
  'several-ids': { id: ['group', 'number'] },
}

/** By kind and name: `auth-basic`. */
const KINDS = Object.entries({ pagination, auth, since, partition, format, stored }).flatMap(
  ([kind, sources]) => Object.entries(sources).map(([name, source]) => [`${kind}-${name}`, source] as const),
)

/** The names of the sources, each of which declares one kind. */
export const kindNames: readonly string[] = KINDS.map(([name]) => name)

/** A pipeline of all of them. JSON is YAML. */
export function pipelineOfKinds(rate: number): string {
  // A page may meet the end of a token in each process.
  const limits = { rate, concurrency: 100, retry: { maxAttempts: 10, baseDelay: '10ms' } }
  const sources = KINDS.map(([name, source]) => {
    const path = 'streams' in source ? {} : { path: '/things' }
    const id = 'mapping' in source ? {} : { id: 'id' }
    const usual = { name, baseUrl: 'https://api.example.com', records: 'items', limits }
    return { ...usual, ...id, pagination: paged, ...path, ...source }
  })
  return JSON.stringify({ sources }, null, 2)
}
