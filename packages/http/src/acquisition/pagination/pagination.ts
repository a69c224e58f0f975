import type { NormalisedPage } from '../normalise/normalised-page.js'
import type { PageRef } from '../page.js'

/** How a source's pages follow each other. Paths point into the page's body. */
export type PaginationConfig = PaginationKind & {
  /** No more pages than this are asked for, whatever the source says. Default 10,000. */
  readonly maxPages: number
  /** How many empty pages in a row end the source, where nothing else says that it ends. Default 1. */
  readonly stopAfterEmpty: number
}

export type PaginationKind =
  | {
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
  | {
      readonly type: 'offset'
      readonly offsetParam: string
      readonly limitParam: string
      readonly pageSize: number
      readonly totalRecordsPath?: string | undefined
    }
  | {
      readonly type: 'cursor'
      readonly cursorParam: string
      readonly cursorPath: string
      /** Path to a boolean that says whether more follows. */
      readonly hasMorePath?: string | undefined
      readonly sizeParam?: string | undefined
      readonly pageSize?: number | undefined
    }
  | { readonly type: 'nextUrl'; readonly nextUrlPath: string }
  | { readonly type: 'linkHeader' }

/** Why a source has no further page after this one. */
export type StopReason = 'end' | 'empty' | 'max-pages' | 'loop'

export interface NextPages {
  /** Pages that this page made known; those already known are recognised by their id. */
  readonly pages: readonly PageRef[]
  /** Set when this page ends its source's sequence. `loop` is an error of the source, the others are not. */
  readonly stop?: StopReason
}

/** One way of paging: pure, so that it can be asked again after a crash. */
export interface Pagination {
  first(): PageRef
  /** `seen` tells whether a page id is already known to the run, to notice loops. */
  next(page: PageRef, result: NormalisedPage, seen: (pageId: string) => boolean): NextPages
}
