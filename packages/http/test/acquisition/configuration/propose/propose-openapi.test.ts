import { expect, test } from 'vitest'
import { parseConfig } from '../../../../src/acquisition/configuration/load-config.js'
import {
  openApiIn,
  proposeOpenApi,
} from '../../../../src/acquisition/configuration/propose/openapi/propose-openapi.js'

const json = (schema: object) => ({ 200: { description: 'ok', content: { 'application/json': { schema } } } })
const get = (schema: object, ...parameters: object[]) => ({ get: { parameters, responses: json(schema) } })
const query = (name: string, more: object = {}) => ({
  in: 'query',
  name,
  schema: { type: 'integer' },
  ...more,
})
const project = { $ref: '#/components/schemas/Project' }
const components = {
  schemas: {
    Project: { type: 'object', properties: { id: { type: 'string' }, name: { type: 'string' } } },
    Envelope: {
      allOf: [
        { type: 'object', properties: { data: { type: 'array', items: project } } },
        { properties: { next_cursor: { type: 'string' } } },
      ],
    },
    Loop: { $ref: '#/components/schemas/Loop' },
  },
}

const written = (document: object, base?: string) => {
  const found = proposeOpenApi(document as Record<string, unknown>, 'acme', base)
  const environment = Object.fromEntries(found.variables.map(name => [name, 'https://given.example']))
  const config =
    found.pipeline === undefined
      ? undefined
      : parseConfig(found.pipeline, 'pipeline.yaml', { environment, flags: {} }).config
  return { ...found, config }
}

test('lists, parents and children, what pages, and what is left out', () => {
  const { config, leftOut, pipeline } = written({
    openapi: '3.0.3',
    servers: [{ url: 'https://{region}.acme.example/v2', variables: { region: { default: 'eu' } } }],
    security: [{ token: [] }],
    components: { ...components, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths: {
      '/projects': get(
        { $ref: '#/components/schemas/Envelope' },
        query('cursor'),
        query('limit', { schema: { maximum: 50 } }),
      ),
      '/projects/{projectId}': get(project),
      '/projects/{projectId}/tasks': get({ type: 'array', items: project }, query('page'), query('per_page')),
      '/orphans/{x}/y': get({ type: 'array', items: project }),
      '/a/{b}/c/{d}/e': get({ type: 'array', items: project }),
      '/loop': get({ $ref: '#/components/schemas/Loop' }),
      '/uploads': { post: {} },
    },
  })
  expect(config?.streams).toMatchObject([
    {
      name: 'acme.projects',
      baseUrl: 'https://eu.acme.example/v2',
      path: '/projects',
      records: 'data',
      id: 'id',
      pagination: {
        type: 'cursor',
        cursorPath: 'next_cursor',
        cursorParam: 'cursor',
        sizeParam: 'limit',
        pageSize: 50,
      },
      auth: { type: 'bearer' },
    },
    {
      name: 'acme.tasks',
      path: '/projects/{parent.id}/tasks',
      for: [{ each: 'acme.projects', as: 'parent' }],
      pagination: { type: 'page', pageParam: 'page', sizeParam: 'per_page', pageSize: 100 },
    },
  ])
  expect(leftOut).toEqual([
    { path: '/projects/{projectId}', why: 'its answer is no list, and holds none' },
    { path: '/loop', why: 'no JSON answer with a schema is described' },
    { path: '/uploads', why: 'it has no GET' },
    { path: '/orphans/{x}/y', why: 'no list that it belongs to: write "for" for x by hand' },
    { path: '/a/{b}/c/{d}/e', why: 'several parents: write "for" for b, d by hand' },
  ])
  expect(pipeline).toContain('# certain: the only server')
  expect(pipeline).toContain('likely: the path before the parameter is the list projects')
})

test('YAML, a server beside the description, a key in the query, required parameters, names that end alike', () => {
  const text = `
openapi: 3.1.0
servers: [{ url: /api }]
components:
  securitySchemes:
    key: { type: apiKey, in: query, name: api_key }
    other: { type: mutualTLS }
paths:
  /shop/items:
    parameters: [{ in: query, name: storeId, required: true, schema: { type: string } }, { in: query, name: offset }]
    get: { responses: { default: { content: { application/json: { schema: { type: array, items: { type: object } } } } } } }
  /archive/items:
    get: { responses: { 2XX: { content: { application/hal+json: { schema: { type: object, properties: { tags: { type: array, items: { type: string } }, _items: { type: array, items: { type: object, properties: { itemId: {} } } } } } } } } } }
`
  const { config, variables, leftOut } = written(
    openApiIn(text) as object,
    'https://acme.example/docs/openapi.yaml',
  )
  expect(config?.streams).toMatchObject([
    {
      name: 'acme.items',
      baseUrl: 'https://acme.example/api',
      auth: { type: 'apiKey', in: 'query', name: 'api_key' },
      id: 'contentHash',
      query: { storeId: 'https://given.example' },
      pagination: { type: 'offset', offsetParam: 'offset', limitParam: false },
    },
    { name: 'acme.archive-items', records: '_items', id: 'itemId', pagination: { type: 'none' } },
  ])
  expect(variables).toEqual(['KEY', 'STORE_ID'])
  expect(leftOut).toEqual([])
})

test('OAuth with a refresh token; no whole URL of a server; nothing to take', () => {
  const flows = { authorizationCode: { tokenUrl: 'https://acme.example/token', scopes: {} } }
  const document = {
    openapi: '3.0.0',
    components: { securitySchemes: { acme_auth: { type: 'oauth2', flows } } },
    paths: {
      '/items': get(
        { type: 'object', properties: { has_more: {}, data: { type: 'array', items: project } } },
        query('starting_after'),
      ),
    },
  }
  const { config, variables } = written({
    ...document,
    components: { ...components, ...document.components },
  })
  expect(variables).toEqual([
    'BASE_URL',
    'ACME_AUTH_CLIENT_ID',
    'ACME_AUTH_CLIENT_SECRET',
    'ACME_AUTH_REFRESH_TOKEN',
  ])
  expect(config?.streams[0]).toMatchObject({
    auth: { type: 'oauth2', grant: 'refreshToken', tokenUrl: 'https://acme.example/token' },
    pagination: { from: 'lastRecord', cursorParam: 'starting_after', hasMorePath: 'has_more' },
  })
  expect(written({ openapi: '3.0.0', paths: {} })).toMatchObject({ pipeline: undefined, streams: [] })
  expect(() => proposeOpenApi({ swagger: '2.0' }, 'acme')).toThrow('version "2.0"; allowed is OpenAPI 3')
  expect(openApiIn('sources: []')).toBeUndefined()
})
