import { Histogram } from 'async-patterns/observability'
import { rounded } from '../../measurements/index.js'
import type { TimelineEntry, TimelineHistogram } from '../../measurements/index.js'
import type { LoadProgress } from './load-options.js'
import { INTERVAL_MS } from './tally.js'
import type { IntervalReport } from './tally.js'

interface Second {
  requests: number
  errors: number
  reports: number
  readonly times: Histogram
}

/** Puts together what the threads of a run report of each second. */
export class Timeline {
  readonly #threads: number
  readonly #onProgress: ((progress: LoadProgress) => void) | undefined
  readonly #seconds: Second[] = []
  #errors = 0

  constructor(threads: number, onProgress: ((progress: LoadProgress) => void) | undefined) {
    this.#threads = threads
    this.#onProgress = onProgress
  }

  add({ index, isWhole, requests, errors, times }: IntervalReport): void {
    const second = this.#second(index)
    second.requests += requests
    second.errors += errors
    second.reports += 1
    second.times.merge(Histogram.fromJSON(times))
    this.#errors += errors
    if (isWhole && second.reports === this.#threads) this.#tell(index, second)
  }

  entries(durationMs: number): TimelineEntry[] {
    return this.#seconds.map(({ requests, errors, times }, index) => {
      const atMs = index * INTERVAL_MS
      const lengthMs = Math.max(1, Math.min(INTERVAL_MS, durationMs - atMs))
      const [p50, p99, max] = [times.percentile(50), times.percentile(99), times.max].map(rounded)
      const perSecond = Math.round(((requests - errors) * 1_000) / lengthMs)
      return { atMs, requests, perSecond, errors, p50: p50 ?? null, p99: p99 ?? null, max: max ?? null }
    })
  }

  histograms(): TimelineHistogram[] {
    return this.#seconds.map(({ requests, errors, times }, index) => ({
      atMs: index * INTERVAL_MS,
      requests,
      errors,
      timesMs: times.toJSON(),
    }))
  }

  #second(index: number): Second {
    while (this.#seconds.length <= index) {
      this.#seconds.push({ requests: 0, errors: 0, reports: 0, times: new Histogram() })
    }
    return this.#seconds[index] as Second
  }

  #tell(index: number, { requests, errors, times }: Second): void {
    this.#onProgress?.({
      atMs: (index + 1) * INTERVAL_MS,
      perSecond: ((requests - errors) * 1_000) / INTERVAL_MS,
      p50Ms: rounded(times.percentile(50)),
      p99Ms: rounded(times.percentile(99)),
      errors: this.#errors,
    })
  }
}
