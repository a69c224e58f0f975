import { EventLoopMonitor, type HistorySummary } from 'async-patterns/observability'
import type { AsyncEngine } from '../../engines/index.js'
import type { BenchTarget } from '../bench-target.js'
import { MeasuredEngine } from '../engine-measurement.js'
import { openAsyncEngine } from '../engine-spec.js'
import { type MemoryGrowth, MemoryWatch } from '../memory-growth.js'
import type { ResultFiles } from '../result-files.js'
import type { StreamingSettings } from './streaming-benchmark-options.js'
import { PhaseWatch, type StreamingPhase } from './streaming-phase.js'

export interface AsyncPhase extends StreamingPhase {
  readonly memory: MemoryGrowth | null
  readonly eventLoop: HistorySummary | null
}

/** Requests that are not counted, for connections and compiler. */
const WARM_UP = 1_000

/** The async engine in this process, for its duration or until the signal. */
export async function streamAsync(
  settings: StreamingSettings,
  target: BenchTarget,
  results: ResultFiles,
): Promise<AsyncPhase> {
  const { pooling, concurrency, durationMs, signal, onProgress } = settings
  const engineName = `async-${pooling}` as const
  await using engine = openAsyncEngine({ ...settings, engine: engineName, lanes: concurrency })
  await warmUp(engine, target)
  using monitor = watchLoop(settings)
  const measured = new MeasuredEngine(concurrency)
  using watch = new PhaseWatch({ engine: engineName, durationMs, measured, results, onProgress })
  const stream = new Stream(target.url)
  using memory = new MemoryWatch(durationMs, signal)
  const ended = memory.done.finally(() => stream.end())
  for await (const result of engine.runStreaming(stream)) {
    measured.add(result)
    await results.write({ engine: engineName, ...result })
  }
  measured.addTime(stream.sent, watch.elapsedMs)
  const stats = await target.stats()
  if (stats !== undefined) measured.addServerLatency(stats.latencyMs)
  return {
    sent: stream.sent,
    engines: { [engineName]: measured.measurement() },
    serverRequests: stats?.requests ?? null,
    memory: await ended,
    eventLoop: monitor?.summary() ?? null,
  }
}

/** The same URL again and again until it is ended. */
class Stream implements Iterable<string> {
  readonly #url: string
  #ended = false
  #sent = 0

  constructor(url: string) {
    this.#url = url
  }

  get sent(): number {
    return this.#sent
  }

  end(): void {
    this.#ended = true
  }

  [Symbol.iterator](): Iterator<string, undefined> {
    return { next: () => this.#next() }
  }

  #next(): IteratorResult<string, undefined> {
    if (this.#ended) return { done: true, value: undefined }
    this.#sent += 1
    return { done: false, value: this.#url }
  }
}

async function warmUp(engine: AsyncEngine, target: BenchTarget): Promise<void> {
  await engine.run(Array.from<string>({ length: WARM_UP }).fill(target.url))
  await target.clearStats()
}

function watchLoop({
  monitorLoop,
  monitorSampleIntervalMs,
  durationMs,
}: StreamingSettings): EventLoopMonitor | undefined {
  if (!monitorLoop) return undefined
  const historySize = Math.ceil(durationMs / monitorSampleIntervalMs) + 1
  const monitor = new EventLoopMonitor({ sampleIntervalMs: monitorSampleIntervalMs, historySize })
  monitor.start()
  return monitor
}
