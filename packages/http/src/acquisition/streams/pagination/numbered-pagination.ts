import type { PageRef, PageState } from '../../ledger/index.js'
import type { SchemaParts } from '../../schema/index.js'
import type { PageParameter } from '../requests/param-place.js'
import { emptyRun, newPage, repeatNotice, repeatsOf, withEmpties } from './page-sequence.js'
import { totalNotices } from './total-notices.js'
import type { NextPages, PageAddress, PageResult, Pagination, PagingLimits, Seen } from './pagination.js'

/** What ends a stream of numbered pages where neither a total nor `hasMorePath` says that it ends. */
export interface StopRules {
  /** How many empty pages in a row. Default 1. */
  readonly stopAfterEmpty?: number | undefined
  /** A page with fewer records than `pageSize`. Default false. */
  readonly stopOnShortPage?: boolean | undefined
}

export function stopRules({ count, flag }: SchemaParts) {
  return { stopAfterEmpty: count(1, 10_000).prefault(1), stopOnShortPage: flag().prefault(false) }
}

/** How pages get their numbers. */
export interface Numbering {
  /** The number's name in ids and states: `page`. */
  readonly key: string
  readonly first: number
  /** What its total counts; undefined where it has none. */
  readonly total: 'pages' | 'records' | undefined
  /** Whether numbers count records: then how many a page takes has to be known to name those behind it. */
  readonly countsRecords: boolean
  /** The number so many pages further on, where each takes so many records. */
  readonly after: (number: number, pages: number, size: number) => number
  /** How many records are before the page of this number, where each page takes so many. */
  readonly startOf: (number: number, size: number) => number
  /** How many pages of `size` records a total promises behind the page of this number; below 0 beyond it. */
  readonly behind: (number: number, total: number, size: number) => number
  readonly parameters: (number: number) => readonly PageParameter[]
}

interface Options extends PagingLimits, StopRules {
  readonly pageSize: number
}

/** Pages are made known in portions: each page sees to it that the portion behind its own is known. */
const PORTION = 1_000

/** A page as it came, and what is known by it. */
interface Place {
  readonly number: number
  readonly ordinal: number
  readonly rows: number
  /** The most rows that a page had on the way here, this one not counted; no more than `pageSize`. */
  readonly before: number
  /** The same with this one. Below `pageSize`, no page was full so far: the server may have a cap. */
  readonly size: number
  /** How many pages of `pageSize` the total promises behind this one; undefined without a total. */
  readonly promised: number | undefined
  readonly totalRecords: number | undefined
  /** Of pages or records, as this page or else an earlier one told it. */
  readonly total: number | undefined
}

/** Pages that can be named at once: how many, and how many records each takes. */
interface Named {
  readonly pages: number
  readonly size: number
}

/**
 * Page numbers and offsets: any page's URL can be computed. Where the source tells its total, its pages are
 * made known at once, or the first portions of them. The last of those, and every page without a total, asks
 * for its successor until a stop rule holds: a total below what is there ends nothing. Nor does a server that
 * caps the page size below `pageSize`; which of two a short page is, capped or with hidden rows, later pages
 * show.
 */
export class NumberedPagination implements Pagination {
  readonly #stream: string
  readonly #options: Options
  readonly #numbering: Numbering
  /** The last page of a portion, which most pages of the one before it ask for. */
  #lastKnown: string | undefined

  constructor(stream: string, options: Options, numbering: Numbering) {
    this.#stream = stream
    this.#options = options
    this.#numbering = numbering
  }

  first(): PageRef {
    const { first } = this.#numbering
    return this.#page(first, 1, {})
  }

  request(page: PageRef): PageAddress {
    return { parameters: this.#numbering.parameters(this.#numberOf(page)) }
  }

  async next(page: PageRef, result: PageResult, seen: Seen): Promise<NextPages> {
    const place = this.#placeOf(page, result)
    const equal = (await repeatsOf(result, seen)).map(id => this.#numberIn(id))
    const overlapping = equal.filter(number => this.#overlaps(place.number, number))
    const repeats = equal.length - overlapping.length
    if (repeats > 1 && this.#options.onRepeatedPage !== 'continue') {
      if (!this.#isLastAgain(page, result, Math.min(...equal))) return { pages: [], stop: 'loop' }
      return { pages: [], stop: 'end', notices: [repeatNotice(page)] }
    }
    const reaching = overlapping.length === 0 ? place : this.#reaching(place, Math.min(...overlapping))
    const next = await this.#behind(page, result, reaching, repeats > 0, seen)
    const notices = [
      ...(repeats > 0 ? [repeatNotice(page)] : []),
      ...(this.#numbering.total === 'pages' ? totalNotices(page, result) : []),
    ]
    return notices.length === 0 ? next : { ...next, notices }
  }

  /**
   * Behind all that the total promises, and with its last rows: so servers answer that know no page behind
   * the last. A full first page is not enough, for its number may be what the server does not look at.
   */
  #isLastAgain({ state }: PageRef, { recordCount, paging }: PageResult, first: number): boolean {
    if (paging.hasMore === true || first !== state['last']) return false
    return first !== this.#numbering.first || recordCount < this.#options.pageSize
  }

  /** The number of the page with which the total is met exactly. */
  #lastOf({ state }: PageRef, { number, rows, size, promised, totalRecords }: Place): PageState {
    const isLast =
      totalRecords === undefined
        ? promised === 0
        : this.#numbering.startOf(number, size) + rows === totalRecords
    const last = isLast ? number : state['last']
    return last === undefined ? {} : { last }
  }

  /** Where offsets are nearer to each other than a page is wide, pages may well have the same rows. */
  #overlaps(number: number, other: number): boolean {
    return this.#numbering.countsRecords && Math.abs(number - other) < this.#options.pageSize
  }

  /** Its rows came with an earlier offset too: so from that one on, a page reaches to their end. */
  #reaching(place: Place, from: number): Place {
    const { pageSize } = this.#options
    const rows = Math.min(pageSize, Math.max(0, place.number - from) + place.rows)
    return { ...place, rows, size: Math.max(place.size, rows) }
  }

  async #behind(
    page: PageRef,
    result: PageResult,
    place: Place,
    isRepeat: boolean,
    seen: Seen,
  ): Promise<NextPages> {
    if (await this.#isWithin(page, place, seen)) return { pages: [] }
    const named = this.#named(place)
    if (named.pages > 0) return this.#make(named, place, seen)
    const { hasMore } = result.paging
    if (hasMore === false && (place.promised ?? 0) <= 0) return { pages: [], stop: 'end' }
    if (hasMore !== true && !isRepeat && this.#isMet(place)) return { pages: [], stop: 'end' }
    return this.#following(page, result, place, seen)
  }

  #placeOf({ ordinal, state }: PageRef, { recordCount: rows, paging }: PageResult): Place {
    const { pageSize } = this.#options
    const number = this.#numberOf({ state })
    const before = ordinal === 1 ? 0 : Number(state['rows'] ?? pageSize)
    const countsPages = this.#numbering.total === 'pages'
    const counted = this.#numbering.total === 'records' ? paging.totalRecords : undefined
    const told = countsPages ? paging.totalPages : counted
    const total = told ?? (state['total'] === undefined ? undefined : Number(state['total']))
    const promised =
      total === undefined ? undefined : this.#numbering.behind(number, total, countsPages ? 1 : pageSize)
    const size = Math.min(pageSize, Math.max(before, rows))
    const totalRecords = countsPages ? undefined : total
    return { number, ordinal, rows, before, size, promised, totalRecords, total }
  }

  /** Whether it is one of pages that were named by less than `pageSize`, and not the last: that one goes on. */
  async #isWithin({ state }: PageRef, { number, ordinal }: Place, seen: Seen): Promise<boolean> {
    const { countsRecords, after } = this.#numbering
    if (!countsRecords || state['rows'] === undefined) return false
    const { id } = this.#page(after(number, 1, Number(state['rows'])), ordinal + 1, {})
    return (await seen.pages([id])).has(id)
  }

  /**
   * By a total, pages of numbers take what they take, up to the last that it promises by `pageSize`. Offsets
   * need a page that was full; or two of the same size, which tell of a cap. So does a page of numbers that
   * has rows behind that last one. Pages named by a cap at most double what is known, since it may be none.
   */
  #named({ number, ordinal, rows, before, size, promised, totalRecords }: Place): Named {
    const { pageSize } = this.#options
    const { countsRecords, behind } = this.#numbering
    if (promised === undefined) return { pages: 0, size }
    if (size >= pageSize || (!countsRecords && promised > 0)) return { pages: promised, size: pageSize }
    const isCapped = rows > 0 && (countsRecords ? ordinal > 1 && rows === before : promised < 0)
    if (!isCapped || totalRecords === undefined) return { pages: 0, size }
    return { pages: Math.min(behind(number, totalRecords, size), ordinal), size }
  }

  /** Its total is met, as far as a short page behind a longer one, or an empty one, can show. */
  #isMet({ number, rows, size, promised, totalRecords }: Place): boolean {
    if (promised === undefined || promised > 0) return false
    if (rows === 0) return true
    if (totalRecords === undefined) return rows < size && promised === 0
    const { behind, startOf } = this.#numbering
    const isTooLow = startOf(number, size) + rows > totalRecords
    return rows < size && !isTooLow && behind(number, totalRecords, size) <= 0
  }

  /**
   * Backwards from the last page to one that is known: the whole rest after the first page, only growth
   * later.
   */
  async #make(
    { pages, size }: Named,
    { number, ordinal, size: largest, total }: Place,
    seen: Seen,
  ): Promise<NextPages> {
    const { maxPages, pageSize } = this.#options
    if (ordinal >= maxPages) return { pages: [], stop: 'max-pages' }
    const state: PageState = largest < pageSize ? { rows: largest } : {}
    const portionEnd = (Math.floor((ordinal - 1) / PORTION) + 2) * PORTION
    const count = Math.min(pages, maxPages - ordinal, portionEnd - ordinal)
    // The last one asks on, perhaps without being told the total again.
    const pageAt = (index: number) =>
      this.#page(this.#numbering.after(number, index, size), ordinal + index, {
        ...state,
        ...(index === count && total !== undefined && { total }),
      })
    // The last one tells of nearly all pages that the rest is known; then nothing else is asked.
    const { id } = pageAt(count)
    if (id === this.#lastKnown) return { pages: [] }
    if ((await seen.pages([id])).has(id)) {
      this.#lastKnown = id
      return { pages: [] }
    }
    return { pages: seen.takesOn(id) ? await unknownOf(count, pageAt, seen) : [] }
  }

  async #following(page: PageRef, result: PageResult, place: Place, seen: Seen): Promise<NextPages> {
    const { maxPages, pageSize, stopAfterEmpty = 1, stopOnShortPage = false } = this.#options
    const { number, ordinal, rows, size, promised, total } = place
    const goesOn = result.paging.hasMore === true || (promised ?? 0) > 0
    const empties = emptyRun(page, result)
    const isShort = rows > 0 && rows < pageSize
    if (!goesOn && empties >= stopAfterEmpty) return { pages: [], stop: 'empty' }
    if (!goesOn && stopOnShortPage && isShort) return { pages: [], stop: 'end' }
    // An offset goes on where the rows ended, of a short page and of one that has more than was asked for: at
    // worst rows are served twice, never skipped.
    const numbers = [pageSize, rows === 0 ? pageSize : rows].map(step =>
      this.#numbering.after(number, 1, step),
    )
    const state = {
      ...withEmpties(size < pageSize ? { rows: size } : {}, empties),
      ...(promised !== undefined && promised <= 0 && { beyond: 1 }),
      ...(total !== undefined && { total }),
      ...this.#lastOf(page, place),
    }
    const next = numbers.map(one => this.#page(one, ordinal + 1, state))
    const isKnown = (await seen.pages(next.map(({ id }) => id))).size > 0
    if (isKnown) return { pages: [] }
    return ordinal >= maxPages ? { pages: [], stop: 'max-pages' } : { pages: next.slice(-1) }
  }

  #numberOf({ state }: Pick<PageRef, 'state'>): number {
    return Number(state[this.#numbering.key])
  }

  #numberIn(id: string): number {
    return Number(id.slice(id.lastIndexOf('=') + 1))
  }

  #page(number: number, ordinal: number, state: PageState): PageRef {
    const { key } = this.#numbering
    return newPage(this.#stream, `${key}=${number}`, ordinal, { [key]: number, ...state })
  }
}

const ASKED_AT_ONCE = 250

/** Of so many pages those behind the last that is known, in their order. */
async function unknownOf(count: number, pageAt: (index: number) => PageRef, seen: Seen): Promise<PageRef[]> {
  const unknown: PageRef[] = []
  for (let from = count; from > 0; from -= ASKED_AT_ONCE) {
    const pages = Array.from({ length: Math.min(from, ASKED_AT_ONCE) }, (_, index) => pageAt(from - index))
    const known = await seen.pages(pages.map(({ id }) => id))
    const firstKnown = pages.findIndex(({ id }) => known.has(id))
    if (firstKnown !== -1) return [...unknown, ...pages.slice(0, firstKnown)].toReversed()
    unknown.push(...pages)
  }
  return unknown.toReversed()
}
