import type { SourceConfig } from '../config.js'
import { ChainedPagination, cursorChain, urlChain } from './chained-pagination.js'
import { NumberedPagination } from './numbered-pagination.js'
import type { Pagination } from './pagination.js'

/** The way of paging that a source's configuration names. */
export function paginationOf(source: SourceConfig): Pagination {
  const { pagination } = source
  switch (pagination.type) {
    case 'page':
    case 'offset':
      return new NumberedPagination(source, pagination)
    case 'cursor':
      return new ChainedPagination(cursorChain(source, pagination), pagination.maxPages)
    default:
      return new ChainedPagination(urlChain(source), pagination.maxPages)
  }
}
