import { describe, expect, test } from 'vitest'
import { refusal, streamWritten } from './manifest-of.js'

const into = (name: string, where = 'request_parameter') => ({
  type: 'RequestOption',
  inject_into: where,
  field_name: name,
})
const pages = (strategy: object, options: object = {}) =>
  streamWritten({
    retriever: { paginator: { type: 'DefaultPaginator', pagination_strategy: strategy, ...options } },
  })['pagination']

describe('pagination', () => {
  test('none', () => {
    expect(streamWritten({})['pagination']).toEqual({ type: 'none' })
  })

  test('pages: they begin with 0, and a short one ends', () => {
    const options = { page_token_option: into('page'), page_size_option: into('per_page') }
    expect(pages({ type: 'PageIncrement', page_size: 20 }, options)).toEqual({
      type: 'page',
      pageParam: 'page',
      firstPage: 0,
      sizeParam: 'per_page',
      pageSize: 20,
      stopOnShortPage: true,
    })
    expect(
      pages({ type: 'PageIncrement', start_from_page: 1 }, { page_token_option: into('X-Page', 'header') }),
    ).toEqual({
      type: 'page',
      pageParam: { header: 'X-Page' },
      firstPage: 1,
      pageSize: 1,
    })
  })

  test.each([
    ['body_data', 'form'],
    ['body_json', 'json'],
  ])('a cursor in %s makes the body a %s', (where, kind) => {
    const paginator = {
      type: 'DefaultPaginator',
      pagination_strategy: { type: 'CursorPagination', cursor_value: "{{ response['next'] }}" },
      page_token_option: into('after', where),
    }
    expect(streamWritten({ retriever: { paginator } })['body']).toEqual({ [kind]: {} })
  })

  test.each([
    ['body_data', 'form'],
    ['body_json', 'json'],
  ])('a size in %s makes the body a %s, and no POST of a GET', (where, kind) => {
    const paginator = {
      type: 'DefaultPaginator',
      pagination_strategy: {
        type: 'CursorPagination',
        cursor_value: "{{ response['next'] }}",
        page_size: 20,
      },
      page_token_option: { type: 'RequestPath' },
      page_size_option: into('size', where),
    }
    expect(streamWritten({ retriever: { paginator } })).toMatchObject({
      method: 'GET',
      body: { [kind]: { size: 20 } },
    })
  })

  test('offsets', () => {
    const options = {
      page_token_option: into('offset', 'body_json'),
      page_size_option: into('limit', 'body_json'),
    }
    expect(pages({ type: 'OffsetIncrement', page_size: "{{ config['page_size'] }}" }, options)).toEqual({
      type: 'offset',
      offsetParam: { body: 'offset' },
      limitParam: { body: 'limit' },
      pageSize: 50,
      stopOnShortPage: true,
    })
    expect(
      pages({ type: 'OffsetIncrement', page_size: 50 }, { page_token_option: into('offset') }),
    ).toMatchObject({ limitParam: false, pageSize: 50 })
  })

  const cursor = (value: string, stop?: string) => ({
    type: 'CursorPagination',
    cursor_value: value,
    ...(stop !== undefined && { stop_condition: stop }),
  })

  test.each([
    ["{{ response['meta']['next'] }}", "{{ not response['meta']['next'] }}", { cursorPath: 'meta.next' }],
    ["{{ response.get('next', {}) }}", undefined, { cursorPath: 'next' }],
    ['{{ response.a or response.b }}', undefined, { cursorPath: ['a', 'b'] }],
    [
      "{{ last_record['id'] }}",
      '{{ last_page_size == 0 }}',
      { from: 'lastRecord', cursorPath: 'id', endWhen: { empty: true } },
    ],
    ["{{ response['data'][-1]['id'] }}", undefined, { from: 'lastRecord', cursorPath: 'id' }],
    ["{{ headers['X-Next'] }}", undefined, { cursorHeader: 'X-Next' }],
    [
      "{{ response.next | regex_search('after=([^&]+)') }}",
      undefined,
      { cursorPath: 'next', cursorFromQuery: 'after' },
    ],
    [
      "{{ response.next.split('after=')[-1].split('&')[0] if response.next else None }}",
      undefined,
      { cursorPath: 'next', cursorFromQuery: 'after' },
    ],
    [
      '{{ response.next }}',
      '{{ response.done }}',
      { cursorPath: 'next', endWhen: { path: 'done', is: true } },
    ],
    [
      '{{ response.next }}',
      '{{ response.has_more is false }}',
      { cursorPath: 'next', endWhen: { path: 'has_more', is: false } },
    ],
    [
      '{{ response.next }}',
      '{{ not response.has_more }}',
      {
        cursorPath: 'next',
        endWhen: [
          { path: 'has_more', in: [null, false, 0, ''] },
          { path: 'has_more', exists: false },
        ],
      },
    ],
  ])('a cursor %s, ended by %s', (value, stop, expected) => {
    expect(pages(cursor(value, stop), { page_token_option: into('after') })).toEqual({
      type: 'cursor',
      cursorParam: 'after',
      ...expected,
    })
  })

  test('a next URL brings the size along, the first request has it by itself', () => {
    const written = streamWritten({
      retriever: {
        paginator: {
          type: 'DefaultPaginator',
          pagination_strategy: { ...cursor('{{ response.links.next }}'), page_size: 30 },
          page_token_option: { type: 'RequestPath' },
          page_size_option: into('size'),
        },
      },
    })
    expect(written).toMatchObject({
      query: { size: 30 },
      pagination: { type: 'nextUrl', nextUrlPath: 'links.next' },
    })
  })

  test('the Link header', () => {
    const link = cursor("{{ headers['link']['next']['url'] }}", "{{ 'next' not in headers['link'] }}")
    expect(pages(link, { page_token_option: { type: 'RequestPath' } })).toEqual({ type: 'linkHeader' })
    const first = cursor(
      "{{ headers['Link'].split(';')[0][1:-1] }}",
      "{{ 'rel=\"next\"' not in headers['Link'] }}",
    )
    expect(pages(first, { page_token_option: { type: 'RequestPath' } })).toEqual({ type: 'linkHeader' })
  })

  test('the first of several next URLs; one that is the page itself ends the chain anyway', () => {
    const several = cursor(
      '{{ response.a.next or response.b }}',
      '{{ not response.a.next and not response.b }}',
    )
    expect(pages(several, { page_token_option: { type: 'RequestPath' } })).toEqual({
      type: 'nextUrl',
      nextUrlPath: ['a.next', 'b'],
    })
    const self = cursor('{{ response.links.next }}', '{{ response.links.next == response.links.self }}')
    expect(pages(self, { page_token_option: { type: 'RequestPath' } })).toEqual({
      type: 'nextUrl',
      nextUrlPath: 'links.next',
    })
  })

  test('an offset that the body counts', () => {
    const sum = '($type(start) = "string" or $type(size) = "string" ? start & size : start + size)'
    const counted = {
      ...cursor(
        '{{ response.start + response.size }}',
        '{{ response.last or response.start + response.size >= response.total }}',
      ),
      page_size: 50,
    }
    expect(pages(counted, { page_token_option: into('start'), page_size_option: into('size') })).toEqual({
      type: 'cursor',
      cursorPath: { expr: sum },
      cursorParam: 'start',
      sizeParam: 'size',
      pageSize: 50,
      endWhen: { expr: `$boolean((last ? last : (${sum} >= total)))` },
    })
  })

  const url = (text: string, base = '/v1/') =>
    `($next := ${text}; $next ? ($contains($next, /^https?:/) ? $next : "${base}" & $replace($next, /^\\//, "")))`
  const link = '<[^>]*>(?=[^<]*;\\s*rel="?next\\b)[^<]*;\\s*cursor="?([^";,<]*)'

  test.each([
    ['{{ response.page + 1 }}', undefined, { cursorPath: { expr: '(page + 1)' } }],
    [
      "{{ response['paging']['next'] if response['data'] }}",
      undefined,
      { cursorPath: { expr: '(data ? paging.next : "")' } },
    ],
    [
      "{{ headers['link']['next']['cursor'] }}",
      "{{ headers['link']['next']['results'] == 'false' }}",
      {
        cursorPath: { expr: `$match($headers.link, /${link}/).groups[0]` },
        endWhen: {
          expr: `$boolean(($match($headers.link, /${link.replace('cursor', 'results')}/).groups[0] = "false"))`,
        },
      },
    ],
    [
      '{{ last_record.id }}',
      "{{ not 'next' in headers.get('Link') }}",
      {
        from: 'lastRecord',
        cursorPath: 'id',
        endWhen: { expr: expect.stringContaining('$contains($headers.link, "next")') as unknown },
      },
    ],
    [
      '{{ response.next }}',
      '{{ response.at >= response.total or last_page_size < response.size }}',
      {
        cursorPath: 'next',
        endWhen: {
          expr: '$boolean(((at >= total) ? (at >= total) : ($recordCount < size)))',
        },
      },
    ],
  ])('a cursor %s, ended by %s, is an expression', (value, stop, expected) => {
    expect(pages(cursor(value, stop), { page_token_option: into('after') })).toEqual({
      type: 'cursor',
      cursorParam: 'after',
      ...expected,
    })
  })

  test.each([
    ["{{ last_record['next'] }}", url('$lastRecord.next')],
    ['{{ response.page + 1 }}/list.json', url('((page + 1) & "/list.json")')],
    ["{{ headers['link']['prev']['url'] if response.more }}", undefined],
  ])('a next URL %s', (value, expr) => {
    const { type, nextUrlPath } = pages(cursor(value), { page_token_option: { type: 'RequestPath' } }) as {
      type: string
      nextUrlPath: { expr: string }
    }
    expect(type).toBe('nextUrl')
    if (expr === undefined) expect(nextUrlPath.expr).toContain('(more ? $match($headers.link, /<([^>]*)>(?=')
    else expect(nextUrlPath.expr).toBe(expr)
  })

  test('what of headers and records no expression knows is refused', () => {
    const refusedFor = (value: string, more: object = {}) =>
      refusal({
        retriever: {
          paginator: {
            type: 'DefaultPaginator',
            pagination_strategy: cursor(value),
            page_token_option: into('after'),
          },
        },
        ...more,
      })
    const added = { type: 'AddFields', fields: [{ path: ['n'], value: "{{ record['id'] }}" }] }
    expect(refusedFor("{{ headers['link']['next'] ~ 1 }}")).toMatchObject({ about: 'cursor' })
    expect(refusedFor('{{ headers ~ 1 }}')).toMatchObject({ about: 'cursor' })
    const ofAdded = refusedFor('{{ last_record.n + 1 }}', { stream: { transformations: [added] } })
    expect(ofAdded).toMatchObject({ about: 'cursor' })
    expect(refusedFor('{{ last_record ~ 1 }}')).toBeUndefined()
    const body = { page_token_option: into('after', 'body_json') }
    expect(
      refusal({
        retriever: {
          paginator: {
            type: 'DefaultPaginator',
            pagination_strategy: cursor(`{{ '{"n": ' + response.n + '}' }}`),
            ...body,
          },
        },
      }),
    ).toMatchObject({ about: 'cursor' })
  })

  test('a cursor and an end that no expression says either are refused', () => {
    const paginator = (strategy: object) => ({
      retriever: {
        paginator: {
          type: 'DefaultPaginator',
          pagination_strategy: strategy,
          page_token_option: into('after'),
        },
      },
    })
    expect(refusal(paginator(cursor('{{ response.page | title }}')))).toMatchObject({
      about: 'cursor',
    })
    expect(
      refusal(paginator(cursor('{{ response.next }}', "{{ response.at | title == 'x' }}"))),
    ).toMatchObject({ about: 'condition' })
  })
})

describe('responses', () => {
  test('rules by status, predicate and message; waits from headers', () => {
    const error_handler = {
      type: 'CompositeErrorHandler',
      error_handlers: [
        {
          type: 'DefaultErrorHandler',
          response_filters: [
            {
              type: 'HttpResponseFilter',
              action: 'FAIL',
              http_codes: [403],
              error_message: 'Ask for access',
            },
          ],
        },
        {
          type: 'DefaultErrorHandler',
          max_retries: 7,
          backoff_strategies: [{ type: 'WaitTimeFromHeader', header: 'Retry-After' }],
          response_filters: [
            { type: 'HttpResponseFilter', action: 'IGNORE', http_codes: [404, 410] },
            {
              type: 'HttpResponseFilter',
              action: 'RATE_LIMITED',
              predicate: "{{ 'error' in response and response['error']['code'] == 29 }}",
            },
          ],
        },
      ],
    }
    expect(streamWritten({ requester: { error_handler } })['responses']).toEqual([
      { status: [404, 410], then: 'skip' },
      { body: { path: 'error.code', is: 29 }, then: 'wait', until: { header: 'Retry-After', as: 'seconds' } },
      { status: 403, then: 'fail', message: 'Ask for access' },
    ])
  })
})
