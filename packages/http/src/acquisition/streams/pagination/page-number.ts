import { NumberedPagination } from './numbered-pagination.js'
import type { StopRules } from './numbered-pagination.js'
import { stopRules } from './numbered-pagination.js'
import type { PaginationKind } from './pagination.js'

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

/** Pages have numbers. */
export const pageNumberPaging: PaginationKind<PageNumberPaging> = {
  type: 'page',
  summary: 'counted; with a total, pages are fetched side by side, up to 2,000 known ahead',
  schema: parts => ({
    pageSize: parts.count(1, 1_000_000),
    pageParam: parts.text().prefault('page'),
    firstPage: parts.count(0, 1_000_000).prefault(1),
    sizeParam: parts.text().optional(),
    totalPagesPath: parts.path().optional(),
    totalRecordsPath: parts.path().optional(),
    ...stopRules(parts),
  }),
  paths: ({ totalPagesPath, totalRecordsPath }) => ({
    totalPages: totalPagesPath,
    ...(totalRecordsPath !== undefined && { totalRecords: totalRecordsPath }),
  }),
  create: ({ name }, options) => {
    const { pageParam, firstPage, sizeParam, pageSize } = options
    const size = sizeParam === undefined ? {} : { [sizeParam]: String(pageSize) }
    return new NumberedPagination(name, options, {
      key: 'page',
      first: firstPage,
      countsRecords: false,
      after: (number, pages) => number + pages,
      startOf: (number, size) => (number - firstPage) * size,
      behind: (number, total, size) => Math.ceil(total / size) - (number - firstPage + 1),
      query: number => ({ [pageParam]: String(number), ...size }),
    })
  },
}
