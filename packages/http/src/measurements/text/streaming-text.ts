import type { StreamingReport } from '../streaming-report.js'
import type { WrittenFile } from '../written-file.js'
import { engineTable, errorLines } from './engine-table.js'
import { checkLines, environmentLine } from './report-lines.js'

/** A streaming benchmark's report, for people. */
export function streamingText(report: StreamingReport): string {
  const { engines, files, checks, interrupted } = report
  return [
    environmentLine(report),
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
