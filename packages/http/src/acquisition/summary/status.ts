import type { RunStatus } from '../../measurements/index.js'
import { shortfallsOf } from './shortfalls.js'
import type { RunEnd, StreamCounts } from './run-data.js'

/** How a stream stands: by the worst that happened to its pages. */
export function statusOfStream(stream: StreamCounts, end: RunEnd | null): RunStatus {
  if (stream.failedPages > 0 || stream.strayed === 1) return 'failed'
  if (stream.openPages > 0)
    return end === 'timeout' || stream.ended === 'QUIET' || stream.ended === 'QUOTA'
      ? 'partial'
      : 'interrupted'
  if (shortfallsOf(stream).length > 0) return 'failed'
  return stream.cutShort === 1 ? 'partial' : 'complete'
}

/** Complete or failed when every stream is; an interruption counts only when it left something undone. */
export function statusOfRun(streams: readonly StreamCounts[], end: RunEnd | null): RunStatus {
  const statuses = streams.map(stream => statusOfStream(stream, end))
  if (statuses.every(status => status === 'complete')) return 'complete'
  const wasStopped = end === 'interrupted' || end === null
  if (wasStopped && streams.some(stream => stream.openPages > 0)) return 'interrupted'
  return statuses.every(status => status === 'failed') ? 'failed' : 'partial'
}
