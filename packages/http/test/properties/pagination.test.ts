import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PagingValues } from '../../src/acquisition/records/normalised-page.js'
import type { PaginationConfig } from '../../src/acquisition/streams/pagination/kinds.js'
import type { Walk } from '../acquisition/streams/pagination/paging-run.js'
import { streamWith, walk } from '../acquisition/streams/pagination/paging-run.js'
import { proofCount } from '../support/proof.js'

/** What a server says of its total: the truth, or one of the ways in which servers do not tell it. */
const totals = [
  'true',
  'none',
  'first page only',
  'zero',
  'capped',
  'too high',
  'rows of the page',
  'changing',
  'growing',
] as const

/**
 * How a server may behave: its rows, some of them hidden from who asks, pages cut to `cap`, and what it says
 * of the pages to come. `chance` decides which page comes next of those that are fetched side by side.
 */
const server = fc.record({
  count: fc.integer({ min: 0, max: 150 }),
  hidden: fc.oneof(fc.constant([false]), fc.array(fc.boolean(), { minLength: 1, maxLength: 150 })),
  pageSize: fc.integer({ min: 1, max: 30 }),
  cap: fc.integer({ min: 1, max: 60 }),
  total: fc.constantFrom(...totals),
  lie: fc.integer({ min: 1, max: 60 }),
  hasMore: fc.constantFrom('none', 'true', 'always'),
  firstPage: fc.integer({ min: 0, max: 1 }),
  chance: fc.array(fc.nat(), { minLength: 1, maxLength: 20 }),
})
type Server = typeof server extends fc.Arbitrary<infer T> ? T : never

interface Row {
  readonly id: string
  readonly isHidden: boolean
}

/** A page that is hidden as a whole cannot be told from the end. */
function rowsOf({ count, hidden, pageSize, cap }: Server): Row[] {
  const size = Math.min(pageSize, cap)
  let run = 0
  return Array.from({ length: count }, (_, index) => {
    const isHidden = hidden[index % hidden.length] === true && run + 1 < size
    run = isHidden ? run + 1 : 0
    return { id: `r${index}`, isHidden }
  })
}

function totalOf(server: Server, from: number, shown: number): number | undefined {
  const { total, count, lie } = server
  switch (total) {
    case 'none':
      return undefined
    case 'first page only':
      return from === 0 ? count : undefined
    case 'zero':
      return 0
    case 'capped':
      return Math.min(count, lie)
    case 'too high':
      return count + lie
    case 'rows of the page':
      return shown
    case 'changing':
      return (count + from * lie) % (2 * count + 1)
    case 'growing':
      return Math.min(count, from + lie)
    default:
      return count
  }
}

async function walked(model: Server, kind: 'page' | 'offset', told: 'records' | 'pages'): Promise<Walk> {
  const { pageSize, cap, firstPage, hasMore, chance } = model
  const rows = rowsOf(model)
  const size = Math.min(pageSize, cap)
  const path = told === 'pages' ? { totalPagesPath: 't' } : { totalRecordsPath: 't' }
  const common = { pageSize, maxPages: 5_000, ...path, ...(hasMore !== 'none' && { hasMorePath: 'm' }) }
  const paging: PaginationConfig =
    kind === 'page'
      ? { ...common, type: 'page', pageParam: 'at', firstPage }
      : { ...common, type: 'offset', offsetParam: 'at', limitParam: 'l' }
  let turn = 0
  const pick = (waiting: number) => (chance[(turn += 1) % chance.length] ?? 0) % Math.max(1, waiting)
  const serve = (url: URL) => {
    const at = Number(url.searchParams.get('at'))
    const from = kind === 'page' ? (at - firstPage) * size : at
    const shown = rows.slice(from, from + size).filter(row => !row.isHidden)
    const total = totalOf(model, from, shown.length)
    const more = from + size < rows.length || (hasMore === 'always' && shown.length > 0)
    const facts: PagingValues = {
      ...(told === 'records' && { totalRecords: total }),
      ...(told === 'pages' && total !== undefined && { totalPages: Math.ceil(total / size) }),
      ...(hasMore !== 'none' && { hasMore: more }),
    }
    if (total !== undefined) highest = Math.max(highest, total)
    if (shown.length > 0 && from >= last.from) last = { from, shown: shown.length }
    return { rows: shown.map(row => row.id), facts }
  }
  let highest = 0
  let last = { from: 0, shown: 0 }
  const result = await walk(streamWith(paging), serve, 5_000, pick)
  const came = new Set(result.rows).size
  const missing = rows.filter(row => !row.isHidden).length - came
  const isStated = highest > came || result.notices.some(({ code }) => code === 'SHORT_OF_TOTAL')
  // A total that is met exactly, by a last page that is not full, cannot be told from the truth.
  const isMet = told === 'pages' ? Math.ceil(highest / size) === last.from / size + 1 : highest === came
  const isBelieved = isMet && last.shown < size
  expect(missing === 0 || isStated || isBelieved, `${missing} are missing`).toBe(true)
  expect(result.stops.filter(stop => stop !== 'end' && stop !== 'empty')).toEqual([])
  return result
}

const RUNS = { numRuns: proofCount(250, 20_000) }

describe('numbered pagination, by property: nothing that is there is missing unsaid', () => {
  test.each([
    ['page', 'records'],
    ['page', 'pages'],
    ['offset', 'records'],
  ] as const)('N-4 N-8 %s, a total of %s', async (kind, told) => {
    await fc.assert(
      fc.asyncProperty(server, async model => void (await walked(model, kind, told))),
      RUNS,
    )
  })

  test.each([
    ['page', 'records'],
    ['page', 'pages'],
    ['offset', 'records'],
  ] as const)('%s: with a true total of %s no row is missing', async (kind, told) => {
    await fc.assert(
      fc.asyncProperty(server, async model => {
        const truthful = { ...model, total: 'true', hasMore: 'none' } as const
        const { rows } = await walked(truthful, kind, told)
        const visible = rowsOf(truthful).filter(row => !row.isHidden)
        expect([...new Set(rows)].sort()).toEqual(visible.map(row => row.id).sort())
      }),
      RUNS,
    )
  })

  test.each([
    ['page', 'records'],
    ['page', 'pages'],
    ['offset', 'records'],
  ] as const)(
    'N-8 %s: with a total of %s that is true or none, requests stay near the need',
    async (kind, told) => {
      const hides = fc.boolean()
      const tells = fc.constantFrom('true', 'none', 'first page only')
      await fc.assert(
        fc.asyncProperty(server, hides, tells, async (model, isHiding, total) => {
          const plain = { ...model, total, ...(isHiding ? {} : { hidden: [false] }) } as const
          const { ids } = await walked(plain, kind, told)
          const need = Math.ceil(plain.count / Math.min(plain.cap, plain.pageSize))
          if (!isHiding) expect(ids.length).toBeLessThanOrEqual(need + 2)
          else if (kind === 'page') expect(ids.length).toBeLessThanOrEqual(2 * need + 2)
        }),
        RUNS,
      )
    },
  )
})
