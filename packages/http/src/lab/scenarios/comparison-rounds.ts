import type { EngineResult } from '../../engines/index.js'
import type { EngineMeasurement, EngineName } from '../../measurements/index.js'
import type { BenchTarget } from '../bench-target.js'
import { MeasuredEngine } from '../measured-engine.js'
import type { EngineProcess } from '../engine-process.js'
import type { ResultFiles } from '../result-files.js'
import type { ComparisonProgress, ComparisonSettings } from './engine-comparison-options.js'

/**
 * Beyond this the sync engine runs fewer requests: nobody need wait longer to learn that one at a time is
 * slow.
 */
const SYNC_LIMIT_MS = 30_000
/** The warm-up: long enough for the compiler, and enough for every connection to be opened. */
const WARM_UP_SHARE = 0.4
const SYNC_WARM_UP_SHARE = 0.01
const WARM_UP_AT_LEAST = 10

/** What is needed of an engine and of a target to measure a run. */
type RunningEngine = Pick<EngineProcess, 'spec' | 'run'>
type CountingTarget = Pick<BenchTarget, 'url' | 'stats' | 'clearStats'>
type Results = Pick<ResultFiles, 'write'>

/** The rounds of a comparison: who runs when, how much, and what is counted. */
export class ComparisonRounds {
  readonly notes: string[] = []
  readonly #settings: ComparisonSettings
  readonly #target: CountingTarget
  readonly #engines: readonly RunningEngine[]
  readonly #files: Results
  readonly #measured: ReadonlyMap<EngineName, MeasuredEngine>
  #syncCount: number

  constructor(
    settings: ComparisonSettings,
    target: CountingTarget,
    engines: readonly RunningEngine[],
    files: Results,
  ) {
    this.#settings = settings
    this.#target = target
    this.#engines = engines
    this.#files = files
    this.#measured = new Map(engines.map(({ spec }) => [spec.engine, new MeasuredEngine(spec.lanes)]))
    this.#syncCount = settings.requestCount
  }

  /** A short run of every engine that is not counted; it also shows how long the sync engine would take. */
  async warmUp(): Promise<void> {
    for (const engine of this.#engines) {
      const isSync = engine.spec.engine === 'sync'
      const result = await this.#warmUpRun(engine, isSync ? SYNC_WARM_UP_SHARE : WARM_UP_SHARE)
      if (isSync) this.#shortenSync(typicalMs(result))
    }
  }

  async measure(): Promise<void> {
    const { runs } = this.#settings
    for (let round = 1; round <= runs; round += 1) {
      for (const engine of rotated(this.#engines, round - 1)) await this.#measureRun(engine, round)
    }
  }

  measurements(): Partial<Record<EngineName, EngineMeasurement>> {
    return Object.fromEntries([...this.#measured].map(([name, engine]) => [name, engine.measurement()]))
  }

  #warmUpRun(engine: RunningEngine, share: number): Promise<EngineResult> {
    const { requestCount } = this.#settings
    const count = Math.min(requestCount, Math.max(Math.ceil(requestCount * share), WARM_UP_AT_LEAST))
    return this.#run(engine, { phase: 'warm-up', round: 0, requestCount: count })
  }

  #shortenSync(msPerRequest: number): void {
    const { requestCount, runs } = this.#settings
    if (msPerRequest * requestCount <= SYNC_LIMIT_MS) return
    this.#syncCount = Math.min(requestCount, Math.max(runs, Math.floor(SYNC_LIMIT_MS / msPerRequest)))
    const seconds = Math.round((msPerRequest * requestCount) / 1_000)
    this.notes.push(
      `sync runs ${this.#syncCount} requests instead of ${requestCount}, which would take it about ${seconds} s`,
    )
  }

  async #measureRun(engine: RunningEngine, round: number): Promise<void> {
    const name = engine.spec.engine
    const { requestCount: all, runs } = this.#settings
    const requestCount = shareOf(name === 'sync' ? this.#syncCount : all, round, runs)
    const measured = this.#measured.get(name) as MeasuredEngine
    await this.#target.clearStats()
    const result = await this.#run(engine, { phase: 'run', round, requestCount })
    measured.addRun(result)
    const stats = await this.#target.stats()
    if (stats !== undefined) measured.addServerLatency(stats.latencyMs)
    for (const one of result.results) await this.#files.write({ engine: name, ...one })
  }

  #run(engine: RunningEngine, at: Pick<ComparisonProgress, 'phase' | 'round' | 'requestCount'>) {
    const { onProgress, runs, signal } = this.#settings
    onProgress?.({ ...at, engine: engine.spec.engine, rounds: runs })
    signal?.throwIfAborted()
    return engine.run({ url: this.#target.url, count: at.requestCount }, signal)
  }
}

/**
 * What a request takes when the process has warmed up: the median, for the mean holds what it needs to begin
 * at all.
 */
function typicalMs({ results, successCount, totalTimeMs, p50LatencyMs }: EngineResult): number {
  return successCount === results.length ? p50LatencyMs : totalTimeMs / results.length
}

/** Of so many requests those of one round, from 1: the first rounds take what cannot be divided. */
function shareOf(requestCount: number, round: number, rounds: number): number {
  return Math.floor(requestCount / rounds) + (round <= requestCount % rounds ? 1 : 0)
}

/** So that no engine always runs after the same other. */
function rotated<T>(items: readonly T[], by: number): T[] {
  const at = by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}
