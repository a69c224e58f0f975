import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PaginationConfig } from '../../src/acquisition/streams/pagination/kinds.js'
import type { ParamPlace } from '../../src/acquisition/streams/requests/param-place.js'
import type { Answer, Asked } from '../acquisition/streams/pagination/read-run.js'
import { askedAt, readWalk } from '../acquisition/streams/pagination/read-run.js'
import { streamWith } from '../acquisition/streams/pagination/paging-run.js'
import { proofCount } from '../support/proof.js'

const places: readonly ParamPlace[] = [
  'at',
  { query: 'at' },
  { header: 'x-at' },
  { body: 'variables.at' },
  { path: '/at/{}' },
]

/** How servers write that there is no further page. */
const noNext = ['absent', 'null', 'empty', 'false', 'text null', 'one empty page more'] as const

const server = fc.record({
  count: fc.integer({ min: 0, max: 60 }),
  size: fc.integer({ min: 2, max: 9 }),
  place: fc.constantFrom(...places),
  /** Cursors hold signs that mean something elsewhere. */
  seed: fc.stringMatching(/^[\w&=+/?#%é .~!]{0,8}$/),
  end: fc.constantFrom(...noNext),
  isInclusive: fc.boolean(),
  total: fc.constantFrom('none', 'body', 'header'),
  /** Ids beyond what a double can hold. */
  base: fc.constantFrom(1n, 9_007_199_254_740_993n),
})
type Server = typeof server extends fc.Arbitrary<infer T> ? T : never

interface Way {
  readonly paging: PaginationConfig
  readonly serve: (asked: Asked) => Answer
}

const idsOf = ({ count, base }: Server): string[] =>
  Array.from({ length: count }, (_, i) => String(base + BigInt(i)))
const itemsOf = (ids: readonly string[]): string => `[${ids.map(id => `{"id":${id}}`).join(',')}]`
const pageFrom = (model: Server, from: number): string => itemsOf(idsOf(model).slice(from, from + model.size))

function bodyWith(items: string, facts: Readonly<Record<string, unknown>> = {}): string {
  return `{"items":${items},"facts":${JSON.stringify(facts)}}`
}

/** The token of the page that begins there; what stands for none where no page does. */
function tokenAt({ count, seed, end }: Server, from: number): string | null | false | undefined {
  if (from < count || (end === 'one empty page more' && from < count + 10)) return `${seed}c${from}`
  if (end === 'absent' || end === 'one empty page more') return undefined
  return end === 'empty' ? '' : end === 'text null' ? 'null' : end === 'false' ? false : null
}

const startOf = (token: string | undefined): number => Number(/\d+$/.exec(token ?? '0')?.[0])

function numbered(kind: 'page' | 'offset', model: Server): Way {
  const { size, place, total, count } = model
  const common = {
    pageSize: size,
    maxPages: 500,
    ...(total === 'body' && { totalRecordsPath: 'facts.total' }),
    ...(total === 'header' && { totalRecordsHeader: 'X-Total' }),
  }
  const paging: PaginationConfig =
    kind === 'page'
      ? { ...common, type: 'page', pageParam: place, firstPage: 0, sizeParam: { body: 'n' } }
      : { ...common, type: 'offset', offsetParam: place, limitParam: { header: 'x-n' } }
  return {
    paging,
    serve: asked => {
      expect(askedAt(asked, kind === 'page' ? { body: 'n' } : { header: 'x-n' })).toBe(String(size))
      const at = startOf(askedAt(asked, place))
      const items = pageFrom(model, kind === 'page' ? at * size : at)
      return {
        text: bodyWith(items, total === 'body' ? { total: count } : {}),
        headers: total === 'header' ? { 'x-total': String(count) } : {},
      }
    },
  }
}

const cursor = (
  model: Server,
): { type: 'cursor'; cursorParam: ParamPlace; maxPages: number; pageSize: number } => ({
  type: 'cursor',
  cursorParam: model.place,
  maxPages: 500,
  pageSize: model.size,
})

const ways: Readonly<Record<string, (model: Server) => Way>> = {
  page: model => numbered('page', model),
  offset: model => numbered('offset', model),
  'cursor in the body': model => ({
    paging: { ...cursor(model), cursorPath: ['facts.other', 'facts.next'] },
    serve: asked => {
      const from = startOf(askedAt(asked, model.place))
      return { text: bodyWith(pageFrom(model, from), { other: '', next: tokenAt(model, from + model.size) }) }
    },
  }),
  'cursor that is a number': model => ({
    paging: { ...cursor(model), cursorPath: 'facts.next' },
    serve: asked => {
      const from = startOf(askedAt(asked, model.place))
      const next = from + model.size < model.count ? from + model.size : undefined
      return { text: bodyWith(pageFrom(model, from), { next }) }
    },
  }),
  'cursor in a header': model => ({
    paging: { ...cursor(model), cursorHeader: 'X-Next' },
    serve: asked => {
      const from = startOf(askedAt(asked, model.place))
      const next = tokenAt({ ...model, seed: '' }, from + model.size)
      return {
        text: bodyWith(pageFrom(model, from)),
        headers: typeof next === 'string' ? { 'x-next': next } : {},
      }
    },
  }),
  'cursor in the last record': model => ({
    paging: { ...cursor(model), from: 'lastRecord', cursorPath: 'id' },
    serve: asked => {
      const at = askedAt(asked, model.place)
      const index = at === undefined ? -1 : idsOf(model).indexOf(at)
      return { text: bodyWith(pageFrom(model, model.isInclusive ? Math.max(0, index) : index + 1)) }
    },
  }),
  'cursor cut out of a URL': model => ({
    paging: { ...cursor(model), cursorPath: 'facts.next', cursorFromQuery: 'c' },
    serve: asked => {
      const from = startOf(askedAt(asked, model.place))
      const token = tokenAt(model, from + model.size)
      const next =
        typeof token === 'string' && token !== '' && token !== 'null'
          ? `https://shop.example/x?a=1&c=${encodeURIComponent(token)}&b=2#c=3`
          : token
      return { text: bodyWith(pageFrom(model, from), { next }) }
    },
  }),
  'several cursors': model => ({
    paging: {
      ...cursor(model),
      params: {
        one: 'facts.next',
        two: { header: 'X-Two', to: model.place },
        three: { lastRecord: 'id', to: { body: 'three' } },
      },
      endWhen: { empty: true },
    },
    serve: asked => {
      const at = askedAt(asked, model.place)
      const from = startOf(at)
      if (at !== undefined) {
        expect(askedAt(asked, 'one')).toBe(`${model.seed}c${from}`)
        expect(askedAt(asked, { body: 'three' })).toBe(idsOf(model)[Math.min(from, model.count) - 1])
      }
      return {
        text: bodyWith(pageFrom(model, from), { next: `${model.seed}c${from + model.size}` }),
        headers: { 'x-two': `t${from + model.size}` },
      }
    },
  }),
  'next URL among links': model => ({
    paging: { type: 'nextUrl', nextUrlPath: 'facts.links[rel=next].href', maxPages: 500 },
    serve: ({ url }) => {
      const from = startOf(url.searchParams.get('at') ?? undefined)
      const next = from + model.size < model.count ? [{ rel: 'next', href: `?at=${from + model.size}` }] : []
      return { text: bodyWith(pageFrom(model, from), { links: [{ rel: 'self', href: '?at=0' }, ...next] }) }
    },
  }),
  'next URL in a header, at an origin that is allowed': model => ({
    paging: { type: 'nextUrl', nextUrlHeader: 'X-Next', allow: ['https://b.example'], maxPages: 500 },
    serve: ({ url }) => {
      const from = startOf(url.searchParams.get('at') ?? undefined)
      // The same path at two origins is two places.
      if (url.host === 'shop.example' && from < model.count) {
        const rest = { 'x-next': `https://b.example/api/items${url.search}` }
        return { text: bodyWith(itemsOf(idsOf(model).slice(from, from + 1))), headers: rest }
      }
      const next =
        from + model.size < model.count
          ? { 'x-next': `https://shop.example/api/items?at=${from + model.size}` }
          : {}
      return {
        text: bodyWith(itemsOf(idsOf(model).slice(from + 1, from + model.size))),
        headers: { ...next },
      }
    },
  }),
  'Link of another relation': model => ({
    paging: { type: 'linkHeader', rel: 'Older', maxPages: 500 },
    serve: ({ url }) => {
      const from = startOf(url.searchParams.get('at') ?? undefined)
      const older = from + model.size < model.count ? `, <?at=${from + model.size}>; rel=older` : ''
      return { text: bodyWith(pageFrom(model, from)), headers: { link: `<?at=0>; rel="next"${older}` } }
    },
  }),
}

const RUNS = { numRuns: proofCount(60, 5_000) }

describe('whatever a server pages by, every record comes once and the end is found', () => {
  test.each(Object.entries(ways))('%s', async (_name, wayOf) => {
    await fc.assert(
      fc.asyncProperty(server, async model => {
        const { paging, serve } = wayOf(model)
        const { rows, stops } = await readWalk(streamWith(paging), serve)
        const isExact = !(model.isInclusive && 'from' in paging)
        expect(isExact ? rows : [...new Set(rows)]).toEqual(idsOf(model))
        expect(stops.filter(stop => stop !== 'end' && stop !== 'empty')).toEqual([])
        expect(stops.length).toBeGreaterThan(0)
      }),
      RUNS,
    )
  })
})
