import type { Notice, PageRef } from '../../ledger/index.js'
import type { PagingName, PagingPaths } from '../../records/index.js'
import { endsRepeated } from './end-rules.js'
import { repeatsOf } from './page-sequence.js'
import type { NextPages, PageAddress, PageResult, Pagination, PagingLimits, Seen } from './pagination.js'

/** What all ways of paging have in common: `endWhen`, and paths that find nothing. */
export class RuledPagination implements Pagination {
  readonly #inner: Pagination
  readonly #endsRepeated: boolean
  readonly #paths: PagingPaths

  /** `paths`: those at which each page is read. */
  constructor(inner: Pagination, { endWhen }: Pick<PagingLimits, 'endWhen'>, paths: PagingPaths) {
    this.#inner = inner
    this.#endsRepeated = endsRepeated(endWhen)
    this.#paths = paths
  }

  first(): PageRef {
    return this.#inner.first()
  }

  request(page: PageRef): PageAddress {
    return this.#inner.request(page)
  }

  async next(page: PageRef, result: PageResult, seen: Seen): Promise<NextPages> {
    const { end, endStatus } = result.paging
    if (end === true) return { pages: [], stop: 'end', notices: endNotices(page, endStatus) }
    if (this.#endsRepeated && (await repeatsOf(result, seen)).length > 0) return { pages: [], stop: 'end' }
    const next = await this.#inner.next(page, result, seen)
    const notices = [...this.#unfound(page, result), ...(next.notices ?? [])]
    return notices.length === 0 ? next : { ...next, notices }
  }

  /** The first page should have them, and what can be read; a chain's token has its own notice. */
  #unfound({ ordinal }: PageRef, { recordCount, paging }: PageResult): Notice[] {
    if (ordinal > 1) return []
    const { unfound = [], unread = [] } = paging
    const notice = (name: PagingName, code: string, what: string): Notice[] =>
      name === 'next' ? [] : [{ code, about: name, message: `${placeText(name, this.#paths[name])} ${what}` }]
    return [
      ...(recordCount === 0 ? [] : unfound).flatMap(name =>
        notice(name, 'NOTHING_FOUND', 'found nothing on the first page'),
      ),
      ...unread.flatMap(name => notice(name, 'NOT_UNDERSTOOD', 'found what is no such value')),
    ]
  }
}

const settings = {
  totalRecords: 'the path to the total of records',
  totalPages: 'pagination.totalPagesPath',
  hasMore: 'pagination.hasMorePath',
} as const

function placeText(name: keyof typeof settings, place: PagingPaths[PagingName]): string {
  if (typeof place === 'string') return `${settings[name]} (${place})`
  if (place === undefined || !('header' in place)) return settings[name]
  return `${settings[name].replace(/Path$/, 'Header').replace('path to', 'header of')} (${place.header})`
}

function endNotices({ state, id, stream }: PageRef, status: number | undefined): Notice[] {
  if (status === undefined || state['beyond'] !== 1) return []
  const message = `${id.slice(stream.length + 1)}, behind all that its total promises, was answered ${status}`
  return [{ code: 'END_BY_STATUS', message }]
}
