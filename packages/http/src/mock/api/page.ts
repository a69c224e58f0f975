import type { StreamConfig } from '../../acquisition/index.js'
import type { Row } from './record-maker.js'

export type Paging = StreamConfig['pagination']

/** What a page says beside its records. */
export interface Page {
  /** Of the stream's order, from 1. */
  readonly number: number
  readonly rows: readonly Row[]
  /** Of all pages. */
  readonly total: number
  readonly pages: number
  readonly isLast: boolean
  /** Set where the server says that there is no such page. */
  readonly status?: number
  /** Where the next one begins; undefined where there is none to tell. */
  readonly next: number | undefined
}

/** Which rows a page has. */
export interface Slice {
  readonly from: number
  readonly size: number
}

/** How the server's pages are, beside what the pipeline says of them. */
export interface PageManners {
  /** Whether the last page, too, says where a next one would be. */
  readonly lastHasCursor: boolean
}

/** The page of a slice. */
export function pageOf(
  paging: Paging,
  rows: readonly Row[],
  { from, size }: Slice,
  manners: PageManners,
): Page {
  const shown = rows.slice(from, from + size)
  const end = from + size
  const isLast = end >= rows.length
  const tellsMore = !isLast || (manners.lastHasCursor && shown.length > 0)
  const page = {
    number: Math.floor(from / size) + 1,
    rows: shown,
    total: rows.length,
    pages: Math.ceil(rows.length / size),
    isLast,
    next: tellsMore ? end : undefined,
  }
  return from > 0 && shown.length === 0 ? { ...page, ...beyond(paging, rows, size) } : page
}

/** What there is behind the last page. */
function beyond({ endWhen }: Paging, rows: readonly Row[], size: number): Partial<Page> {
  for (const rule of [endWhen ?? []].flat()) {
    if ('status' in rule) return { status: [rule.status].flat()[0] ?? 404 }
    if ('repeated' in rule) return { rows: rows.slice(Math.floor((rows.length - 1) / size) * size) }
  }
  return {}
}
