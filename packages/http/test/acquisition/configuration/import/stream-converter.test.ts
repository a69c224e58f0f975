import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { imported, manifestOf, refusal, streamOf, streamWritten } from './manifest-of.js'
import type { StreamParts } from './manifest-of.js'

const LIST = '{ type: ListPartitionRouter, values: [a, b], cursor_field: t'
const written = (yaml: string) => streamWritten(parse(yaml) as StreamParts)
const refused = (yaml: string) => refusal(parse(yaml) as StreamParts)

test.each([
  ['stream: { class_name: source_acme.Stream }', 'custom component', 'stream source_acme.Stream'],
  ['stream: { type: FileStream }', 'stream', 'FileStream has no counterpart'],
  ['stream: { type: StateDelegatingStream }', 'stream', 'there is no full_refresh_stream'],
  ['stream: { retriever: null }', 'stream', 'there is no retriever'],
  [
    'retriever: { type: CustomRetriever, class_name: source_acme.R }',
    'custom component',
    'retriever source_acme.R',
  ],
  ['retriever: { type: OtherRetriever }', 'stream', 'OtherRetriever has no counterpart'],
  ['retriever: { pagination_reset: {} }', 'pagination', 'the pagination is begun anew after some records'],
  ['retriever: { requester: null }', 'request', 'there is no requester'],
  [
    'requester: { type: CustomRequester, class_name: source_acme.Q }',
    'custom component',
    'requester source_acme.Q',
  ],
  ['requester: { type: SoapRequester }', 'request', 'SoapRequester has no counterpart'],
  ['retriever: { record_selector: null }', 'records', 'there is no record_selector'],
])('%s is refused', (yaml, about, detail) => {
  expect(refused(yaml)).toMatchObject({ about, detail })
})

test('a stream that is read in two ways has the name of either', () => {
  const full = streamOf({ name: 'items', stream: { name: undefined } })
  const { streams } = imported(
    manifestOf([{ type: 'StateDelegatingStream', name: 'two', full_refresh_stream: full }]),
  )
  expect(streams).toMatchObject([{ name: 'two', path: '/items' }])
})

describe('what tells records apart', () => {
  test.each([
    ['id', 'id'],
    ['""', 'none'],
    ['null', 'none'],
    ['[[a, b.c], [d]]', ['a["b.c"]', 'd']],
    ['"{{ parameters[\'key\'] }}"', 'uuid'],
  ])('%s', (key, id) => {
    expect(written(`stream: { primary_key: ${key}, $parameters: { key: uuid } }`)['id']).toEqual(id)
  })

  test('a setting from the environment is refused', () => {
    expect(refused('stream: { primary_key: "{{ config[\'shop\'] }}" }')).toMatchObject({ settings: ['shop'] })
  })
})

describe('where the values of parts go', () => {
  const option = (into: string, name = 'field_name: team') => `
retriever: { partition_router: ${LIST}, request_option: { inject_into: ${into}, ${name} } } }`

  test.each([
    [option('request_parameter'), { query: { team: '{t}' } }],
    [option('header'), { headers: { team: '{t}' } }],
    [`requester: { http_method: POST }${option('body_json')}`, { body: { json: { team: '{t}' } } }],
    [
      `requester: { http_method: POST, request_body_data: { a: b } }${option('body_data')}`,
      { body: { form: { a: 'b', team: '{t}' } } },
    ],
    [
      `requester: { http_method: POST }${option('body_json', 'field_path: [a, b]')}`,
      { body: { json: { a: { b: '{t}' } } } },
    ],
    [
      `requester: { request_body_json: { a: { c: 1 } } }${option('body_json', 'field_path: [a, b]')}`,
      { body: { json: { a: { c: 1, b: '{t}' } } } },
    ],
  ])('%s', (yaml, expected) => {
    expect(written(yaml)).toMatchObject(expected)
  })

  test.each([
    [`requester: { http_method: POST }${option('body_json', 'field_path: [a, b.c]')}`],
    [
      `requester: { http_method: POST, request_body_json: { a: x } }${option('body_json', 'field_path: [a, b]')}`,
    ],
    [`requester: { http_method: POST, request_body_data: text }${option('body_data')}`],
  ])('%s is refused', yaml => {
    expect(refused(yaml)).toMatchObject({
      about: 'request option',
      detail: 'a value goes into a place of the body that is not understood',
    })
  })
})

test('a next URL brings the size along, in a header too', () => {
  const yaml = `
retriever:
  paginator:
    type: DefaultPaginator
    page_token_option: { type: RequestPath }
    page_size_option: { inject_into: header, field_name: X-Size }
    pagination_strategy: { type: CursorPagination, cursor_value: '{{ response.next }}', page_size: 9 }`
  expect(written(yaml)).toMatchObject({ headers: { 'X-Size': 9 }, pagination: { type: 'nextUrl' } })
})

describe('what is sent of the beginning', () => {
  const stream = `
stream:
  incremental_sync: { type: DatetimeBasedCursor, cursor_field: updated, datetime_format: '%Y-%m-%d'`
  const filter = (yaml: string) => (written(yaml)['since'] as { readonly filter?: boolean }).filter

  test.each([
    [`requester: { request_parameters: { from: '{{ stream_interval.start_time }}' } }${stream} }`, undefined],
    [`requester: { request_parameters: { to: 'x{{ stream_interval.end_time }}' } }${stream} }`, undefined],
    [
      `requester: { request_parameters: { year: "{{ stream_interval.start_time | upper }}" } }${stream} }`,
      undefined,
    ],
    [`{}${stream}, end_time_option: { inject_into: header, field_name: To } }`.slice(2), undefined],
    [`requester: { request_parameters: { since: all } }${stream} }`, false],
    [`${stream} }`, false],
  ])('%s', (yaml, expected) => {
    expect(filter(yaml)).toBe(expected)
  })

  test('an end in a body makes a body', () => {
    expect(
      written(
        `requester: { http_method: POST }${stream}, end_time_option: { inject_into: body_json, field_name: to } }`,
      ),
    ).toMatchObject({ body: { json: {} }, since: { untilParam: { body: 'to' } } })
  })
})

test('slashes in a path are encoded, and that is said', () => {
  const config = { stream: streamOf({ name: 'teams' }), parent_key: 'links', partition_field: 't' }
  const partition_router = { type: 'SubstreamPartitionRouter', parent_stream_configs: [config] }
  const { converted } = imported(
    manifestOf([
      streamOf({
        requester: { path: 'x/{{ stream_partition.t.href }}' },
        retriever: { partition_router },
      }),
    ]),
  )
  expect(converted[0]?.notes).toEqual(['slashes in {team.links.href} are sent encoded'])
})

describe('fields that are added', () => {
  const stream = (value: string, more: string) => `
stream:
  transformations: [{ type: AddFields, fields: [{ path: [a], value: '${value}' }] }]
  ${more}`
  const sync = 'incremental_sync: { type: DatetimeBasedCursor, cursor_field: a, datetime_format: "%Y-%m-%d" }'

  test('are looked for where they come from', () => {
    expect(written(stream('{{ record.b.at }}', sync))).toMatchObject({ since: { field: 'b.at' } })
    expect(written(stream('{{ record["b.c"] }}', sync))).toMatchObject({ since: { field: '["b.c"]' } })
  })

  test('and by their names where they are computed', () => {
    expect(written(stream('{{ record.b | upper }}', sync))).toMatchObject({ since: { field: 'a' } })
  })

  test('a cursor of the last record that is computed is refused', () => {
    const paginator = `
retriever:
  paginator:
    type: DefaultPaginator
    page_token_option: { inject_into: request_parameter, field_name: after }
    pagination_strategy: { type: CursorPagination, cursor_value: '{{ last_record.a }}' }`
    expect(refused(stream('{{ record.b | upper }}', '') + paginator)).toMatchObject({
      about: 'computed field',
      detail: expect.stringContaining('a is computed, and something depends on it') as unknown,
    })
  })

  test('a cursor within one, where its source has an index', () => {
    const paginator = (cursor: string) => `
retriever:
  paginator:
    type: DefaultPaginator
    page_token_option: { inject_into: request_parameter, field_name: after }
    pagination_strategy: { type: CursorPagination, cursor_value: '${cursor}' }`
    const at = (cursor: string) => written(stream('{{ record.b }}', '') + paginator(cursor))['pagination']
    expect(at('{{ last_record.a.id }}')).toMatchObject({ cursorPath: 'b.id' })
    expect(at('{{ last_record.a[0] }}')).toMatchObject({ cursorPath: 'b[0]' })
  })
})
