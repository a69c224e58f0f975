import { isJsonNumber, plainDecimal } from './exact-number.js'
import type { PagingValues } from './normalised-page.js'
import { compilePath } from '../references/index.js'

/** Where a page says how paging goes on. */
export interface PagingPaths {
  readonly totalRecords?: string | undefined
  readonly totalPages?: string | undefined
  readonly next?: string | undefined
  readonly hasMore?: string | undefined
}

/** Compiles the paths once. What is there but makes no sense (a negative total) counts as not there. */
export function pagingReader(paths: PagingPaths): (page: unknown) => PagingValues {
  const totalRecords = optionalPath(paths.totalRecords)
  const totalPages = optionalPath(paths.totalPages)
  const next = optionalPath(paths.next)
  const hasMore = optionalPath(paths.hasMore)
  return page => {
    const token = next(page)
    return {
      totalRecords: count(totalRecords(page)),
      totalPages: count(totalPages(page)),
      next: cursor(token),
      hasMore: flag(hasMore(page)) ?? (isUnusable(token) ? true : undefined),
    }
  }
}

function optionalPath(path: string | undefined): (value: unknown) => unknown {
  return path === undefined ? () => undefined : compilePath(path)
}

function count(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return Number.isSafeInteger(number) && (number as number) >= 0 ? (number as number) : undefined
}

/** Something stands where the cursor should be, so more follows; but it does not say where. */
function isUnusable(token: unknown): boolean {
  return token === true || (typeof token === 'object' && token !== null && !isJsonNumber(token))
}

/** A cursor may be a number (an id to go on after); its digits are kept. */
function cursor(value: unknown): string | null | undefined {
  if (value === null || typeof value === 'string') return value
  return isJsonNumber(value) ? plainDecimal(value) : undefined
}

function flag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (value === 1 || value === 'true') return true
  return value === 0 || value === 'false' ? false : undefined
}
