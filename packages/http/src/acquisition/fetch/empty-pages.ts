import type { PageRef } from '../ledger/index.js'
import type { NormalisedPage, PageReading } from '../records/index.js'

/** A page without records. */
export const NO_RECORDS: NormalisedPage = {
  recordCount: 0,
  records: [],
  rejects: [],
  warnings: 0,
  redactions: 0,
  paging: {},
  fingerprint: '',
}

/** More say nothing of a stream's pages. */
const mostNames = 1_000

/**
 * Tells, behind a stream's first page, an answer without records from one that is no page: services that have
 * no more leave the array out, or the whole body. Without records on the first page the `records` path is
 * wrong.
 */
export class EmptyPages {
  /** On the way to the records, in pages that had them: an error that is answered with 200 has others. */
  readonly #names = new Set<string>()

  /** What a response that is no page by itself means; undefined where it is not understood. */
  read({ ordinal }: PageRef, statusCode: number, reading: PageReading): NormalisedPage | undefined {
    if (reading.ok) {
      if (this.#names.size < mostNames) for (const name of reading.names ?? []) this.#names.add(name)
      return reading.page
    }
    const { code, paging = {}, names } = reading
    const isKnown =
      code === 'EMPTY_BODY'
        ? statusCode === 204 || statusCode === 205
        : code === 'NO_RECORDS' &&
          names !== undefined &&
          (hasNext(paging) || names.every(name => this.#names.has(name)))
    return ordinal > 1 && (isKnown || paging.end === true) ? { ...NO_RECORDS, paging } : undefined
  }
}

/** What a page's status may mean besides an error; undefined for a first page. */
export function endHint({ ordinal }: PageRef, statusCode: number): string | undefined {
  if (ordinal === 1 || (statusCode !== 404 && statusCode !== 410)) return undefined
  return `(if its source ends so, say endWhen: { status: ${statusCode} })`
}

function hasNext({ next, hasMore }: NormalisedPage['paging']): boolean {
  return hasMore === true || (next !== undefined && next !== null && next !== '')
}
