import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { refusal, streamWritten } from '../manifest-of.js'

/** A cursor in `next` (or elsewhere), 50 records a page in `data`. */
const partsOf = (stop: string, value = '{{ response.next }}') => ({
  retriever: {
    paginator: parse(`
type: DefaultPaginator
page_token_option: { type: RequestOption, inject_into: request_parameter, field_name: after }
pagination_strategy:
  type: CursorPagination
  page_size: 50
  cursor_value: ${JSON.stringify(value)}
  stop_condition: ${stop}`) as object,
  },
})

const endWhen = (stop: string, value?: string) =>
  (streamWritten(partsOf(stop, value))['pagination'] as Record<string, unknown>)['endWhen']

describe('what a chain without a cursor ends by itself', () => {
  test.each([
    ['""'],
    ['false'],
    ['"False"'],
    ['"{{ False }}"'],
    ['"{{ response.next == \'\' }}"'],
    ['"{{ response.next is none }}"'],
    ['"{{ response.next == None or not response.next }}"'],
    ['"{{ not response.next or False }}"'],
    ['"{{ response | length == 0 }}"'],
    ['"{{ response.next | length == 0 }}"'],
  ])('%s', stop => {
    expect(endWhen(stop)).toBeUndefined()
  })

  test.each([
    ['{{ not response.paging }}', '{{ response.paging.next }}'],
    ['{{ not response.a and not response.b }}', '{{ response.a or response.b }}'],
    ["{{ headers['x-next'] is none }}", "{{ headers['X-Next'] }}"],
  ])('%s, for %s', (stop, value) => {
    expect(endWhen(JSON.stringify(stop), value)).toBeUndefined()
  })
})

describe('what ends a chain besides', () => {
  test.each([
    ['{{ not last_record }}', { empty: true }],
    ['{{ last_page_size == 0 }}', { empty: true }],
    ['{{ not last_page_size }}', { empty: true }],
    ['{{ last_page_size < 1 }}', { empty: true }],
    ['{{ last_page_size <= 0 }}', { empty: true }],
    ['{{ last_page_size < 50 }}', { short: true }],
    ['{{ not response.data }}', { empty: true }],
    ['{{ response.data is none }}', { empty: true }],
    ['{{ response.data | length == 0 }}', { empty: true }],
    ["{{ response['data']|length < 50 }}", { short: true }],
    ['{{ response.done }}', { path: 'done', is: true }],
    ["{{ 'error' in response }}", { path: 'error', exists: true }],
    ["{{ response.state == 'done' }}", { path: 'state', is: 'done' }],
    ["{{ response.state in ['done', 'failed'] }}", { path: 'state', in: ['done', 'failed'] }],
    ["{{ not response.next or response.state == 'done' }}", { path: 'state', is: 'done' }],
    // Null is something in a rule, and nothing in a template.
    [
      '{{ response.last is none }}',
      [
        { path: 'last', in: [null] },
        { path: 'last', exists: false },
      ],
    ],
    [
      '{{ not response.more }}',
      [
        { path: 'more', in: [null, false, 0, ''] },
        { path: 'more', exists: false },
      ],
    ],
  ])('%s', (stop, rules) => {
    expect(endWhen(JSON.stringify(stop))).toEqual(rules)
  })

  test.each([['{{ True }}'], ['True']])('%s is refused', stop => {
    expect(refusal(partsOf(JSON.stringify(stop)))).toMatchObject({ about: 'stop condition' })
  })

  test.each([
    ['{{ last_record.done }}'],
    ['{{ not last_record.done }}'],
    ['{{ last_page_size < 20 }}'],
    ['{{ last_page_size == 7 }}'],
    ['{{ last_page_size in [0, 1] }}'],
    ['{{ last_page_size <= 5 }}'],
    ["{{ headers['X-Done'] == 'yes' }}"],
    ["{{ response['data']|length < 20 }}"],
    ["{{ response['other']|length < 50 }}"],
    ['{{ response.warnings | length == 0 }}'],
    ['{{ response.count < 100 }}'],
    ['{{ response.page == response.pages }}'],
    ["{{ response.state != 'more' }}"],
    ["{{ response.state == 'done' and response.total == 1 }}"],
  ])('%s is an expression', stop => {
    expect(endWhen(JSON.stringify(stop))).toEqual({ expr: expect.stringMatching(/^\$boolean\(/) as unknown })
  })
})
