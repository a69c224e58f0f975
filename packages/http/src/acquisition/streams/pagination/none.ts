import type { Notice, PageRef } from '../../ledger/index.js'
import { newPage } from './page-sequence.js'
import type { NextPages, PageAddress, PageResult, Pagination, PaginationKind } from './pagination.js'
import { webLinks } from './web-links.js'

/** All is on one page. */
export const nonePaging: PaginationKind<{ readonly type: 'none' }> = {
  type: 'none',
  summary: 'there is none; a response that names one is told (`MORE_MAY_FOLLOW`)',
  schema: () => ({}),
  paths: () => ({}),
  create: ({ name }) => new SinglePage(name),
}

class SinglePage implements Pagination {
  readonly #stream: string

  constructor(stream: string) {
    this.#stream = stream
  }

  first(): PageRef {
    return newPage(this.#stream, 'only', 1, {})
  }

  request(): PageAddress {
    return {}
  }

  async next(_page: PageRef, result: PageResult): Promise<NextPages> {
    return { pages: [], stop: 'end', notices: moreNotices(result) }
  }
}

function moreNotices({ headers, paging }: PageResult): Notice[] {
  const links = webLinks(headers['link'] ?? '').links
  const isLinked = links.some(({ relations }) => relations.includes('next'))
  if (!isLinked && paging.hasMore !== true) return []
  const by = isLinked ? 'its Link header names a next page' : 'pagination.hasMorePath says that more follows'
  return [{ code: 'MORE_MAY_FOLLOW', message: `${by}, and pagination is none` }]
}
