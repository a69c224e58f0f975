import type { EngineResult } from '../../engines/index.js'
import type { BenchTarget } from '../bench-target.js'
import { MeasuredEngine } from '../measured-engine.js'
import { EngineProcess } from '../engine-process.js'
import type { ResultFiles } from '../result-files.js'
import type { StreamingSettings } from './streaming-benchmark-options.js'
import { stopOnAbort } from './stop-on-abort.js'
import { PhaseWatch } from './streaming-phase.js'
import type { StreamingPhase } from './streaming-phase.js'

/** Between two hand-overs of results: several fall into each second, so that its progress can be told. */
const RUN_MS = 200
/** Of each thread, until it is known how fast they are. */
const FIRST_REQUESTS = 5
const MAX_REQUESTS = 500

/**
 * The threaded engine in a process of its own; it gives its results run by run, and is not timed between
 * them.
 */
export async function streamThreaded(
  settings: StreamingSettings,
  target: BenchTarget,
  results: ResultFiles,
): Promise<StreamingPhase> {
  const { workers, threadedDurationMs: durationMs, signal, onProgress } = settings
  if (workers === 0 || signal?.aborted === true) return { sent: 0, engines: {}, serverRequests: 0 }
  const measured = new MeasuredEngine(workers)
  await using runs = new ThreadedRuns(settings, target.url)
  if ((await runs.next()) === undefined) return phaseOf(measured, null)
  await target.clearStats()
  using watch = new PhaseWatch({ engine: 'threaded', durationMs, measured, results, onProgress })
  const goesOn = (): boolean => watch.elapsedMs < durationMs && signal?.aborted !== true
  while (goesOn()) {
    const run = await runs.next()
    // What was cut off left no results, but the server has counted it.
    if (run === undefined) return phaseOf(measured, null)
    measured.addRun(run)
    for (const result of run.results) await results.write({ engine: 'threaded', ...result })
  }
  const stats = await target.stats()
  if (stats !== undefined) measured.addServerLatency(stats.latencyMs)
  return phaseOf(measured, stats?.requests ?? null)
}

function phaseOf(measured: MeasuredEngine, serverRequests: number | null): StreamingPhase {
  const sent = measured.requestCount
  return { sent, engines: sent === 0 ? {} : { threaded: measured.measurement() }, serverRequests }
}

/** One run of the threaded engine after the other. */
class ThreadedRuns implements AsyncDisposable {
  readonly #engine: EngineProcess
  readonly #url: string
  readonly #workers: number
  #requestsPerThread = FIRST_REQUESTS
  readonly #cut = new AbortController()
  readonly #stop: Disposable

  constructor(settings: StreamingSettings, url: string) {
    const { workers, signal } = settings
    this.#engine = new EngineProcess({ ...settings, engine: 'threaded', lanes: workers })
    this.#url = url
    this.#workers = workers
    this.#stop = stopOnAbort(signal, { cut: () => this.#cut.abort() })
  }

  /** Undefined when the run was cut off. */
  async next(): Promise<EngineResult | undefined> {
    try {
      const count = this.#workers * this.#requestsPerThread
      const run = await this.#engine.run({ url: this.#url, count }, this.#cut.signal)
      const inTime = Math.floor((this.#requestsPerThread * RUN_MS) / run.totalTimeMs)
      this.#requestsPerThread = Math.min(MAX_REQUESTS, Math.max(1, inTime))
      return run
    } catch (error) {
      if (this.#cut.signal.aborted) return undefined
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop[Symbol.dispose]()
    await this.#engine[Symbol.asyncDispose]()
  }
}
