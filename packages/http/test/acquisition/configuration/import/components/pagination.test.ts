import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { imported, manifestOf, refusal, streamOf, streamWritten } from '../manifest-of.js'

const into = (name: string) =>
  `{ type: RequestOption, inject_into: request_parameter, field_name: "${name}" }`
const partsOf = (yaml: string) => ({
  retriever: { paginator: { type: 'DefaultPaginator', ...(parse(yaml) as object) } },
})
const pages = (yaml: string) => streamWritten(partsOf(yaml))['pagination']
const notes = (yaml: string) =>
  imported(manifestOf([streamOf(partsOf(yaml))])).converted.flatMap(one => one.notes)
const refused = (yaml: string) => refusal(partsOf(yaml))

describe('no pages', () => {
  test('by name', () => {
    expect(pages('type: NoPagination')).toEqual({ type: 'none' })
  })

  test.each([
    [`page_token_option: ${into('')}`],
    [`page_token_option: ${into("{{ config['team'] }}")}`],
    ['{}'],
  ])('where the page goes nowhere: %s', option => {
    const yaml = `${option === '{}' ? '' : option}\npagination_strategy: { type: PageIncrement, page_size: 5 }`
    expect(pages(yaml)).toEqual({ type: 'none' })
    expect(notes(yaml)).toEqual(['the manifest pages without sending a page: one page is read'])
  })
})

describe('pages and offsets', () => {
  test('a first page that is sent, or not', () => {
    const strategy = (more: string) => `
page_token_option: ${into('page')}
pagination_strategy: { type: PageIncrement, page_size: "20", start_from_page: 1${more} }`
    expect(notes(strategy(', inject_on_first_request: true'))).toEqual([])
    expect(notes(strategy(''))).toEqual([
      "the manifest leaves the page's number out of the first request; here 1 is sent",
    ])
    expect(pages(strategy(''))).toEqual({
      type: 'page',
      pageParam: 'page',
      firstPage: 1,
      pageSize: 20,
      stopOnShortPage: true,
    })
  })

  test('a size without a name is not sent', () => {
    const yaml = `
page_token_option: { type: RequestOption, inject_into: body_json, field_path: [page, from] }
page_size_option: ${into('')}
pagination_strategy: { type: OffsetIncrement, page_size: 20 }`
    expect(pages(yaml)).toEqual({
      type: 'offset',
      offsetParam: { body: 'page.from' },
      limitParam: false,
      pageSize: 20,
      stopOnShortPage: true,
    })
  })

  test('offsets without a size end with an empty page', () => {
    const found = pages(`page_token_option: ${into('from')}\npagination_strategy: { type: OffsetIncrement }`)
    expect(found).toMatchObject({ type: 'offset', offsetParam: 'from', limitParam: false })
    expect(found).not.toHaveProperty('stopOnShortPage')
  })
})

test('the size of a cursor, and several rules of its end', () => {
  const yaml = `
page_token_option: ${into('after')}
page_size_option: ${into('limit')}
pagination_strategy:
  type: CursorPagination
  cursor_value: '{{ response.next }}'
  page_size: 10
  stop_condition: '{{ response.done or last_page_size < 10 }}'`
  expect(pages(yaml)).toEqual({
    type: 'cursor',
    cursorPath: 'next',
    cursorParam: 'after',
    sizeParam: 'limit',
    pageSize: 10,
    endWhen: [{ path: 'done', is: true }, { short: true }],
  })
})

describe('an offset that the body counts', () => {
  const counted = (stop: string, more = `page_size_option: ${into('size')}`) => `
page_token_option: ${into('start')}
${more}
pagination_strategy:
  type: CursorPagination
  cursor_value: '{{ response.page.start + response.page.size }}'
  page_size: 50
  stop_condition: '${stop}'`
  /** Numbers are added, and texts joined, as Python does both. */
  const sum =
    '($type(page.start) = "string" or $type(page.size) = "string" ? page.start & page.size : page.start + page.size)'
  const common = {
    type: 'cursor',
    cursorPath: { expr: sum },
    cursorParam: 'start',
    pageSize: 50,
  }

  test.each([
    [
      '{{ response.page.start + response.page.size >= response.total }}',
      { endWhen: { expr: `$boolean((${sum} >= total))` } },
    ],
    ['{{ response.last }}', { endWhen: { path: 'last', is: true } }],
    [
      '{{ response.last or response.state == "done" }}',
      {
        endWhen: [
          { path: 'last', is: true },
          { path: 'state', is: 'done' },
        ],
      },
    ],
  ])('%s', (stop, expected) => {
    expect(pages(counted(stop))).toEqual({ ...common, sizeParam: 'size', ...expected })
  })

  test('needs no size that is sent', () => {
    expect(pages(counted('', ''))).toEqual(common)
  })
})

test.each([
  [
    'page_token_option: { type: RequestPath }\npagination_strategy: { type: PageIncrement }',
    'pagination',
    'becomes the path',
  ],
  ['page_token_option: { type: RequestPath }', 'pagination', 'there is no pagination_strategy'],
  [
    `page_token_option: ${into('page')}\npagination_strategy: { type: PageIncrement, page_size: many }`,
    'pagination',
    'page_size is many, no whole number',
  ],
  [
    `page_token_option: ${into('page')}\npagination_strategy: { type: Skip }`,
    'pagination',
    'pagination strategy Skip has no counterpart',
  ],
  [
    `page_token_option: ${into('page')}\npagination_strategy: { type: CustomPaginationStrategy, class_name: source_acme.Pages }`,
    'custom component',
    'pagination strategy source_acme.Pages',
  ],
  [`type: Pager\npage_token_option: ${into('page')}`, 'pagination', 'paginator Pager has no counterpart'],
  [
    `type: CustomPaginator\nclass_name: source_acme.Pager\npage_token_option: ${into('page')}`,
    'custom component',
    'paginator source_acme.Pager',
  ],
])('%s is refused', (yaml, about, detail) => {
  expect(refused(yaml)).toMatchObject({ about, detail: expect.stringContaining(detail) as unknown })
})
