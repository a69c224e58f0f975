import type { PageRef, PageState } from '../../ledger/index.js'
import type { NextPages, PageResult, Seen } from './pagination.js'

/** A page before any try was spent on it. `key` tells it from the others of its stream. */
export function newPage(stream: string, key: string, ordinal: number, state: PageState): PageRef {
  return { id: `${stream}:${key}`, stream, ordinal, state, tries: 0, notBefore: 0 }
}

/**
 * The state with how many pages right before it were empty; the stop rule counts them, over a restart too.
 */
export function withEmpties(state: PageState, empties: number): PageState {
  return empties === 0 ? state : { ...state, empties }
}

/** How many empty pages in a row the sequence has come to after this one. */
export function emptyRun({ state }: PageRef, { recordCount }: PageResult): number {
  return recordCount === 0 ? Number(state['empties'] ?? 0) + 1 : 0
}

/** One record may well be served twice; a whole page of rows that another page had is a loop. */
export async function repeatsRows(result: PageResult, seen: Seen): Promise<boolean> {
  return result.recordCount > 1 && (await seen.rows(result.fingerprint))
}

/** The one page that follows, unless it is known already (a loop) or the limit is reached. */
export async function followedBy(
  page: PageRef,
  next: PageRef,
  maxPages: number,
  seen: Seen,
): Promise<NextPages> {
  if (next.id === page.id || (await seen.pages([next.id])).has(next.id)) return { pages: [], stop: 'loop' }
  if (page.ordinal >= maxPages) return { pages: [], stop: 'max-pages' }
  return { pages: [next] }
}
