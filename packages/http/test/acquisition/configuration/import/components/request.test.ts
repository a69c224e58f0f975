import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { imported, manifestOf, refusal, streamOf, streamWritten } from '../manifest-of.js'

type Part = Readonly<Record<string, unknown>>

const teams = {
  partition_router: { type: 'ListPartitionRouter', values: ['a', 'b'], cursor_field: 'team' },
}
const partsOf = (yaml: string) => ({ requester: parse(yaml) as Part, retriever: teams })
const written = (yaml: string) => streamWritten(partsOf(yaml))
const refused = (yaml: string) => refusal(partsOf(yaml))

describe('the address', () => {
  const address = (yaml: string) => {
    const [source] = imported(manifestOf([streamOf(partsOf(yaml))])).sources
    return [source?.baseUrl, source?.streams[0]?.['path']]
  }

  test.each([
    ['{ url_base: "https://acme.example/v1/", path: /items }', 'https://acme.example/v1', '/items'],
    ['{ url: "https://acme.example/v1/items", path: "" }', 'https://acme.example/v1/items', ''],
    ['{ url: "https://acme.example/v1", path: items }', 'https://acme.example/v1', '/items'],
    ['{ path: "https://files.acme.example/all.csv" }', 'https://files.acme.example/all.csv', ''],
    ['{ path: "https://files.acme.example/all?kind=a" }', 'https://files.acme.example', '/all?kind=a'],
    [
      '{ path: "https://acme.example/teams/{{ stream_partition.team }}/items" }',
      'https://acme.example/teams',
      '/{team}/items',
    ],
    [
      '{ url_base: "https://acme.example/t/{{ stream_slice.team }}/", path: "items" }',
      'https://acme.example/t',
      '/{team}/items',
    ],
    [
      '{ url_base: "https://{{ config[\'shop\'] }}.acme.example", path: items }',
      'https://${SHOP}.acme.example',
      '/items',
    ],
    ['{ url_base: "{{ config[\'shop\'] }}/api", path: items }', '${SHOP}/api', '/items'],
    // References in a path are encoded anyway.
    ['{ path: "t/{{ stream_partition.team | urlencode }}" }', 'https://api.acme.example/v1', '/t/{team}'],
    ['{ path: "{{ sanitize_url(stream_partition.team) }}" }', 'https://api.acme.example/v1', '/{team}'],
  ])('%s', (yaml, baseUrl, path) => {
    expect(address(yaml)).toEqual([baseUrl, path])
  })

  test.each([
    ['url_base: ""', 'there is no url_base'],
    ['url_base: ftp://acme.example', 'ftp://acme.example is no address at import'],
    ['url_base: "https://{{ stream_partition.team }}.acme.example"', 'no address at import'],
    ['{ url: "{{ stream_partition.team }}", path: "" }', 'no address at import'],
  ])('%s is refused', (yaml, detail) => {
    expect(refused(yaml)).toMatchObject({
      about: 'request',
      detail: expect.stringContaining(detail) as unknown,
    })
  })

  const TEAM = '{{ stream_partition.team | upper }}'

  test.each([
    [`{ path: "t/${TEAM}.json" }`, '("t/" & $uppercase(team) & ".json")', undefined],
    [
      `{ path: "t/${TEAM}?a={{ stream_partition.team }}&b=${TEAM}&c=x%20y+z", request_parameters: { d: 1 } }`,
      '("t/" & $uppercase(team))',
      { a: '{team}', b: { expr: '$uppercase(team)' }, c: 'x y+z', d: 1 },
    ],
    ['{ url: "https://acme.example{{ stream_partition.team }}", path: "" }', 'team', undefined],
  ])('a path that has to be calculated becomes an expression: %s', (yaml, expr, query) => {
    expect(written(yaml)).toMatchObject({ path: { expr } })
    expect(written(yaml)['query']).toEqual(query)
  })

  test('what stands behind the ? of a path can be all that is calculated', () => {
    expect(written(`path: "items?team=${TEAM}"`)).toMatchObject({
      path: '/items',
      query: { team: { expr: '$uppercase(team)' } },
    })
    expect(written(`path: "items?a?b=${TEAM}"`)).toMatchObject({
      path: { expr: '("items?a?b=" & $uppercase(team))' },
    })
  })

  test('a path that is calculated behind a base that changes is refused', () => {
    const base = 'url_base: "https://acme.example/{{ stream_partition.team }}"'
    expect(refused(`{ ${base}, path: "${TEAM}" }`)).toMatchObject({ about: 'expression in path' })
  })
})

test.each([
  ['{}', undefined],
  ['http_method: get', undefined],
  ['http_method: PUT', 'PUT'],
  ['http_method: POST', 'POST'],
  ['{ http_method: POST, request_body_json: { a: b } }', undefined],
  ['request_body_json: { a: b }', 'GET'],
])('the method of %s', (yaml, method) => {
  expect(written(yaml)['method']).toEqual(method)
})

describe('parameters and headers', () => {
  test.each([
    ['request_parameters: { a: null, b: "", c: 0, d: x }', { b: '', c: 0, d: 'x' }],
    ['request_parameters: { ids: ["{{ stream_partition.team }}", 2, null] }', { ids: ['{team}', 2, ''] }],
    ["request_parameters: \"{'a': 1, 'b': 'x'}\"", { a: 1, b: 'x' }],
    ['request_parameters: "{{ parameters[\'query\'] }}"\n$parameters: { query: { a: b } }', { a: 'b' }],
    ['request_options_provider: { request_parameters: { a: b } }', { a: 'b' }],
    ["request_parameters: { \"{{ config['team'] or 'all' }}\": 1 }", { all: 1 }],
    ['request_parameters: { q: "{{ stream_partition.team | upper }}" }', { q: { expr: '$uppercase(team)' } }],
  ])('%s', (yaml, query) => {
    expect(written(yaml)['query']).toEqual(query)
  })

  test.each([
    [
      'request_parameters: "{{ {\'a\': stream_partition.team} }}"',
      'request',
      'request_parameters is a template as a whole',
    ],
    ['request_headers: "plain"', 'request', 'request_headers is a template as a whole'],
    ['request_parameters: { filter: { a: b } }', 'request option', 'parameter filter is a mapping'],
    ['request_headers: { X-Of: { a: b } }', 'request option', 'header X-Of is a mapping'],
    [
      'request_parameters: { fields: { type: QueryProperties, property_list: [a] } }',
      'QueryProperties',
      'parameter fields asks for properties in portions',
    ],
    [
      'request_parameters: { q: "{{ config[\'shop\'] | upper }}" }',
      'setting in an expression',
      'parameter q calculates with a setting: --set shop=...',
    ],
  ])('%s is refused', (yaml, about, detail) => {
    expect(refused(yaml)).toMatchObject({ about, detail: expect.stringContaining(detail) as unknown })
  })
})

describe('the body', () => {
  const QUERY = '"query { items { id } }"'
  const body = (yaml: string) => written(`http_method: POST\n${yaml}`)['body']

  test.each([
    ['request_body: { type: RequestBodyJsonObject, value: { a: 1 } }', { json: { a: 1 } }],
    [
      `request_body: { type: RequestBodyGraphQL, value: { query: ${QUERY} } }`,
      { graphql: { query: 'query { items { id } }' } },
    ],
    ['request_body: { type: RequestBodyGraphQL, value: text }', undefined],
    ['request_body: { type: RequestBodyUrlEncodedForm, value: { a: b } }', { form: { a: 'b' } }],
    ['request_body: { type: RequestBodyPlainText, value: "a=b" }', { text: 'a=b' }],
    ['request_body: { type: RequestBodyPlainText }', undefined],
    ['request_body_data: "size={{ config[\'page_size\'] }}"', { text: 'size=50' }],
    ['request_body_data: { a: [x, "{{ stream_partition.team }}"] }', { form: { a: ['x', '{team}'] } }],
    ['request_body_data: { a: x, b: "{{ config[\'team\'] }}" }', { form: { a: 'x' } }],
    ['request_body_data: {}', undefined],
    ['request_body_json: null', undefined],
    ['request_body_json: {}', undefined],
    ['request_body_json: ""', undefined],
    ['request_body_json: "{{ config[\'team\'] }}"', undefined],
    ["request_body_json: \"{'a': 1, 'b': [True, None]}\"", { json: { a: 1, b: [true, null] } }],
    [
      'request_body_json: { a: ["{{ stream_partition.team }}", null, { b: x }], c: null, $parameters: { d: 1 } }',
      { json: { a: ['{team}', null, { b: 'x' }] } },
    ],
    ['request_body_json: [1, "2", "x"]', { json: [1, 2, 'x'] }],
    [
      'request_body_json: \'{"team": "{{ stream_partition.team }}", "in": {"a": 1}}\'',
      { json: { team: '{team}', in: { a: 1 } } },
    ],
    [
      "request_body_json: \"{{ {'team': stream_partition.team, 'in': {'a': stream_partition.team}, 'no': config['team']} }}\"",
      { json: { team: '{team}', in: { a: '{team}' } } },
    ],
    ['request_body_json: "{{ {stream_partition.team: 1} }}"', { json: { '{team}': 1 } }],
    [
      `request_body_json: { query: ${QUERY}, operationName: null }`,
      { graphql: { query: 'query { items { id } }' } },
    ],
    ['request_body_json: { query: "a OR b" }', { json: { query: 'a OR b' } }],
    [
      'request_body_json: { query: "{ items(team: \\"{{ stream_partition.team }}\\") { id } }" }',
      { json: { query: '{ items(team: "{team}") { id } }' } },
    ],
  ])('%s', (yaml, expected) => {
    expect(body(yaml)).toEqual(expected)
  })

  test.each([
    ['request_body_data: [a, b]', 'request', 'the body is not understood'],
    ['request_body_json: "team {{ stream_partition.team }}"', 'body', 'no JSON without its templates'],
    [
      'request_body: { type: RequestBodyGraphQL, value: { query: "{ a(b: {{ stream_partition.team }}) }" } }',
      'request',
      'the GraphQL query is a template',
    ],
    [
      'request_body: { type: RequestBodyGraphQL, value: { variables: {} } }',
      'request',
      'the GraphQL query is a template',
    ],
  ])('%s is refused', (yaml, about, detail) => {
    expect(refused(`http_method: POST\n${yaml}`)).toMatchObject({
      about,
      detail: expect.stringContaining(detail) as unknown,
    })
  })
})
