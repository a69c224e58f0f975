import { systemClock } from 'async-patterns'
import type { EngineName, MeasuredEngines } from '../../measurements/index.js'
import type { MeasuredEngine } from '../measured-engine.js'
import type { ResultFiles } from '../result-files.js'
import type { StreamingProgress } from './streaming-benchmark-options.js'

/** What one engine's part of a streaming benchmark came to. */
export interface StreamingPhase {
  readonly sent: number
  readonly engines: MeasuredEngines
  /** Null for a server that does not count. */
  readonly serverRequests: number | null
}

const MEBIBYTE = 1024 ** 2
const EVERY_MS = 1_000

interface Watched {
  readonly engine: EngineName
  readonly durationMs: number
  readonly measured: MeasuredEngine
  readonly results: ResultFiles
  readonly onProgress: ((progress: StreamingProgress) => void) | undefined
}

/** Tells once a second how far a phase is, and keeps its peak of memory. Dispose it to stop. */
export class PhaseWatch implements Disposable {
  readonly startedAt = systemClock.now()
  readonly #watched: Watched
  readonly #timer = setInterval(() => this.#tell(), EVERY_MS)
  #told = { at: this.startedAt, answered: 0 }

  constructor(watched: Watched) {
    this.#watched = watched
  }

  get elapsedMs(): number {
    return systemClock.now() - this.startedAt
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #tell(): void {
    const { engine, durationMs, measured, results, onProgress } = this.#watched
    const memoryMb = process.memoryUsage.rss() / MEBIBYTE
    measured.sawMemory(memoryMb)
    const { requestCount, answered } = measured
    const now = systemClock.now()
    const rps = ((answered - this.#told.answered) * 1_000) / (now - this.#told.at)
    this.#told = { at: now, answered }
    onProgress?.({
      engine,
      durationMs,
      elapsedMs: this.elapsedMs,
      requestCount,
      rps,
      queued: results.queued,
      memoryMb,
    })
  }
}
