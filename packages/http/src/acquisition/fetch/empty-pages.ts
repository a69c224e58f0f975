import type { PageRef } from '../ledger/index.js'
import type { NormalisedPage, PageReading } from '../records/index.js'
import { isToken, PageInvalidError, tells } from '../records/index.js'

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

  /**
   * What a response that is no page by itself means; undefined where it is not understood.
   * @throws PageInvalidError for a page without records that says it has failed.
   */
  read({ ordinal }: PageRef, statusCode: number, reading: PageReading): NormalisedPage | undefined {
    if (reading.ok) {
      this.#check(reading)
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

  /**
   * null is an empty list only beside what pages with records say too, or what says that all went well; a list
   * is empty unless the page says that it has failed.
   */
  #check({ page, names = [], isNull }: PageReading & { ok: true }): void {
    if (page.recordCount > 0 || page.paging.end === true || hasNext(page.paging)) return
    const told = names.filter(name => !tells.nothing(name) && !this.#names.has(name))
    const bad = told.find(name => (isNull === true ? !tells.success(name) : tells.failure(name)))
    if (bad === undefined) return
    const what = `${bad.replace(/^\d+\./, '')}, and ${isNull === true ? 'null for its records' : 'no records'}`
    const message = `the body reports an error: ${what}; if its source ends so, say so with endWhen`
    throw new PageInvalidError('ERROR_BODY', message)
  }
}

/** What a page's status may mean besides an error; undefined for a first page. */
export function endHint({ ordinal }: PageRef, statusCode: number): string | undefined {
  if (ordinal === 1 || (statusCode !== 404 && statusCode !== 410)) return undefined
  return `(if its source ends so, say endWhen: { status: ${statusCode} })`
}

function hasNext({ next, params = {}, hasMore }: NormalisedPage['paging']): boolean {
  return hasMore === true || [next, ...Object.values(params)].some(isToken)
}
