import { hash } from 'node:crypto'
import type { PageRef } from '../../ledger/index.js'
import { emptyRun, followedBy, repeatsRows, withEmpties } from './page-sequence.js'
import type { NextPages, PageAddress, PageResult, Pagination, Seen } from './pagination.js'

/** How a chain names the page behind a token. */
export interface Chain {
  first(): PageRef
  /** The token of the next page; null, undefined or empty when there is none. */
  tokenOf(result: PageResult): string | null | undefined
  follow(page: PageRef, token: string, result: PageResult): PageRef
  request(page: PageRef): PageAddress
}

/**
 * Cursors and next URLs: each page names its successor. A token ends the chain only by its absence, so an
 * empty page in the middle does not; loops, by token or by rows, and `maxPages` end it as errors or limits.
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

  request(page: PageRef): PageAddress {
    return this.#chain.request(page)
  }

  async next(page: PageRef, result: PageResult, seen: Seen): Promise<NextPages> {
    const { hasMore } = result.paging
    if (hasMore === false) return { pages: [], stop: 'end' }
    const token = this.#chain.tokenOf(result)
    if (token === undefined || token === null || token === '') {
      return { pages: [], stop: hasMore === true ? 'no-cursor' : 'end' }
    }
    if (await repeatsRows(result, seen)) return { pages: [], stop: 'loop' }
    const next = this.#chain.follow(page, token, result)
    const state = withEmpties(next.state, emptyRun(page, result))
    return followedBy(page, { ...next, state }, this.#maxPages, seen)
  }
}

const longestKey = 120

/** A key that a person can read, unless it is long; then its digest. */
export function pageKey(text: string): string {
  return text.length <= longestKey ? text : `sha256-${hash('sha256', text, 'base64url')}`
}
