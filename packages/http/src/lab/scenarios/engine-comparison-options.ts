import { checkOptions, checkCount, checkDuration, checkOneOf, withDefaults } from 'async-patterns'
import { ENGINE_NAMES } from '../../measurements/index.js'
import type { EngineName } from '../../measurements/index.js'
import { TARGET_OPTIONS, targetOptions } from '../bench-target.js'
import type { BenchTargetOptions } from '../bench-target.js'
import { FILE_OPTIONS } from '../result-files.js'
import type { ResultFilesOptions } from '../result-files.js'
import type { EngineSpec } from '../engine-spec.js'

/** Where a comparison is. */
export interface ComparisonProgress {
  readonly phase: 'warm-up' | 'run'
  readonly engine: EngineName
  /** From 1; 0 in the warm-up. */
  readonly round: number
  readonly rounds: number
  readonly requestCount: number
}

/** Files, if any are named, take every result when its run is over, with the engine's name. */
export interface EngineComparisonOptions extends BenchTargetOptions, ResultFilesOptions {
  /** Requests of each engine, over all rounds together. Default 5,000. */
  readonly requestCount?: number
  /** Rounds; in each of them every engine runs its share once. At most `requestCount`. Default 5. */
  readonly runs?: number
  /** Connections of the async engines, naive and optimized alike. Default 100. */
  readonly concurrency?: number
  /** Threads of the threaded engine. Default 10. */
  readonly workers?: number
  /** Which of the async engines take part. Default both. */
  readonly pooling?: 'naive' | 'optimized' | 'both'
  /** The async engines' transport. Default `undici`. */
  readonly transport?: 'undici' | 'wire'
  /** For the whole of a request, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number
  /** Called before each run. Default: nobody is. */
  readonly onProgress?: (progress: ComparisonProgress) => void
  /** Ends it: it rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

type Defaults = Required<
  Omit<EngineComparisonOptions, keyof (BenchTargetOptions & ResultFilesOptions) | 'onProgress' | 'signal'>
>

const DEFAULTS: Defaults = Object.freeze({
  requestCount: 5_000,
  runs: 5,
  concurrency: 100,
  workers: 10,
  pooling: 'both',
  transport: 'undici',
  timeoutMs: 30_000,
})

const KNOWN = Object.keys({
  ...TARGET_OPTIONS,
  ...FILE_OPTIONS,
  requestCount: true,
  runs: true,
  concurrency: true,
  workers: true,
  pooling: true,
  transport: true,
  timeoutMs: true,
  onProgress: true,
  signal: true,
} satisfies Record<keyof EngineComparisonOptions, true>)

export type ComparisonSettings = ReturnType<typeof comparisonSettings>

/** @throws TypeError or RangeError that names the option. */
export function comparisonSettings(options: EngineComparisonOptions | undefined) {
  checkOptions('runEngineComparison', options, KNOWN)
  const read = { ...withDefaults(DEFAULTS, options), ...targetOptions(options ?? {}) }
  for (const name of ['requestCount', 'concurrency', 'workers'] as const) checkCount(name, read[name])
  checkCount('runs', read.runs, { max: read.requestCount })
  checkOneOf('pooling', read.pooling, ['naive', 'optimized', 'both'])
  checkOneOf('transport', read.transport, ['undici', 'wire'])
  checkDuration('timeoutMs', read.timeoutMs, { min: 1 })
  return read
}

const LEFT_OUT = { naive: 'async-optimized', optimized: 'async-naive', both: undefined }

/** The engines that take part, in the order in which they are shown. */
export function engineSpecs(settings: ComparisonSettings): EngineSpec[] {
  const { pooling, concurrency, workers, timeoutMs, transport } = settings
  const lanes = { sync: 1, threaded: workers, 'async-naive': concurrency, 'async-optimized': concurrency }
  return ENGINE_NAMES.filter(engine => engine !== LEFT_OUT[pooling]).map(engine => ({
    engine,
    lanes: lanes[engine],
    timeoutMs,
    transport,
  }))
}
