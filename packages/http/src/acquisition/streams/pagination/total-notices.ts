import type { Notice, PageRef } from '../../ledger/index.js'
import type { PageResult } from './pagination.js'

/** Totals of records are compared at the end; those of pages only here. */
export function totalNotices({ ordinal }: PageRef, { recordCount, paging }: PageResult): Notice[] {
  const { totalPages } = paging
  if (totalPages === undefined) return []
  if (ordinal > totalPages && recordCount > 0) {
    return [
      {
        code: 'TOTAL_TOO_LOW',
        about: 'pages',
        message: `page ${ordinal} has rows; its total is ${totalPages} pages`,
      },
    ]
  }
  if (ordinal > 1 && ordinal === totalPages && recordCount === 0) {
    return [
      {
        code: 'SHORT_OF_TOTAL',
        about: 'pages',
        message: `page ${ordinal} is empty; its total is ${totalPages} pages`,
      },
    ]
  }
  return []
}
