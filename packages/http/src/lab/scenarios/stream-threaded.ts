import type { BenchTarget } from '../bench-target.js'
import { MeasuredEngine } from '../engine-measurement.js'
import { EngineProcess } from '../engine-process.js'
import type { ResultFiles } from '../result-files.js'
import type { StreamingSettings } from './streaming-benchmark-options.js'
import { PhaseWatch, type StreamingPhase } from './streaming-phase.js'

/** Requests of each thread between two hand-overs of results: about half a second. */
const REQUESTS_PER_THREAD = 50

const NOTHING: StreamingPhase = { sent: 0, engines: {}, serverRequests: 0 }

/** The threaded engine in a process of its own; it gives its results run by run, and is not timed between them. */
export async function streamThreaded(
  settings: StreamingSettings,
  target: BenchTarget,
  results: ResultFiles,
): Promise<StreamingPhase> {
  const { workers, threadedDurationMs: durationMs, signal, onProgress } = settings
  if (workers === 0 || signal?.aborted === true) return NOTHING
  await using engine = new EngineProcess({ ...settings, engine: 'threaded', lanes: workers })
  await engine.run({ url: target.url, count: workers * REQUESTS_PER_THREAD })
  await target.clearStats()
  const measured = new MeasuredEngine(workers)
  using watch = new PhaseWatch({ engine: 'threaded', durationMs, measured, results, onProgress })
  let sent = 0
  const goesOn = (): boolean => watch.elapsedMs < durationMs && signal?.aborted !== true
  while (goesOn()) {
    const count = workers * REQUESTS_PER_THREAD
    const run = await engine.run({ url: target.url, count })
    sent += count
    measured.addRun(run)
    for (const result of run.results) await results.write({ engine: 'threaded', ...result })
  }
  const stats = await target.stats()
  if (stats !== undefined) measured.addServerLatency(stats.latencyMs)
  return { sent, engines: { threaded: measured.measurement() }, serverRequests: stats?.requests ?? null }
}
