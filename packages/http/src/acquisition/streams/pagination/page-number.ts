import type { ParamPlace } from '../requests/param-place.js'
import { placeOrFalseSchema, placeSchema } from '../requests/param-place.js'
import type { StopRules } from './numbered-pagination.js'
import { NumberedPagination, stopRules } from './numbered-pagination.js'
import type { PaginationKind } from './pagination.js'
import type { RecordTotal } from './totals.js'
import { recordTotal, recordTotalProblem, recordTotalSchema } from './totals.js'

export interface PageNumberPaging extends StopRules, RecordTotal {
  readonly type: 'page'
  /** `false`: it is sent where the requests refer to `pagination.number`, or nowhere. */
  readonly pageParam: ParamPlace | false
  readonly firstPage: number
  readonly sizeParam?: ParamPlace | undefined
  readonly pageSize: number
  /** Path to the number of pages, or the header of it; with either, pages are fetched side by side. */
  readonly totalPagesPath?: string | undefined
  readonly totalPagesHeader?: string | undefined
}

/** Pages have numbers. */
export const pageNumberPaging: PaginationKind<PageNumberPaging> = {
  type: 'page',
  summary: 'counted; with a total, pages are fetched side by side, up to 2,000 known ahead',
  schema: parts => ({
    pageSize: parts.count(1, 1_000_000),
    pageParam: placeOrFalseSchema(parts).prefault('page'),
    firstPage: parts.count(0, 1_000_000).prefault(1),
    sizeParam: placeSchema(parts).optional(),
    totalPagesPath: parts.path().optional(),
    totalPagesHeader: parts.headerName().optional(),
    ...recordTotalSchema(parts),
    ...stopRules(parts),
  }),
  check: options => {
    const { totalPagesPath, totalPagesHeader } = options
    if (totalPagesPath !== undefined && totalPagesHeader !== undefined)
      return { key: 'totalPagesHeader', allowed: 'none beside totalPagesPath' }
    return recordTotalProblem(options)
  },
  told: { name: 'number', of: ({ state }) => state['page'] },
  paths: options => ({
    totalPages: pageTotal(options),
    ...(recordTotal(options) !== undefined && { totalRecords: recordTotal(options) }),
  }),
  create: ({ name }, options) => {
    const { pageParam, firstPage, sizeParam, pageSize } = options
    const size = sizeParam === undefined ? [] : [{ place: sizeParam, value: pageSize }]
    const placed = (value: number) => (pageParam === false ? [] : [{ place: pageParam, value }])
    return new NumberedPagination(name, options, {
      key: 'page',
      first: firstPage,
      total: pageTotal(options) ? 'pages' : recordTotal(options) ? 'records' : undefined,
      countsRecords: false,
      after: (number, pages) => number + pages,
      startOf: (number, size) => (number - firstPage) * size,
      behind: (number, total, size) => Math.ceil(total / size) - (number - firstPage + 1),
      parameters: number => [...placed(number), ...size],
    })
  },
}

function pageTotal({ totalPagesPath, totalPagesHeader }: PageNumberPaging) {
  return totalPagesPath ?? (totalPagesHeader === undefined ? undefined : { header: totalPagesHeader })
}
