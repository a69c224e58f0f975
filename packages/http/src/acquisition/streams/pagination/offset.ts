import type { ParamPlace } from '../requests/param-place.js'
import { placeSchema } from '../requests/param-place.js'
import type { StopRules } from './numbered-pagination.js'
import { NumberedPagination, stopRules } from './numbered-pagination.js'
import type { PaginationKind } from './pagination.js'
import type { RecordTotal } from './totals.js'
import { recordTotal, recordTotalSchema } from './totals.js'

export interface OffsetPaging extends StopRules, RecordTotal {
  readonly type: 'offset'
  readonly offsetParam: ParamPlace
  readonly limitParam: ParamPlace
  readonly pageSize: number
}

/** A page begins behind so many records. */
export const offsetPaging: PaginationKind<OffsetPaging> = {
  type: 'offset',
  summary: 'the same',
  schema: parts => ({
    pageSize: parts.count(1, 1_000_000),
    offsetParam: placeSchema(parts).prefault('offset'),
    limitParam: placeSchema(parts).prefault('limit'),
    ...recordTotalSchema(parts),
    ...stopRules(parts),
  }),
  paths: options => (recordTotal(options) === undefined ? {} : { totalRecords: recordTotal(options) }),
  create: ({ name }, options) => {
    const { offsetParam, limitParam, pageSize } = options
    return new NumberedPagination(name, options, {
      key: 'offset',
      first: 0,
      total: recordTotal(options) === undefined ? undefined : 'records',
      countsRecords: true,
      after: (offset, pages, size) => offset + pages * size,
      startOf: offset => offset,
      behind: (offset, total, size) => Math.ceil((total - offset) / size) - 1,
      parameters: offset => [
        { place: offsetParam, value: offset },
        { place: limitParam, value: pageSize },
      ],
    })
  },
}
