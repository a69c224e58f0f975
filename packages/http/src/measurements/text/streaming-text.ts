import type { StreamingReport } from '../streaming-report.js'
import type { WrittenFile } from '../written-file.js'
import { engineTable, errorLines } from './engine-table.js'
import { fitted } from './lines.js'
import { checkLines, environmentLines } from './report-lines.js'

/** A streaming benchmark's report, for people. */
export function streamingText(report: StreamingReport): string {
  const { engines, files, checks, interrupted } = report
  return [
    ...environmentLines(report),
    '',
    ...engineTable(engines),
    ...errorLines(engines),
    '',
    ...files.flatMap(fileLines),
    ...loopLines(report),
    ...(interrupted ? ['interrupted: what follows is of the part that was done'] : []),
    ...checkLines(checks),
  ].join('\n')
}

function fileLines({ file, kind, writer, records }: WrittenFile): string[] {
  const { accepted, batches, waits } = writer
  const text = `${file} (${kind}): ${records} records; pipeline: ${accepted} in, ${batches} batches, ${waits} waits for room`
  return fitted(text, '  ')
}

function loopLines({ eventLoop }: StreamingReport): string[] {
  if (eventLoop === null) return []
  const { meanDelayMs, maxDelayMs, utilization, samples } = eventLoop
  return fitted(
    `event loop, ${samples} samples: delay ${meanDelayMs.average.toFixed(1)} ms on average, ` +
      `${maxDelayMs.max.toFixed(1)} ms at worst; busy ${(utilization.average * 100).toFixed(0)} %`,
    '  ',
  )
}
