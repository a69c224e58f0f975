import type { PageRef } from '../../ledger/index.js'
import type { Scope } from '../../references/index.js'
import type { BodyEndRule, PagingPaths, PagingPlace } from '../../records/index.js'
import { cursorPaging } from './cursor.js'
import { bodyRulesOf, endsShort } from './end-rules.js'
import { hookPaging } from './hook.js'
import { linkHeaderPaging } from './link-header.js'
import { nextUrlPaging } from './next-url.js'
import { nonePaging } from './none.js'
import { offsetPaging } from './offset.js'
import { pageNumberPaging } from './page-number.js'
import type { PagedStream, Pagination, PaginationKind, PagingLimits, PagingProblem } from './pagination.js'
import { RuledPagination } from './ruled-pagination.js'

/** All ways of paging. */
export const paginationKinds = {
  none: nonePaging,
  page: pageNumberPaging,
  offset: offsetPaging,
  cursor: cursorPaging,
  nextUrl: nextUrlPaging,
  linkHeader: linkHeaderPaging,
  hook: hookPaging,
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

/** Where a stream says how many records it has: a path into a page's body, or a header. */
export type TotalPlace = Exclude<PagingPlace, { readonly lastRecord: string } | { readonly expr: string }>

interface PaginatedStream extends PagedStream {
  readonly pagination: PaginationConfig
  readonly total?: TotalPlace | undefined
}

export function pagingPathsOf({ pagination, total }: Omit<PaginatedStream, keyof PagedStream>): PagingPaths {
  return { totalRecords: total, hasMore: pagination.hasMorePath, ...kindOf(pagination).paths(pagination) }
}

/** Origins beside that of `baseUrl` at which a stream's pages may lie. */
export function allowedOrigins(pagination: PaginationConfig): readonly string[] {
  return ('allow' in pagination ? pagination.allow : undefined) ?? []
}

/** What ends a stream by what its pages hold. */
export function pageEndRules(pagination: PaginationConfig): BodyEndRule[] {
  return bodyRulesOf(pagination.endWhen, pageSizeOf(pagination))
}

function pageSizeOf(pagination: PaginationConfig): number | undefined {
  return 'pageSize' in pagination ? pagination.pageSize : undefined
}

/** What the requests of a stream's pages may refer to, as fields of `pagination`. */
export function toldNames(pagination: PaginationConfig): readonly string[] {
  const { told } = kindOf(pagination)
  return told === undefined || manyCursors(pagination) ? [] : [told.name]
}

/** What stands there for a page; nothing where it is asked for with none. */
export function toldScope(pagination: PaginationConfig, page: Pick<PageRef, 'ordinal' | 'state'>): Scope {
  const { told } = kindOf(pagination)
  const value = told?.of(page)
  return told === undefined || value === undefined
    ? {}
    : { [`pagination.${told.name}`]: JSON.stringify(value) }
}

/** Whether the first page is asked for with none. */
export function toldLater(pagination: PaginationConfig): boolean {
  if (pagination.type === 'cursor') return pagination.startCursor === undefined
  return pagination.type === 'nextUrl' || pagination.type === 'linkHeader'
}

/** Several are no single value. */
function manyCursors(pagination: PaginationConfig): boolean {
  return pagination.type === 'cursor' && pagination.params !== undefined
}

/** What of the keys does not fit together. */
export function pagingProblem(pagination: PaginationConfig): PagingProblem | undefined {
  if (endsShort(pagination.endWhen) && pageSizeOf(pagination) === undefined)
    return { key: 'endWhen', allowed: '{ short: true } only beside a pageSize, which the full pages have' }
  return kindOf(pagination).check?.(pagination)
}

/** A configuration is handed only to the kind that it names. */
function kindOf({ type }: PaginationConfig): PaginationKind<PaginationConfig> {
  return paginationKinds[type] as unknown as PaginationKind<PaginationConfig>
}
