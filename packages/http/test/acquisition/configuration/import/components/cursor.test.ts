import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { refusal, streamOf, streamWritten } from '../manifest-of.js'

const QUERY = '{ type: RequestOption, inject_into: request_parameter, field_name: after }'
const BODY = '{ type: RequestOption, inject_into: body_json, field_path: [paging] }'
const URL = '{ type: RequestPath }'

const partsOf = (value: string, option: string, more = '') => ({
  retriever: {
    paginator: parse(`
type: DefaultPaginator
page_token_option: ${option}
pagination_strategy:
  type: CursorPagination
  cursor_value: ${JSON.stringify(value)}
  ${more}`) as object,
  },
})

describe('where a cursor is read from', () => {
  test.each([
    ["{{ headers['X-Next'] }}", URL, { type: 'nextUrl', nextUrlHeader: 'X-Next' }],
    ["{{ headers['link']['prev']['url'] }}", URL, { type: 'linkHeader', rel: 'prev' }],
    ['{{ headers.link.next.url }}', URL, { type: 'linkHeader' }],
    [
      "{{ response.next | regex_search('page=(\\\\d+)') }}",
      QUERY,
      { type: 'cursor', cursorPath: 'next', cursorFromQuery: 'page', cursorParam: 'after' },
    ],
    [
      "{{ response.next.split('?page=')[1] }}",
      QUERY,
      { type: 'cursor', cursorPath: 'next', cursorFromQuery: 'page', cursorParam: 'after' },
    ],
    [
      "{{ (response.next | regex_search('[?&]page=([^&]+)')) if response.next }}",
      QUERY,
      { type: 'cursor', cursorPath: 'next', cursorFromQuery: 'page', cursorParam: 'after' },
    ],
    [
      '{"after": "{{ response.next }}"}',
      BODY,
      { type: 'cursor', cursorPath: 'next', cursorParam: { body: 'paging.after' } },
    ],
    [
      '{"a b": {"after": "{{ response.next }}"}}',
      BODY,
      { type: 'cursor', cursorPath: 'next', cursorParam: { body: 'paging.["a b"].after' } },
    ],
  ])('%s', (value, option, expected) => {
    expect(streamWritten(partsOf(value, option))['pagination']).toEqual(expected)
  })

  test('a field that is added is looked for where it comes from', () => {
    const transformations = [{ type: 'AddFields', fields: [{ path: ['at'], value: '{{ record.meta.at }}' }] }]
    const parts = { ...partsOf('{{ last_record.at }}', QUERY), stream: { transformations } }
    expect(streamWritten(parts)['pagination']).toMatchObject({ from: 'lastRecord', cursorPath: 'meta.at' })
  })
})

describe('what no path leads to is an expression', () => {
  const cut = "{{ response.next.split('after=')[1]"
  test.each([
    ["{{ response.next or headers['X-Next'] }}", QUERY],
    ['{{ response.next or response.page + 1 }}', QUERY],
    ['{{ last_record.next }}', URL],
    ["{{ headers['link']['next']['url'] }}", QUERY],
    ["{{ headers['link']['next']['rel'] }}", URL],
    ["{{ headers['X-Next'] | regex_search('page=(.*)') }}", QUERY],
    ["{{ response.next | regex_search('page/(.*)') }}", QUERY],
    ['{{ response.next | upper }}', QUERY],
    [`${cut}.split(';')[0] }}`, QUERY],
    [`{{ response.next.split('/')[1] }}`, QUERY],
    [`{{ (response.a ~ response.b).split('after=')[1] }}`, QUERY],
    [`{{ response.next.split(response.by)[0] }}`, QUERY],
    ["{{ response.next.split('&')[0] }}", QUERY],
    ["{{ headers['Link'].split(',')[0][1:-1] }}", URL],
    ["{{ response.link.split(';')[0][1:-1] }}", URL],
    ["{{ headers['Link'].split(';')[0][1:] }}", URL],
    ["{{ headers['Link'][1:-1] }}", URL],
    ['{"after": "{{ response.next }}"}', QUERY],
    ['{{ response.a }}-{{ response.b }}', BODY],
    ['{{ response.a }}-{{ response.b }}-{{ response.c }}', BODY],
  ])('%s in %s', (value, option) => {
    const { cursorPath, nextUrlPath } = streamWritten(partsOf(value, option))['pagination'] as Record<
      string,
      unknown
    >
    expect(cursorPath ?? nextUrlPath).toEqual({ expr: expect.any(String) as unknown })
  })
})

describe('what is no cursor', () => {
  test.each([
    ['{{ response }}', QUERY, 'the whole response would be the cursor'],
    ['{{ headers }}', QUERY, 'all headers together would be the cursor'],
    ['{{ stream_slice.next }}', QUERY, 'the cursor is read from stream_slice'],
    ["{{ headers['paging']['next'] }}", URL, 'a part of the Link header goes into a parameter'],
    ['{{ response.next | regex_search(response.how) }}', QUERY, 'the cursor is calculated'],
    [`{{ response.next.upper()[0] }}`, QUERY, 'the cursor is calculated'],
    [`{{ max(response.a, response.b)[0] }}`, QUERY, 'the cursor is calculated'],
    [`{{ response.next.upper()[0].split('&')[0] }}`, QUERY, 'the cursor is calculated'],
    ['first', QUERY, 'the cursor is a constant'],
    ['{"after": "{{ response.next }}", "n": 1}', BODY, 'the cursor is calculated'],
    ['{"after": "{{ headers.next }}"}', BODY, 'the cursor is calculated'],
    ['{"after": "{{ response.a + response.b }}"}', BODY, 'the cursor is calculated'],
    ['{"after": ["a", "{{ response.next }}"]}', BODY, 'the cursor is calculated'],
    ['{"after": {{ response.next }}}', BODY, 'the cursor is calculated'],
    ['["x{{ response.next }}"]', BODY, 'the cursor is calculated'],
  ])('%s in %s', (value, option, detail) => {
    expect(refusal(partsOf(value, option))).toMatchObject({
      about: 'cursor',
      detail: expect.stringContaining(detail) as unknown,
    })
  })

  test('a value of the partition that records get', () => {
    const partition_router = {
      type: 'SubstreamPartitionRouter',
      parent_stream_configs: [
        { stream: streamOf({ name: 'teams' }), parent_key: 'id', partition_field: 't' },
      ],
    }
    const { retriever } = partsOf('{{ last_record.team }}', QUERY)
    const transformations = [
      { type: 'AddFields', fields: [{ path: ['team'], value: '{{ stream_partition.t }}' }] },
    ]
    expect(
      refusal({
        retriever: { ...retriever, partition_router },
        requester: { path: '{{ stream_partition.t }}' },
        stream: { transformations },
      }),
    ).toMatchObject({
      about: 'cursor',
      detail: expect.stringContaining('a value of the partition') as unknown,
    })
  })
})
