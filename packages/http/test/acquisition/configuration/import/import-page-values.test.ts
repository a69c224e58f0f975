import { describe, expect, test } from 'vitest'
import { imported, manifestOf, streamOf, streamWritten } from './manifest-of.js'

const into = (name: string) => ({
  type: 'RequestOption',
  inject_into: 'request_parameter',
  field_name: name,
})
const written = (strategy: object, request_parameters: object, options: object = {}) =>
  streamWritten({
    requester: { request_parameters },
    retriever: { paginator: { type: 'DefaultPaginator', pagination_strategy: strategy, ...options } },
  })
const TOKEN = "next_page_token['next_page_token']"
const pages = (more: object) => ({ type: 'PageIncrement', page_size: 10, ...more })
const offsets = { type: 'OffsetIncrement', page_size: 10 }
const cursor = { type: 'CursorPagination', cursor_value: '{{ response.next }}' }

describe('next_page_token in a request', () => {
  test.each([
    [offsets, `from {{ (${TOKEN} or 0) + 1 }}`, { expr: '("from " & (pagination.offset + 1))' }],
    [offsets, `from {{ ${TOKEN} or 0 }}`, 'from {pagination.offset}'],
    [offsets, `{{ ${TOKEN} }}`, { expr: '(pagination.offset > 0 ? pagination.offset)' }],
    [
      pages({ start_from_page: 1 }),
      `{{ ${TOKEN} }}`,
      { expr: '(pagination.number > 1 ? pagination.number)' },
    ],
    [pages({ inject_on_first_request: true }), `p{{ ${TOKEN} }}`, 'p{pagination.number}'],
    [cursor, `{{ ${TOKEN} }}`, '{pagination.cursor}'],
    [cursor, `after {{ ${TOKEN} }}`, { expr: '("after " & pagination.cursor)' }],
    [
      cursor,
      `{{ ${TOKEN} if next_page_token else '1' }}`,
      { expr: '(pagination.cursor ? pagination.cursor : "1")' },
    ],
    [cursor, "{{ 'all' if not next_page_token }}", { expr: '((pagination.cursor ? false : true) ? "all")' }],
  ])('%o: %s', (strategy, value, expected) => {
    const stream = written(strategy, { q: value })
    expect(stream['query']).toEqual({ q: expected })
    const { type, ...paging } = stream['pagination'] as Record<string, unknown>
    const param = { page: 'pageParam', offset: 'offsetParam', cursor: 'cursorParam' }[String(type)]
    expect(paging[param ?? '']).toBe(false)
  })

  test('beside an option, and of a whole URL', () => {
    const value = "{{ 10 if not next_page_token or 'more' in next_page_token.next_page_token }}"
    const stream = written(cursor, { limit: value }, { page_token_option: { type: 'RequestPath' } })
    expect(stream['pagination']).toMatchObject({ type: 'nextUrl' })
    expect(JSON.stringify(stream['query'])).toContain('pagination.url')
  })
})

test.each([pages({}), offsets, cursor])('%o without a place for the page reads one page', strategy => {
  const options = { page_size_option: into('limit') }
  const paginator = {
    type: 'DefaultPaginator',
    pagination_strategy: { ...strategy, page_size: 10 },
    ...options,
  }
  const { streams, pipeline } = imported(manifestOf([streamOf({ retriever: { paginator } })]))
  expect(streams[0]).toMatchObject({ pagination: { type: 'none' }, query: { limit: 10 } })
  expect(pipeline).toContain('# Look here: the manifest pages without sending a page: one page is read')
})
