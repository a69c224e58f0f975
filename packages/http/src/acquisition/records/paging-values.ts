import type { BodyEndRule } from './end-rules.js'
import { endReader } from './end-rules.js'
import { canonicalDecimal, isJsonNumber, writtenDigits } from './exact-number.js'
import { holdsLoneSurrogate } from './lone-surrogate.js'
import type { PagingName, PagingValues } from './normalised-page.js'
import { compilePath } from '../references/index.js'

/** Where a page says how paging goes on. */
export type PagingPaths = { readonly [Name in PagingName]?: string | undefined }

/**
 * Compiles paths and rules once. What makes no sense (a negative total) is told apart, and counts as not there.
 * Without a body nothing stands anywhere.
 */
export function pagingReader(
  paths: PagingPaths,
  endWhen: readonly BodyEndRule[] = [],
): (page: unknown, recordCount: number) => PagingValues {
  const places = Object.entries(paths).flatMap(([name, path]) =>
    path === undefined ? [] : [[name as PagingName, compilePath(path)] as const],
  )
  const isEnd = endReader(endWhen)
  return (page, recordCount) => {
    const found = places.map(([name, at]) => [name, at(page)] as const)
    const { totalRecords, totalPages, next, hasMore }: Found = Object.fromEntries(found)
    const values = {
      totalRecords: count(totalRecords),
      totalPages: count(totalPages),
      next: cursor(next),
      hasMore: flag(hasMore) ?? (isUnusable(next) ? true : undefined),
    }
    const unfound = namesOf(found.filter(([, value]) => value === undefined))
    const unread = namesOf(found.filter(([name, value]) => values[name] === undefined && value !== null))
    return {
      ...values,
      ...(unfound.length > 0 && { unfound }),
      ...(unread.length > unfound.length && { unread: unread.filter(name => !unfound.includes(name)) }),
      ...(isEnd(page, recordCount) && { end: true }),
    }
  }
}

type Found = { readonly [Name in PagingName]?: unknown }

function namesOf(found: readonly (readonly [PagingName, unknown])[]): PagingName[] {
  return found.map(([name]) => name)
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

/** A cursor may be a number: its digits are kept as they were written. `false` says that there is none. */
function cursor(value: unknown): string | null | undefined {
  if (value === null || value === false) return null
  if (typeof value === 'string') return holdsLoneSurrogate(value) ? undefined : value
  return isJsonNumber(value) ? writtenDigits(value) : undefined
}

function flag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  const number = isJsonNumber(value) ? canonicalDecimal(value) : undefined
  if (number === '1' || value === 'true') return true
  return number === '0' || value === 'false' ? false : undefined
}
