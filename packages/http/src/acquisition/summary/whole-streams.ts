import type { NoticeCount, RunEnd, StreamCounts } from './run-data.js'
import { missingOf } from './shortfalls.js'
import { statusOfStream } from './status.js'

/** Names of the streams of which all was taken, so that what did not come is not there any more. */
export function wholeStreams(streams: readonly StreamCounts[], end: RunEnd | null): ReadonlySet<string> {
  const byName = new Map(streams.map(stream => [stream.name, stream]))
  const isWhole = (name: string): boolean => {
    const stream = byName.get(name)
    return (
      stream !== undefined &&
      wasTaken(stream, end) &&
      doubtOf(stream) === undefined &&
      stream.parents.every(isWhole)
    )
  }
  return new Set([...byName.keys()].filter(isWhole))
}

/** Whether all of its pages were taken, by a run that takes all of it. */
export function wasTaken(stream: StreamCounts, end: RunEnd | null): boolean {
  return stream.whole === 1 && statusOfStream(stream, end) === 'complete'
}

/** Why records may be there that did not come, although all pages did. */
function doubtOf(stream: StreamCounts): string | undefined {
  const missing = missingOf(stream) ?? 0
  if (missing > 0) return `${missing} of its total did not come`
  const { unknownRejects } = stream
  return unknownRejects > 0 ? `the ids of ${unknownRejects} rejected records are not known` : undefined
}

/** That nobody could say which records of earlier runs are gone. */
export function deletionNotices(stream: StreamCounts, end: RunEnd | null, at: number): NoticeCount[] {
  const doubt = doubtOf(stream)
  if (stream.markDeleted === 0 || !wasTaken(stream, end) || doubt === undefined) return []
  const message = `no record was marked as deleted, as ${doubt}`
  return [
    { stream: stream.name, code: 'DELETIONS_UNKNOWN', about: '', message, count: 1, firstAt: at, lastAt: at },
  ]
}
