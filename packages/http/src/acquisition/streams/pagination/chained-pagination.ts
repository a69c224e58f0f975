import { hash } from 'node:crypto'
import type { Notice, PageRef, PageState } from '../../ledger/index.js'
import type { Token } from '../../records/index.js'
import { isToken, meansNone } from '../../records/index.js'
import { emptyRun, repeatNotice, repeatsOf, withEmpties } from './page-sequence.js'
import type { NextPages, PageAddress, PageResult, Pagination, PagingLimits, Seen } from './pagination.js'

/** How a chain names the page behind a token. */
export interface Chain {
  /** In whose value states hold the token: `cursor`. */
  readonly key: string
  /** Where the token stands, for a message: `pagination.cursorPath (meta.next)`. */
  readonly place: string
  first(): PageRef
  /** The token of the next page; null or empty when there is none, undefined when its place is not there. */
  tokenOf(result: PageResult): Token | null | undefined
  /**
   * Set where tokens stand in records: each page with records has one then, and the end is a page without.
   * A page of fewer than `pageSize` may repeat the records before it, and be the end too.
   */
  readonly inRecords?: { readonly pageSize: number } | undefined
  /** @throws NextUrlError when the token cannot be followed. */
  follow(page: PageRef, token: Token, result: PageResult): PageRef
  request(page: PageRef): PageAddress
}

/**
 * Cursors and next URLs: each page names its successor. A token ends the chain by its absence, so an empty
 * page in the middle does not, or by naming its own page when that brought nothing new. A scroll may have one
 * token for all its pages. Loops, by token or by rows, and `maxPages` end it as errors or limits.
 */
export class ChainedPagination implements Pagination {
  readonly #chain: Chain
  readonly #limits: PagingLimits

  constructor(chain: Chain, limits: PagingLimits) {
    this.#chain = chain
    this.#limits = limits
  }

  first(): PageRef {
    return this.#chain.first()
  }

  request(page: PageRef): PageAddress {
    return this.#chain.request(page)
  }

  async next(page: PageRef, result: PageResult, seen: Seen): Promise<NextPages> {
    const { hasMore } = result.paging
    if (hasMore === false) return { pages: [], stop: 'end' }
    const token = this.#chain.tokenOf(result)
    // A record may well be called so.
    const isNone = this.#chain.inRecords === undefined && meansNone(token)
    if (isToken(token) && !isNone) return this.#behind(page, result, token, seen)
    const isMissing = this.#chain.inRecords !== undefined && result.recordCount > 0
    if (hasMore === true || isMissing) return { pages: [], stop: 'no-cursor' }
    if (isNone) return { pages: [], stop: 'end', notices: [this.#noneNotice(token)] }
    if (token !== undefined || page.ordinal > 1 || result.recordCount === 0) return { pages: [], stop: 'end' }
    const message = `${this.#chain.place} found nothing on any page`
    return { pages: [], stop: 'end', notices: [{ code: 'NOTHING_FOUND', about: this.#chain.key, message }] }
  }

  #noneNotice(token: Token | null | undefined): Notice {
    const message = `${this.#chain.place} is the text ${JSON.stringify(token)}, which is taken for none`
    return { code: 'NONE_AS_TEXT', about: this.#chain.key, message }
  }

  async #behind(page: PageRef, result: PageResult, token: Token, seen: Seen): Promise<NextPages> {
    const { maxPages, onRepeatedPage } = this.#limits
    const next = this.#chain.follow(page, token, result)
    const isSame = String(next.state[this.#chain.key]) === String(page.state[this.#chain.key] ?? '')
    const isRepeat = (await repeatsOf(result, seen)).length > 0
    if (isSame && result.recordCount < (this.#chain.inRecords?.pageSize ?? 1)) return over(result)
    if ((isSame || isRepeat) && isBoundary(page, result)) return over(result)
    if (isRepeat && onRepeatedPage !== 'continue') return { pages: [], stop: 'loop' }
    const named = isSame ? again(page, next) : next
    if ((await seen.pages([named.id])).has(named.id)) return { pages: [], stop: 'loop' }
    if (page.ordinal >= maxPages) return { pages: [], stop: 'max-pages' }
    const state = { ...withEmpties(named.state, emptyRun(page, result)), ...boundaryBehind(page, result) }
    return { pages: [{ ...named, state }], ...(isRepeat && { notices: [repeatNotice(page)] }) }
  }
}

/** The chain leads to where it is and brings nothing new: its end, unless the source says otherwise. */
function over({ paging }: PageResult): NextPages {
  return { pages: [], stop: paging.hasMore === true ? 'loop' : 'end' }
}

/** The page that is asked for with the same token once more. */
function again(page: PageRef, next: PageRef): PageRef {
  const times = Number(page.state['again'] ?? 1) + 1
  const key = next.id.slice(next.stream.length + 1)
  return { ...next, id: `${next.stream}:again=${times},${key}`, state: { ...next.state, again: times } }
}

/**
 * How many rows the last page with new ones had, and its last row: where boundaries are inclusive, the page
 * behind the last begins with it. Nothing for a single row, which only a whole page can repeat.
 */
function boundaryBehind(page: PageRef, result: PageResult): PageState {
  const { boundary } = page.state
  if (boundary !== undefined && (result.recordCount === 0 || isBoundary(page, result))) return { boundary }
  return result.recordCount > 1 ? { boundary: `${result.recordCount} ${lastRowOf(result)}` } : {}
}

/** Fewer rows than the page before had, up to the same last one: nothing new, as boundaries are inclusive. */
function isBoundary({ state }: PageRef, result: PageResult): boolean {
  const [count, lastRow] = String(state['boundary'] ?? '0').split(' ')
  return result.recordCount > 0 && result.recordCount < Number(count) && lastRow === lastRowOf(result)
}

function lastRowOf({ records, rejects, fingerprint }: PageResult): string {
  // A filter may have left none.
  const row = records.at(-1)?.id ?? rejects.at(-1)?.raw ?? fingerprint
  return hash('sha1', JSON.stringify(row), 'base64url').slice(0, 16)
}

const longestKey = 120

/** A key that a person can read, unless it is long; then its digest. */
export function pageKey(text: string): string {
  return text.length <= longestKey ? text : `sha256-${hash('sha256', text, 'base64url')}`
}
