import type { ParamPlace } from '../requests/param-place.js'
import { placeOrFalseSchema } from '../requests/param-place.js'
import type { StopRules } from './numbered-pagination.js'
import { NumberedPagination, stopRules } from './numbered-pagination.js'
import type { PaginationKind } from './pagination.js'
import type { RecordTotal } from './totals.js'
import { recordTotal, recordTotalProblem, recordTotalSchema } from './totals.js'

export interface OffsetPaging extends StopRules, RecordTotal {
  readonly type: 'offset'
  /** `false`: it is sent where the requests refer to `pagination.offset`, or nowhere. */
  readonly offsetParam: ParamPlace | false
  /** `false`: the size of a page is sent nowhere. */
  readonly limitParam: ParamPlace | false
  readonly pageSize: number
}

/** A page begins behind so many records. */
export const offsetPaging: PaginationKind<OffsetPaging> = {
  type: 'offset',
  summary: 'the same',
  schema: parts => ({
    pageSize: parts.count(1, 1_000_000),
    offsetParam: placeOrFalseSchema(parts).prefault('offset'),
    limitParam: placeOrFalseSchema(parts).prefault('limit'),
    ...recordTotalSchema(parts),
    ...stopRules(parts),
  }),
  check: recordTotalProblem,
  told: { name: 'offset', of: ({ state }) => state['offset'] },
  paths: options => (recordTotal(options) === undefined ? {} : { totalRecords: recordTotal(options) }),
  create: ({ name }, options) => {
    const { offsetParam, limitParam, pageSize } = options
    const limit = limitParam === false ? [] : [{ place: limitParam, value: pageSize }]
    const placed = (value: number) => (offsetParam === false ? [] : [{ place: offsetParam, value }])
    return new NumberedPagination(name, options, {
      key: 'offset',
      first: 0,
      total: recordTotal(options) === undefined ? undefined : 'records',
      countsRecords: true,
      after: (offset, pages, size) => offset + pages * size,
      startOf: offset => offset,
      behind: (offset, total, size) => Math.ceil((total - offset) / size) - 1,
      parameters: offset => [...placed(offset), ...limit],
    })
  },
}
