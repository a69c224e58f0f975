import type { PageRef, PageState } from '../../ledger/index.js'
import type { SchemaParts } from '../../schema/index.js'
import { emptyRun, followedBy, newPage, repeatsRows, withEmpties } from './page-sequence.js'
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
  /** The number of the page at a place of the sequence, from 1, where each page takes `stride` records. */
  numberAt(ordinal: number, stride: number): number
  /**
   * What the page keeps: its number, and how many records a page takes where that cannot be told from the
   * number.
   */
  stateOf(number: number, stride: number): PageState
  /** How many records a page takes, by the state of a page behind the first. */
  strideOf(state: PageState, ordinal: number): number
  /** The number behind this one, after a page of `step` records. */
  after(number: number, step: number): number
  query(number: number): Readonly<Record<string, string>>
}

interface Options extends PagingLimits, StopRules {
  readonly pageSize: number
  readonly totalPagesPath?: string | undefined
  readonly totalRecordsPath?: string | undefined
}

/** Pages are made known in portions: each page sees to it that the portion behind its own is known. */
const PORTION = 1_000

/**
 * Page numbers and offsets: any page's URL can be computed. Where the source tells its total, its first page
 * makes all others known at once, or the first portions of them; otherwise each page makes its successor
 * known until a stop rule holds.
 */
export class NumberedPagination implements Pagination {
  readonly #stream: string
  readonly #options: Options
  readonly #numbering: Numbering

  constructor(stream: string, options: Options, numbering: Numbering) {
    this.#stream = stream
    this.#options = options
    this.#numbering = numbering
  }

  first(): PageRef {
    return this.#pageAt(1, this.#options.pageSize)
  }

  request(page: PageRef): PageAddress {
    return { query: this.#numbering.query(this.#numberOf(page.state)) }
  }

  async next(page: PageRef, result: PageResult, seen: Seen): Promise<NextPages> {
    if (result.paging.hasMore === false) return { pages: [], stop: 'end' }
    const stride = this.#strideAfter(page, result)
    const total = this.#totalPages(result, stride)
    if (total !== undefined) return this.#upTo(total, page, stride, seen)
    if (await repeatsRows(result, seen)) return { pages: [], stop: 'loop' }
    return this.#following(page, result, seen)
  }

  /** A server may cap the page size: then the first page tells the step, or records would be skipped. */
  #strideAfter({ ordinal, state }: PageRef, { recordCount, paging }: PageResult): number {
    if (ordinal > 1) return this.#numbering.strideOf(state, ordinal)
    const { pageSize } = this.#options
    const capped = recordCount > 0 && recordCount < Math.min(pageSize, paging.totalRecords ?? 0)
    return capped ? recordCount : pageSize
  }

  /** Undefined unless the configuration lets the source's total decide, and the source tells it. */
  #totalPages({ paging }: PageResult, stride: number): number | undefined {
    const { totalPagesPath, totalRecordsPath } = this.#options
    if (totalPagesPath !== undefined) return paging.totalPages
    if (totalRecordsPath === undefined || paging.totalRecords === undefined) return undefined
    return Number.isInteger(stride) ? Math.ceil(paging.totalRecords / stride) : undefined
  }

  /**
   * Backwards from the last page to one that is known: the whole rest after the first page, only growth
   * later.
   */
  async #upTo(total: number, page: PageRef, stride: number, seen: Seen): Promise<NextPages> {
    const last = Math.min(total, this.#options.maxPages)
    const portionEnd = (Math.floor((page.ordinal - 1) / PORTION) + 2) * PORTION
    const pages = await this.#unknownUpTo(Math.min(last, portionEnd), page.ordinal, stride, seen)
    const successor = this.#pageAt(page.ordinal + 1, stride).id
    if (page.ordinal < last || (await seen.pages([successor])).has(successor)) return { pages }
    return { pages, stop: total > last ? 'max-pages' : 'end' }
  }

  async #unknownUpTo(end: number, after: number, stride: number, seen: Seen): Promise<PageRef[]> {
    const candidates: PageRef[] = []
    for (let ordinal = end; ordinal > after; ordinal -= 1) {
      const candidate = this.#pageAt(ordinal, stride)
      // The last one tells of nearly all pages that the rest is known; then nothing else is asked.
      if (ordinal === end && (await seen.pages([candidate.id])).has(candidate.id)) return []
      candidates.push(candidate)
    }
    const known = await seen.pages(candidates.map(({ id }) => id))
    const firstKnown = candidates.findIndex(({ id }) => known.has(id))
    return (firstKnown === -1 ? candidates : candidates.slice(0, firstKnown)).toReversed()
  }

  async #following(page: PageRef, result: PageResult, seen: Seen): Promise<NextPages> {
    const { maxPages, pageSize, stopAfterEmpty = 1, stopOnShortPage = false } = this.#options
    const { recordCount } = result
    const goesOn = result.paging.hasMore === true
    const empties = emptyRun(page, result)
    const isShort = recordCount > 0 && recordCount < pageSize
    if (!goesOn && empties >= stopAfterEmpty) return { pages: [], stop: 'empty' }
    if (!goesOn && stopOnShortPage && isShort) return { pages: [], stop: 'end' }
    // After a short page an offset goes on where the rows ended: at worst rows are served twice, never
    // skipped.
    const number = this.#numbering.after(this.#numberOf(page.state), isShort ? recordCount : pageSize)
    const state = withEmpties(this.#numbering.stateOf(number, pageSize), empties)
    return followedBy(page, this.#page(number, page.ordinal + 1, state), maxPages, seen)
  }

  #numberOf(state: PageState): number {
    return Number(state[this.#numbering.key])
  }

  #pageAt(ordinal: number, stride: number): PageRef {
    const number = this.#numbering.numberAt(ordinal, stride)
    return this.#page(number, ordinal, this.#numbering.stateOf(number, stride))
  }

  #page(number: number, ordinal: number, state: PageState): PageRef {
    return newPage(this.#stream, `${this.#numbering.key}=${number}`, ordinal, state)
  }
}
