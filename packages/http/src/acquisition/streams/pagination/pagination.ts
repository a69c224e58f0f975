import type { NormalisedPage } from '../../records/normalised-page.js'
import type { PageRef } from '../../ledger/page.js'

/** How a source's pages follow each other. Paths point into the page's body. */
export type PaginationConfig = PaginationKind & {
  /** No more pages than this are asked for, whatever the source says. Default 10,000. */
  readonly maxPages: number
  /** Path to a boolean that says whether more follows; `false` ends the source. */
  readonly hasMorePath?: string | undefined
}

type PaginationKind =
  | PageNumberPaging
  | OffsetPaging
  | CursorPaging
  | { readonly type: 'nextUrl'; readonly nextUrlPath: string }
  | { readonly type: 'linkHeader' }

/** What ends a source of numbered pages where neither a total nor `hasMorePath` says that it ends. */
interface StopRules {
  /** How many empty pages in a row. Default 1. */
  readonly stopAfterEmpty?: number | undefined
  /** A page with fewer records than `pageSize`. Default false. */
  readonly stopOnShortPage?: boolean | undefined
}

export interface PageNumberPaging extends StopRules {
  readonly type: 'page'
  /** Query parameter. */
  readonly pageParam: string
  readonly firstPage: number
  readonly sizeParam?: string | undefined
  readonly pageSize: number
  /** Path to the number of pages or records; with it, pages are fetched side by side. */
  readonly totalPagesPath?: string | undefined
  readonly totalRecordsPath?: string | undefined
}

export interface OffsetPaging extends StopRules {
  readonly type: 'offset'
  readonly offsetParam: string
  readonly limitParam: string
  readonly pageSize: number
  /** With it, pages are fetched side by side. */
  readonly totalRecordsPath?: string | undefined
}

export interface CursorPaging {
  readonly type: 'cursor'
  readonly cursorParam: string
  readonly cursorPath: string
  readonly sizeParam?: string | undefined
  readonly pageSize?: number | undefined
}

/**
 * Why a source has no further page after this one. `loop` (it leads back to pages or rows that it has served
 * already) and `no-cursor` (it says that more follows, but not where) are errors of the source; the others are not.
 */
export type StopReason = 'end' | 'empty' | 'max-pages' | 'loop' | 'no-cursor'

export interface NextPages {
  /** Pages that this page made known; those already known are recognised by their id. */
  readonly pages: readonly PageRef[]
  /** Set when this page ends its source's sequence. */
  readonly stop?: StopReason
}

/** One way of paging: pure, so that it can be asked again after a crash. */
export interface Pagination {
  first(): PageRef
  /**
   * `seen` tells whether a page id is already known to the run, `rowsSeen` whether another page of the run
   * had this fingerprint; both serve to notice loops.
   * @throws NextUrlError when the source points to another origin, or to what is no URL.
   */
  next(
    page: PageRef,
    result: NormalisedPage,
    seen: (pageId: string) => boolean,
    rowsSeen?: (fingerprint: string) => boolean,
  ): NextPages
}
