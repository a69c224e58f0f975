import { EventLoopMonitor } from 'async-patterns/observability'
import type { HistorySummary } from 'async-patterns/observability'
import type { AsyncEngine } from '../../engines/index.js'
import type { MemoryGrowth } from '../../measurements/index.js'
import type { BenchTarget } from '../bench-target.js'
import { MeasuredEngine } from '../measured-engine.js'
import { openAsyncEngine } from '../engine-spec.js'
import { MemoryWatch } from '../memory-watch.js'
import type { ResultFiles } from '../result-files.js'
import type { StreamingSettings } from './streaming-benchmark-options.js'
import { stopOnAbort } from './stop-on-abort.js'
import type { Stop } from './stop-on-abort.js'
import { PhaseWatch } from './streaming-phase.js'
import type { StreamingPhase } from './streaming-phase.js'

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
  await warmUp(engine, target, signal)
  using monitor = watchLoop(settings)
  const measured = new MeasuredEngine(concurrency)
  using watch = new PhaseWatch({ engine: engineName, durationMs, measured, results, onProgress })
  const stream = new Stream(target.url)
  using _ = stopOnAbort(signal, stopOf(stream, engine))
  using memory = new MemoryWatch(durationMs, signal)
  const ended = memory.done.finally(() => stream.end())
  // It is awaited when the stream has ended.
  ended.catch(() => undefined)
  for await (const result of engine.runStreaming(stream)) {
    measured.add(result)
    await results.write({ engine: engineName, ...result })
  }
  measured.addTime(watch.elapsedMs)
  const stats = await target.stats()
  if (stats !== undefined) measured.addServerLatency(stats.latencyMs)
  return {
    sent: stream.sent,
    // Ended in the warm-up, it has measured nothing.
    engines: stream.sent === 0 ? {} : { [engineName]: measured.measurement() },
    serverRequests: stats?.requests ?? null,
    memory: await ended,
    eventLoop: monitor?.summary() ?? null,
  }
}

/** The same URL again and again until it is ended, or so many times. */
class Stream implements Iterable<string> {
  readonly #url: string
  #left: number
  #sent = 0

  constructor(url: string, count = Infinity) {
    this.#url = url
    this.#left = count
  }

  get sent(): number {
    return this.#sent
  }

  end(): void {
    this.#left = 0
  }

  [Symbol.iterator](): Iterator<string, undefined> {
    return { next: () => this.#next() }
  }

  #next(): IteratorResult<string, undefined> {
    if (this.#left === 0) return { done: true, value: undefined }
    this.#left -= 1
    this.#sent += 1
    return { done: false, value: this.#url }
  }
}

function stopOf(stream: Stream, engine: AsyncEngine): Stop {
  return { end: () => stream.end(), cut: () => void engine.close({ timeoutMs: 0 }) }
}

async function warmUp(
  engine: AsyncEngine,
  target: BenchTarget,
  signal: AbortSignal | undefined,
): Promise<void> {
  const stream = new Stream(target.url, WARM_UP)
  using _ = stopOnAbort(signal, stopOf(stream, engine))
  for await (const _result of engine.runStreaming(stream));
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
