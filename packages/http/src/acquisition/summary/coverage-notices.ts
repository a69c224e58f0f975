import type { RunStatus } from '../../measurements/index.js'
import type { NoticeCount, StreamCounts } from './run-data.js'

/** What is to be said of a stream that went to its end with other than the total that its source told. */
export function coverageNotices(source: StreamCounts, status: RunStatus, at: number): NoticeCount[] {
  const { name: stream, reportedTotal, uniqueIds, distinctRejects } = source
  const came = uniqueIds + distinctRejects
  if (status !== 'complete' || reportedTotal === null || reportedTotal === came) return []
  const code = came < reportedTotal ? 'SHORT_OF_TOTAL' : 'TOTAL_TOO_LOW'
  const message = `its total is ${reportedTotal} records; ${came} came, each counted once`
  return [{ stream, code, about: 'records', message, count: 1, firstAt: at, lastAt: at }]
}
