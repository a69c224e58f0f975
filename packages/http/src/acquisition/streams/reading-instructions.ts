import { defaultRules, observedPaths } from '../fetch/index.js'
import type { ReadingInstructions } from '../records/index.js'
import { pagingPathsOf } from './pagination/kinds.js'
import type { StreamConfig } from './stream-config.js'

/** What a worker thread has to know of a stream to read its pages. */
export function readingInstructionsOf(stream: StreamConfig): ReadingInstructions {
  const { pagination } = stream
  return {
    stream: stream.name,
    records: stream.records,
    observe: observedPaths(defaultRules(stream.errorPath)),
    paging: { totalRecords: stream.total, hasMore: pagination.hasMorePath, ...pagingPathsOf(pagination) },
    mapping: stream.mapping,
  }
}
