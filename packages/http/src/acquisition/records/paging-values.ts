import type { BodyEndRule } from './end-rules.js'
import { endReader } from './end-rules.js'
import { isJsonNumber, plainDecimal } from './exact-number.js'
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
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return Number.isSafeInteger(number) && (number as number) >= 0 ? (number as number) : undefined
}

/** Something stands where the cursor should be, so more follows; but it does not say where. */
function isUnusable(token: unknown): boolean {
  return token === true || (typeof token === 'object' && token !== null && !isJsonNumber(token))
}

/** A cursor may be a number (an id to go on after); its digits are kept. `false` says that there is none. */
function cursor(value: unknown): string | null | undefined {
  if (value === false) return null
  if (value === null || typeof value === 'string') return value
  return isJsonNumber(value) ? plainDecimal(value) : undefined
}

function flag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (value === 1 || value === 'true') return true
  return value === 0 || value === 'false' ? false : undefined
}
