import type { Notice, PageRef, PageState } from '../../ledger/index.js'
import type { PageResult, Seen } from './pagination.js'

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

/** Ids of other pages that had the rows of this one, if it has any. */
export async function repeatsOf(
  { recordCount, fingerprint }: PageResult,
  seen: Seen,
): Promise<readonly string[]> {
  return recordCount === 0 ? [] : await seen.rows(fingerprint)
}

/** Of a page whose rows another page had, although the stream goes on. */
export function repeatNotice({ id, stream }: PageRef): Notice {
  const name = id.slice(stream.length + 1)
  return { code: 'REPEATED_PAGE', message: `${name} has the rows that another page had` }
}
