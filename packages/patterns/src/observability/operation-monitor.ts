import { checkFunction, checkNumber, clockLike, count, optionsOf, systemClock } from '../core/index.js'
import type { Clock } from '../core/index.js'
import { Histogram } from './histogram.js'

/** How much an OperationMonitor keeps. */
export interface OperationMonitorOptions {
  /** How many of the latest operations are kept in full: from 1. Default 1,000. */
  readonly recentOperations?: number
  /** How many names have statistics of their own: from 1; later ones count as `(other)`. Default 1,000. */
  readonly maxNames?: number
  /** Default: the system's. */
  readonly clock?: Clock
}

/** One operation that has ended. */
export interface RecordedOperation {
  readonly name: string
  readonly durationMs: number
  readonly ok: boolean
  /** What a failed one threw or rejected with. */
  readonly error?: unknown
  /** When it ended, in milliseconds since the epoch. */
  readonly endedAt: number
}

/** What is known of all operations of one name. */
export interface OperationStats {
  readonly name: string
  readonly calls: number
  readonly successes: number
  readonly failures: number
  /** From 0 to 1. */
  readonly successRate: number
  readonly totalMs: number
  readonly averageMs: number
  readonly minMs: number
  readonly maxMs: number
  /** Percentiles are true to within 0.4 %. */
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
}

interface Tally {
  failures: number
  readonly durations: Histogram
}

const DEFAULTS = Object.freeze({ recentOperations: 1000, maxNames: 1000, clock: systemClock })
const RULES = { recentOperations: count(), maxNames: count(), clock: clockLike() }
const OTHER = '(other)'

/** Counts and times operations by name, successes and failures alike, in bounded memory. */
export class OperationMonitor {
  readonly #options: typeof DEFAULTS
  readonly #tallies = new Map<string, Tally>()
  /** A ring: once it is full, `#next` is also the oldest. */
  readonly #recent: RecordedOperation[] = []
  #next = 0

  /** @throws TypeError or RangeError that names the option. */
  constructor(options?: OperationMonitorOptions) {
    this.#options = optionsOf('OperationMonitor', DEFAULTS, RULES, options)
  }

  /**
   * Counts an operation that was measured elsewhere.
   * @throws TypeError or RangeError when the duration is not a finite number; nothing is counted then.
   */
  record(operation: { name: string; durationMs: number; ok: boolean; error?: unknown }): void {
    checkNumber('OperationMonitor.record.durationMs', operation.durationMs)
    const tally = this.#tally(operation.name)
    tally.durations.record(operation.durationMs)
    if (!operation.ok) tally.failures += 1
    this.#recent[this.#next] = { ...operation, endedAt: this.#options.clock.wallNow() }
    this.#next = (this.#next + 1) % this.#options.recentOperations
  }

  /**
   * Runs `fn` and records how it ended; a promise counts when it settles. The result is passed on as it is.
   */
  measure<R>(name: string, fn: () => R): R {
    checkFunction('OperationMonitor.measure.fn', fn)
    const { clock } = this.#options
    const startedAt = clock.now()
    const succeeded = (): void => this.record({ name, durationMs: clock.now() - startedAt, ok: true })
    const failed = (error: unknown): void =>
      this.record({ name, durationMs: clock.now() - startedAt, ok: false, error })
    try {
      const result = fn()
      if (isThenable(result)) result.then(succeeded, failed)
      else succeeded()
      return result
    } catch (error) {
      failed(error)
      throw error
    }
  }

  /** A function that does what `fn` does, arguments and `this` included, and is measured at every call. */
  wrap<This, Args extends unknown[], R>(
    name: string,
    fn: (this: This, ...args: Args) => R,
  ): (this: This, ...args: Args) => R {
    checkFunction('OperationMonitor.wrap.fn', fn)
    const monitor = this
    return function measured(this: This, ...args: Args): R {
      return monitor.measure(name, () => fn.apply(this, args))
    }
  }

  /** The statistics of one name; undefined when nothing of that name was recorded. */
  stats(name: string): OperationStats | undefined {
    const tally = this.#tallies.get(name)
    return tally === undefined ? undefined : statsOf(name, tally)
  }

  /** The statistics of all names, in the order in which they were first recorded. */
  allStats(): OperationStats[] {
    return Array.from(this.#tallies, ([name, tally]) => statsOf(name, tally))
  }

  /** The latest operations, oldest first. */
  recent(): RecordedOperation[] {
    return [...this.#recent.slice(this.#next), ...this.#recent.slice(0, this.#next)]
  }

  /** Forgets everything. */
  reset(): void {
    this.#tallies.clear()
    this.#recent.length = 0
    this.#next = 0
  }

  #tally(name: string): Tally {
    const known = this.#tallies.get(name)
    if (known !== undefined) return known
    if (this.#tallies.size >= this.#options.maxNames && name !== OTHER) return this.#tally(OTHER)
    const tally = { failures: 0, durations: new Histogram() }
    this.#tallies.set(name, tally)
    return tally
  }
}

function statsOf(name: string, { failures, durations }: Tally): OperationStats {
  const calls = durations.count
  return {
    name,
    calls,
    successes: calls - failures,
    failures,
    successRate: (calls - failures) / calls,
    totalMs: durations.sum,
    averageMs: durations.mean,
    minMs: durations.min,
    maxMs: durations.max,
    p50Ms: durations.percentile(50),
    p90Ms: durations.percentile(90),
    p95Ms: durations.percentile(95),
    p99Ms: durations.percentile(99),
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function'
}
