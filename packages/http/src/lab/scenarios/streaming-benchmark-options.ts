import { checkOptions, checkCount, checkDuration, checkOneOf, withDefaults } from 'async-patterns'
import type { EngineName } from '../../measurements/index.js'
import { TARGET_OPTIONS, targetOptions } from '../bench-target.js'
import type { BenchTargetOptions } from '../bench-target.js'
import { FILE_OPTIONS } from '../result-files.js'
import type { ResultFilesOptions } from '../result-files.js'

/** How a streaming benchmark stands, once a second. */
export interface StreamingProgress {
  readonly engine: EngineName
  readonly elapsedMs: number
  readonly durationMs: number
  readonly requestCount: number
  /** Requests without an error, in the last second. */
  readonly rps: number
  /** Results that wait to be written. */
  readonly queued: number
  readonly memoryMb: number
}

/** How long which engine runs, and what is kept of it. */
export interface StreamingBenchmarkOptions extends BenchTargetOptions, ResultFilesOptions {
  /** How long the async engine runs, in milliseconds. Default 60,000. */
  readonly durationMs?: number
  /** Connections of the async engine. Default 200. */
  readonly concurrency?: number
  /** Whether connections are used again (`optimized`) or each request makes its own (`naive`). Default `optimized`. */
  readonly pooling?: 'naive' | 'optimized'
  /** The async engine's transport. Default `undici`. */
  readonly transport?: 'undici' | 'wire'
  /**
   * Threads of the threaded engine, for comparison; 0 leaves it out. It runs after the async one, under the
   * same conditions: at the same time each would measure how much of the processor the other left. Default
   * 32.
   */
  readonly workers?: number
  /** How long that one runs. Default a sixth of `durationMs`. */
  readonly threadedDurationMs?: number
  /** For the whole of a request, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number
  /** Whether the event loop is watched. Default true. */
  readonly monitorLoop?: boolean
  /** How often, in milliseconds. Default 1,000. */
  readonly monitorSampleIntervalMs?: number
  /** Called once a second. Default: nobody is. */
  readonly onProgress?: (progress: StreamingProgress) => void
  /** Ends it early: requests in flight may finish for a second, and the report is of what was done. */
  readonly signal?: AbortSignal
}

type Defaults = Required<
  Pick<
    StreamingBenchmarkOptions,
    | 'durationMs'
    | 'concurrency'
    | 'pooling'
    | 'transport'
    | 'workers'
    | 'timeoutMs'
    | 'monitorLoop'
    | 'monitorSampleIntervalMs'
  >
>

const DEFAULTS: Defaults = Object.freeze({
  durationMs: 60_000,
  concurrency: 200,
  pooling: 'optimized',
  transport: 'undici',
  workers: 32,
  timeoutMs: 30_000,
  monitorLoop: true,
  monitorSampleIntervalMs: 1_000,
})

const KNOWN = Object.keys({
  ...TARGET_OPTIONS,
  ...FILE_OPTIONS,
  durationMs: true,
  concurrency: true,
  pooling: true,
  transport: true,
  workers: true,
  threadedDurationMs: true,
  timeoutMs: true,
  monitorLoop: true,
  monitorSampleIntervalMs: true,
  onProgress: true,
  signal: true,
} satisfies Record<keyof StreamingBenchmarkOptions, true>)

export type StreamingSettings = ReturnType<typeof streamingSettings>

/** @throws TypeError or RangeError that names the option. */
export function streamingSettings(options: StreamingBenchmarkOptions | undefined) {
  checkOptions('runStreamingBenchmark', options, KNOWN)
  const read = { ...withDefaults(DEFAULTS, options), ...targetOptions(options ?? {}) }
  const { threadedDurationMs = read.durationMs / 6 } = read
  checkDuration('durationMs', read.durationMs, { min: 1 })
  checkDuration('threadedDurationMs', threadedDurationMs)
  checkDuration('timeoutMs', read.timeoutMs, { min: 1 })
  checkDuration('monitorSampleIntervalMs', read.monitorSampleIntervalMs, { min: 1 })
  checkCount('concurrency', read.concurrency)
  checkCount('workers', read.workers, { min: 0 })
  checkOneOf('pooling', read.pooling, ['naive', 'optimized'])
  checkOneOf('transport', read.transport, ['undici', 'wire'])
  return { ...read, threadedDurationMs }
}
