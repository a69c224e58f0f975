import type { PagingPlace } from '../../records/index.js'
import type { SchemaParts } from '../../schema/index.js'

/** Where a page tells how many records there are; with it, pages are fetched side by side. */
export interface RecordTotal {
  readonly totalRecordsPath?: string | undefined
  readonly totalRecordsHeader?: string | undefined
}

export function recordTotalSchema({ path, headerName }: SchemaParts) {
  return { totalRecordsPath: path().optional(), totalRecordsHeader: headerName().optional() }
}

export function recordTotalProblem({ totalRecordsPath, totalRecordsHeader }: RecordTotal) {
  if (totalRecordsPath === undefined || totalRecordsHeader === undefined) return undefined
  return { key: 'totalRecordsHeader', allowed: 'none beside totalRecordsPath' }
}

export function recordTotal({ totalRecordsPath, totalRecordsHeader }: RecordTotal): PagingPlace | undefined {
  return totalRecordsPath ?? (totalRecordsHeader === undefined ? undefined : { header: totalRecordsHeader })
}
