import { canonicalDecimal, isJsonNumber, writtenDigits } from './exact-number.js'
import { holdsLoneSurrogate } from './lone-surrogate.js'
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
  const text = isJsonNumber(value) ? canonicalDecimal(value) : value
  const number = typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(number) ? number : undefined
}

/** Something stands where the cursor should be, so more follows; but it does not say where. */
function isUnusable(token: unknown): boolean {
  if (typeof token === 'string') return holdsLoneSurrogate(token)
  return token === true || (typeof token === 'object' && token !== null && !isJsonNumber(token))
}

/** A cursor may be a number (an id to go on after); its digits are kept as they were written. */
function cursor(value: unknown): string | null | undefined {
  if (typeof value === 'string') return holdsLoneSurrogate(value) ? undefined : value
  return isJsonNumber(value) ? writtenDigits(value) : value === null ? null : undefined
}

function flag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  const number = isJsonNumber(value) ? canonicalDecimal(value) : undefined
  if (number === '1' || value === 'true') return true
  return number === '0' || value === 'false' ? false : undefined
}
