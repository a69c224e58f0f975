import { NumberedPagination } from './numbered-pagination.js'
import type { StopRules } from './numbered-pagination.js'
import { stopRules } from './numbered-pagination.js'
import type { PaginationKind } from './pagination.js'

export interface OffsetPaging extends StopRules {
  readonly type: 'offset'
  readonly offsetParam: string
  readonly limitParam: string
  readonly pageSize: number
  /** With it, pages are fetched side by side. */
  readonly totalRecordsPath?: string | undefined
}

/** A page begins behind so many records. */
export const offsetPaging: PaginationKind<OffsetPaging> = {
  type: 'offset',
  summary: 'the same',
  schema: parts => ({
    pageSize: parts.count(1, 1_000_000),
    offsetParam: parts.text().prefault('offset'),
    limitParam: parts.text().prefault('limit'),
    totalRecordsPath: parts.path().optional(),
    ...stopRules(parts),
  }),
  paths: ({ totalRecordsPath }) => (totalRecordsPath === undefined ? {} : { totalRecords: totalRecordsPath }),
  create: ({ name }, options) => {
    const { offsetParam, limitParam, pageSize } = options
    return new NumberedPagination(name, options, {
      key: 'offset',
      first: 0,
      countsRecords: true,
      after: (offset, pages, size) => offset + pages * size,
      startOf: offset => offset,
      behind: (offset, total, size) => Math.ceil((total - offset) / size) - 1,
      query: offset => ({ [offsetParam]: String(offset), [limitParam]: String(pageSize) }),
    })
  },
}
