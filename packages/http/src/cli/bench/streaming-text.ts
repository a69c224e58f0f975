import type { StreamingProgress, StreamingReport, WrittenFile } from '../../lab/index.js'
import { checkLines } from './check-lines.js'
import { engineTable, errorLines } from './engine-table.js'
import { placeOf } from './place.js'

/** A streaming benchmark's report, for people. */
export function streamingText(report: StreamingReport): string {
  const { engines, files, checks, interrupted } = report
  return [
    placeOf(report),
    '',
    ...engineTable(engines),
    ...errorLines(engines),
    '',
    ...files.map(fileLine),
    ...loopLines(report),
    ...(interrupted ? ['interrupted: what follows is of the part that was done'] : []),
    ...checkLines(checks),
  ].join('\n')
}

export function streamingProgress(progress: StreamingProgress): string {
  const { engine, elapsedMs, durationMs, requestCount, rps, queued, memoryMb } = progress
  const seconds = (ms: number): string => (ms / 1_000).toFixed(0)
  return (
    `${engine} ${seconds(elapsedMs)} of ${seconds(durationMs)} s: ${requestCount} requests, ` +
    `${rps.toFixed(0)}/s, ${queued} queued, ${memoryMb.toFixed(0)} MiB`
  )
}

function fileLine({ file, kind, writer, records }: WrittenFile): string {
  const { accepted, batches, waits } = writer
  return `${file} (${kind}): ${records} records; pipeline: ${accepted} in, ${batches} batches, ${waits} waits for room`
}

function loopLines({ eventLoop }: StreamingReport): string[] {
  if (eventLoop === null) return []
  const { meanDelayMs, maxDelayMs, utilization, samples } = eventLoop
  return [
    `event loop, ${samples} samples: delay ${meanDelayMs.average.toFixed(1)} ms on average, ` +
      `${maxDelayMs.max.toFixed(1)} ms at worst; busy ${(utilization.average * 100).toFixed(0)} %`,
  ]
}
