import { describe, expect, test } from 'vitest'
import type { PageRef } from '../../../../src/acquisition/ledger/page.js'
import { hookState } from '../../../../src/acquisition/streams/pagination/hook.js'
import { paginationOf } from '../../../../src/acquisition/streams/pagination/kinds.js'
import { requestOf } from '../../../../src/acquisition/streams/requests/stream-requests.js'
import { nothingSeen, result, streamWith } from './paging-run.js'

const byHook = { type: 'hook', maxPages: 100 } as const
const stream = streamWith(byHook)
const pagination = paginationOf(stream)

const behind = async (next: object | null, page: PageRef = pagination.first(), url?: string) => {
  const facts = { next: next === null ? null : JSON.stringify(next) }
  const read = { ...result({ rows: [`${page.ordinal}`], facts }), url }
  return await pagination.next(page, read, nothingSeen)
}

const asked = (page: PageRef) =>
  requestOf(
    {
      ...stream,
      method: 'GET',
      headers: {},
      body: values => ({ text: JSON.stringify(values), contentType: 'x' }),
    },
    pagination,
    page,
  )

describe('pages by a hook', () => {
  test('the first is asked for as the stream says, and has no state', () => {
    expect(asked(pagination.first()).url).toBe('https://shop.example/api/items')
    expect(hookState(pagination.first(), byHook)).toBeUndefined()
  })

  test('the next one is what it returned: query, headers, body, path and state', async () => {
    const { pages } = await behind({
      query: { after: 'a&b' },
      headers: { 'x-page': 2 },
      body: { 'variables.after': 7 },
      path: '/of a/2',
      state: { seen: [1] },
    })
    const [page] = pages as [PageRef]
    expect(asked(page)).toMatchObject({
      url: 'https://shop.example/api/items/of%20a/2?after=a%26b',
      headers: { 'x-page': '2' },
      body: '{"variables.after":7}',
    })
    expect(hookState(page, byHook)).toEqual({ seen: [1] })
    expect(hookState(page, { type: 'cursor' })).toBeUndefined()
    // It is stored as JSON, and is the same when it comes back.
    expect(asked(JSON.parse(JSON.stringify(page)) as PageRef)).toEqual(asked(page))
  })

  test('a path goes right behind that of the stream where it begins with no slash', async () => {
    const { pages } = await behind({ path: '.json' })
    expect(asked(pages[0] as PageRef).url).toBe('https://shop.example/api/items.json')
  })

  test('or a URL, relative to the page, of the same origin', async () => {
    const { pages } = await behind(
      { url: '?page=2', state: 1 },
      pagination.first(),
      'https://shop.example/other',
    )
    const [page] = pages as [PageRef]
    expect(asked(page).url).toBe('https://shop.example/other?page=2')
    const [third] = (await behind({ url: '/x?page=3' }, page)).pages as [PageRef]
    expect(asked(third).url).toBe('https://shop.example/x?page=3')
    const [second] = (await behind({ url: '/x?page=3' })).pages as [PageRef]
    expect(second.id).toBe(third.id)
    await expect(behind({ url: 'https://evil.example/' })).rejects.toMatchObject({ code: 'NEXT_URL_FOREIGN' })
  })

  test('what cannot be sent is refused', async () => {
    await expect(behind({ headers: { a: 'x\ny' } })).rejects.toThrow(
      /hooks\.paginate returned "x\\ny"; a header/,
    )
    await expect(behind({ path: '/../x' })).rejects.toMatchObject({ code: 'CURSOR_INVALID' })
  })

  test('it ends with nothing, with a loop, and at maxPages', async () => {
    expect(await behind(null)).toEqual({ pages: [], stop: 'end' })
    const [second] = (await behind({ query: { p: 2 } })).pages as [PageRef]
    const seen = { ...nothingSeen, pages: async (ids: readonly string[]) => new Set(ids) }
    const again = { ...result({ rows: ['x'], facts: { next: '{"query":{"p":3}}' } }) }
    expect(await pagination.next(second, again, seen)).toEqual({ pages: [], stop: 'loop' })
    expect((await behind({ query: { p: 3 } }, { ...second, ordinal: 100 })).stop).toBe('max-pages')
  })
})
