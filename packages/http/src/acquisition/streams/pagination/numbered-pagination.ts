import type { SourceConfig } from '../config.js'
import type { NormalisedPage } from '../../records/normalised-page.js'
import type { PageRef } from '../../ledger/page.js'
import { emptyRun, followedBy, newPage, repeatsRows } from './page-sequence.js'
import type { NextPages, OffsetPaging, PageNumberPaging, Pagination, PaginationConfig } from './pagination.js'
import { sourceUrl } from '../requests/stream-url.js'

type Numbered = PaginationConfig & (PageNumberPaging | OffsetPaging)

/**
 * Page numbers and offsets: any page's URL can be computed. Where the source tells its total, its first page makes
 * all others known at once; otherwise each page makes its successor known until a stop rule holds.
 */
export class NumberedPagination implements Pagination {
  readonly #source: SourceConfig
  readonly #paging: Numbered

  constructor(source: SourceConfig, paging: Numbered) {
    this.#source = source
    this.#paging = paging
  }

  first(): PageRef {
    return this.#pageAt(1, this.#paging.pageSize)
  }

  next(
    page: PageRef,
    result: NormalisedPage,
    seen: (pageId: string) => boolean,
    rowsSeen?: (fingerprint: string) => boolean,
  ): NextPages {
    if (result.paging.hasMore === false) return { pages: [], stop: 'end' }
    const stride = this.#strideAfter(page, result)
    const total = this.#totalPages(result, stride)
    if (total !== undefined) return this.#upTo(total, page, stride, seen)
    if (repeatsRows(result, rowsSeen)) return { pages: [], stop: 'loop' }
    return this.#following(page, result, seen)
  }

  /** A server may cap the page size: then the first page tells the step, or records would be skipped. */
  #strideAfter(page: PageRef, { recordCount, paging }: NormalisedPage): number {
    const { pageSize } = this.#paging
    if (page.ordinal > 1)
      return this.#paging.type === 'page' ? pageSize : this.#offsetOf(page) / (page.ordinal - 1)
    const capped = recordCount > 0 && recordCount < Math.min(pageSize, paging.totalRecords ?? 0)
    return capped ? recordCount : pageSize
  }

  /** Undefined unless the configuration lets the source's total decide, and the source tells it. */
  #totalPages({ paging: facts }: NormalisedPage, stride: number): number | undefined {
    const paging = this.#paging
    if (paging.type === 'page' && paging.totalPagesPath !== undefined) return facts.totalPages
    if (paging.totalRecordsPath === undefined || facts.totalRecords === undefined) return undefined
    return Number.isInteger(stride) ? Math.ceil(facts.totalRecords / stride) : undefined
  }

  /** Backwards from the last page to one that is known: the whole rest after the first page, only growth later. */
  #upTo(total: number, page: PageRef, stride: number, seen: (pageId: string) => boolean): NextPages {
    const last = Math.min(total, this.#paging.maxPages)
    const pages: PageRef[] = []
    for (let ordinal = last; ordinal > page.ordinal; ordinal -= 1) {
      const candidate = this.#pageAt(ordinal, stride)
      if (seen(candidate.id)) break
      pages.unshift(candidate)
    }
    if (page.ordinal < last || seen(this.#pageAt(page.ordinal + 1, stride).id)) return { pages }
    return { pages, stop: total > last ? 'max-pages' : 'end' }
  }

  #following(page: PageRef, result: NormalisedPage, seen: (pageId: string) => boolean): NextPages {
    const { maxPages, pageSize, stopAfterEmpty = 1, stopOnShortPage = false } = this.#paging
    const { recordCount } = result
    const goesOn = result.paging.hasMore === true
    const empties = emptyRun(page, result)
    if (!goesOn && empties >= stopAfterEmpty) return { pages: [], stop: 'empty' }
    if (!goesOn && stopOnShortPage && recordCount > 0 && recordCount < pageSize)
      return { pages: [], stop: 'end' }
    return followedBy(page, this.#successor(page, recordCount, empties), maxPages, seen)
  }

  /** After a short page an offset goes on where the rows ended: at worst rows are served twice, never skipped. */
  #successor(page: PageRef, recordCount: number, empties: number): PageRef {
    if (this.#paging.type === 'page') return this.#pageAt(page.ordinal + 1, 1, empties)
    const { pageSize } = this.#paging
    const step = recordCount > 0 && recordCount < pageSize ? recordCount : pageSize
    return this.#pageFrom(this.#offsetOf(page) + step, page.ordinal + 1, empties)
  }

  #offsetOf(page: PageRef): number {
    const parameter = this.#paging.type === 'offset' ? this.#paging.offsetParam : ''
    return Number(new URL(page.url).searchParams.get(parameter))
  }

  #pageAt(ordinal: number, stride: number, emptyBefore = 0): PageRef {
    const number =
      this.#paging.type === 'page' ? this.#paging.firstPage + ordinal - 1 : (ordinal - 1) * stride
    return this.#pageFrom(number, ordinal, emptyBefore)
  }

  #pageFrom(number: number, ordinal: number, emptyBefore: number): PageRef {
    const paging = this.#paging
    const parameters =
      paging.type === 'page'
        ? { [paging.pageParam]: String(number), ...sized(paging.sizeParam, paging.pageSize) }
        : { [paging.offsetParam]: String(number), [paging.limitParam]: String(paging.pageSize) }
    const key = paging.type === 'page' ? `page=${number}` : `offset=${number}`
    return newPage(this.#source, key, ordinal, sourceUrl(this.#source, parameters), emptyBefore)
  }
}

function sized(parameter: string | undefined, pageSize: number): Record<string, string> {
  return parameter === undefined ? {} : { [parameter]: String(pageSize) }
}
