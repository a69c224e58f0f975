import { ChainedPagination, pageKey } from './chained-pagination.js'
import { newPage } from './page-sequence.js'
import type { PaginationKind } from './pagination.js'

export interface CursorPaging {
  readonly type: 'cursor'
  readonly cursorParam: string
  readonly cursorPath: string
  readonly sizeParam?: string | undefined
  readonly pageSize?: number | undefined
}

/** Each page carries the token of the next. */
export const cursorPaging: PaginationKind<CursorPaging> = {
  type: 'cursor',
  summary: 'the token in the body, until there is none',
  schema: ({ text, path, count }) => ({
    cursorPath: path(),
    cursorParam: text().prefault('cursor'),
    sizeParam: text().optional(),
    pageSize: count(1, 1_000_000).optional(),
  }),
  paths: ({ cursorPath }) => ({ next: cursorPath }),
  create: ({ name }, options) => {
    const { cursorParam, cursorPath, sizeParam, pageSize } = options
    const size = sizeParam === undefined || pageSize === undefined ? {} : { [sizeParam]: String(pageSize) }
    return new ChainedPagination(
      {
        key: 'cursor',
        place: `pagination.cursorPath (${cursorPath})`,
        first: () => newPage(name, 'first', 1, {}),
        tokenOf: result => result.paging.next,
        follow: (page, cursor) => newPage(name, `cursor=${pageKey(cursor)}`, page.ordinal + 1, { cursor }),
        request: ({ state: { cursor } }) => ({
          query: cursor === undefined ? size : { ...size, [cursorParam]: String(cursor) },
        }),
      },
      options,
    )
  },
}
