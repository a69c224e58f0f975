import type { PagingPaths } from '../../records/index.js'
import { cursorPaging } from './cursor.js'
import { linkHeaderPaging } from './link-header.js'
import { nextUrlPaging } from './next-url.js'
import { offsetPaging } from './offset.js'
import { pageNumberPaging } from './page-number.js'
import type { PagedStream, Pagination, PaginationKind, PagingLimits } from './pagination.js'
import { RuledPagination } from './ruled-pagination.js'

/** All ways of paging. */
export const paginationKinds = {
  page: pageNumberPaging,
  offset: offsetPaging,
  cursor: cursorPaging,
  nextUrl: nextUrlPaging,
  linkHeader: linkHeaderPaging,
} as const

type Kinds = (typeof paginationKinds)[keyof typeof paginationKinds]

/** How a stream's pages follow each other. Paths point into the page's body. */
export type PaginationConfig = PagingLimits &
  (Kinds extends infer K ? (K extends PaginationKind<infer O> ? O : never) : never)

/** The way of paging that a stream's configuration names. */
export function paginationOf(stream: PaginatedStream): Pagination {
  const { pagination } = stream
  return new RuledPagination(kindOf(pagination).create(stream, pagination), pagination, pagingPathsOf(stream))
}

interface PaginatedStream extends PagedStream {
  readonly pagination: PaginationConfig
  readonly total?: string | undefined
}

export function pagingPathsOf({ pagination, total }: Omit<PaginatedStream, keyof PagedStream>): PagingPaths {
  return { totalRecords: total, hasMore: pagination.hasMorePath, ...kindOf(pagination).paths(pagination) }
}

/** A configuration is handed only to the kind that it names. */
function kindOf({ type }: PaginationConfig): PaginationKind<PaginationConfig> {
  return paginationKinds[type] as unknown as PaginationKind<PaginationConfig>
}
