import type { SourceConfig } from '../config.js'
import type { NormalisedPage } from '../../records/normalised-page.js'
import type { PageRef } from '../../ledger/page.js'
import { emptyRun, followedBy, newPage, repeatsRows } from './page-sequence.js'
import type { CursorPaging, NextPages, Pagination, PaginationConfig } from './pagination.js'
import { pageKey, resolveNext, sourceUrl, urlKey } from '../requests/stream-url.js'

/** How a chain names the page behind a token. */
interface Chain {
  first(): PageRef
  follow(page: PageRef, token: string, emptyBefore: number): PageRef
}

/**
 * Cursors and next URLs: each page names its successor. A token ends the chain only by its absence, so an empty page
 * in the middle does not; loops, by token or by rows, and `maxPages` end it as errors or limits.
 */
export class ChainedPagination implements Pagination {
  readonly #chain: Chain
  readonly #maxPages: number

  constructor(chain: Chain, maxPages: number) {
    this.#chain = chain
    this.#maxPages = maxPages
  }

  first(): PageRef {
    return this.#chain.first()
  }

  next(
    page: PageRef,
    result: NormalisedPage,
    seen: (pageId: string) => boolean,
    rowsSeen?: (fingerprint: string) => boolean,
  ): NextPages {
    const { next: token, hasMore } = result.paging
    if (hasMore === false) return { pages: [], stop: 'end' }
    if (token === undefined || token === null || token === '') {
      return { pages: [], stop: hasMore === true ? 'no-cursor' : 'end' }
    }
    if (repeatsRows(result, rowsSeen)) return { pages: [], stop: 'loop' }
    return followedBy(page, this.#chain.follow(page, token, emptyRun(page, result)), this.#maxPages, seen)
  }
}

/** Each page carries the token of the next. */
export function cursorChain(source: SourceConfig, paging: PaginationConfig & CursorPaging): Chain {
  const size =
    paging.sizeParam === undefined || paging.pageSize === undefined
      ? {}
      : { [paging.sizeParam]: String(paging.pageSize) }
  return {
    first: () => newPage(source, 'first', 1, sourceUrl(source, size)),
    follow: (page, token, emptyBefore) => {
      const url = sourceUrl(source, { ...size, [paging.cursorParam]: token })
      return newPage(source, `cursor=${pageKey(token)}`, page.ordinal + 1, url, emptyBefore)
    },
  }
}

/** Each page carries the whole URL of the next, in its body or its Link header. */
export function urlChain(source: SourceConfig): Chain {
  const pageOf = (url: string, ordinal: number, emptyBefore: number) =>
    newPage(source, `url=${urlKey(source, url)}`, ordinal, url, emptyBefore)
  return {
    first: () => pageOf(sourceUrl(source), 1, 0),
    follow: (page, token, emptyBefore) =>
      pageOf(resolveNext(source, page.url, token), page.ordinal + 1, emptyBefore),
  }
}
