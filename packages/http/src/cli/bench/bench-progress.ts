import type { ComparisonProgress, StreamingProgress } from '../../lab/index.js'

/** How a comparison goes, on one line. */
export function comparisonProgress({
  phase,
  engine,
  round,
  rounds,
  requestCount,
}: ComparisonProgress): string {
  const where = phase === 'warm-up' ? 'warm-up' : `round ${round} of ${rounds}`
  return `${where}: ${engine}, ${requestCount} requests`
}

/** How a streaming benchmark goes, on one line. */
export function streamingProgress(progress: StreamingProgress): string {
  const { engine, elapsedMs, durationMs, requestCount, rps, queued, memoryMb } = progress
  const seconds = (ms: number): string => (ms / 1_000).toFixed(0)
  return (
    `${engine} ${seconds(elapsedMs)} of ${seconds(durationMs)} s: ${requestCount} requests, ` +
    `${rps.toFixed(0)}/s, ${queued} queued, ${memoryMb.toFixed(0)} MiB`
  )
}
