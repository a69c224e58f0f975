import type { SourceConfig } from '../config.js'
import type { NormalisedPage } from '../../records/normalised-page.js'
import type { PageRef } from '../../ledger/page.js'
import type { NextPages } from './pagination.js'

/** A page before any try was spent on it. */
export function newPage(
  source: SourceConfig,
  key: string,
  ordinal: number,
  url: string,
  emptyBefore = 0,
): PageRef {
  return {
    id: `${source.name}:${key}`,
    source: source.name,
    ordinal,
    url,
    tries: 0,
    notBefore: 0,
    emptyBefore,
  }
}

/** How many empty pages in a row the sequence has come to after this one. */
export function emptyRun(page: PageRef, result: NormalisedPage): number {
  return result.recordCount === 0 ? (page.emptyBefore ?? 0) + 1 : 0
}

/** One record may well be served twice; a whole page of rows that another page had is a loop. */
export function repeatsRows(
  result: NormalisedPage,
  rowsSeen: ((fingerprint: string) => boolean) | undefined,
): boolean {
  return result.recordCount > 1 && rowsSeen?.(result.fingerprint) === true
}

/** The one page that follows, unless it is known already (a loop) or the limit is reached. */
export function followedBy(
  page: PageRef,
  next: PageRef,
  maxPages: number,
  seen: (pageId: string) => boolean,
): NextPages {
  if (next.id === page.id || seen(next.id)) return { pages: [], stop: 'loop' }
  if (page.ordinal >= maxPages) return { pages: [], stop: 'max-pages' }
  return { pages: [next] }
}
