import type { RequestResult } from './request-result.js'

/** What an engine's run comes to, without the single requests; this is what goes into files. */
export interface EngineSummary {
  readonly requestCount: number
  readonly totalTimeMs: number
  readonly rps: number
  readonly successCount: number
  readonly errorCount: number
  readonly otherCount: number
  readonly p50LatencyMs: number
  readonly p95LatencyMs: number
  readonly p99LatencyMs: number
  readonly peakMemoryMb: number
  readonly errorBreakdown: Readonly<Record<string, number>>
}

/** How a run went. All numbers follow from `results`; they are worked out when they are asked for. */
export class EngineResult {
  /** In the order of the URLs. */
  readonly results: readonly RequestResult[]
  readonly totalTimeMs: number
  /** The largest resident set of the process that was seen during the run. */
  readonly peakMemoryMb: number
  #latencies: Float64Array | undefined = undefined

  constructor(results: readonly RequestResult[], totalTimeMs: number, peakMemoryMb: number) {
    this.results = results
    this.totalTimeMs = totalTimeMs
    this.peakMemoryMb = peakMemoryMb
  }

  /** Requests a second, failed ones included; 0 for an empty run. */
  get rps(): number {
    return this.totalTimeMs > 0 ? (this.results.length * 1_000) / this.totalTimeMs : 0
  }

  /** Status 200 to 299. */
  get successCount(): number {
    return this.#count(({ statusCode }) => statusCode >= 200 && statusCode < 300)
  }

  /** Status 400 and above, or no response. */
  get errorCount(): number {
    return this.#count(({ statusCode }) => statusCode >= 400 || statusCode === 0)
  }

  /** The rest: redirects that were not followed. */
  get otherCount(): number {
    return this.results.length - this.successCount - this.errorCount
  }

  get p50LatencyMs(): number {
    return this.percentile(50)
  }

  get p95LatencyMs(): number {
    return this.percentile(95)
  }

  get p99LatencyMs(): number {
    return this.percentile(99)
  }

  /** How many results have each error code. */
  get errorBreakdown(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {}
    for (const { error } of this.results)
      if (error !== null) counts[error.code] = (counts[error.code] ?? 0) + 1
    return counts
  }

  /**
   * A latency by the nearest-rank method, exact, of the requests that got a response: what failed early or
   * timed out is in `errorBreakdown`, and makes no percentile look better. 0 without any response.
   * @param percent more than 0, at most 100.
   */
  percentile(percent: number): number {
    this.#latencies ??= sortedLatencies(this.results)
    const rank = Math.ceil((percent / 100) * this.#latencies.length)
    return this.#latencies[Math.max(0, rank - 1)] ?? 0
  }

  /** Everything but the single results. */
  toJSON(): EngineSummary {
    const { totalTimeMs, rps, successCount, errorCount, otherCount, peakMemoryMb, errorBreakdown } = this
    const { p50LatencyMs, p95LatencyMs, p99LatencyMs } = this
    const requestCount = this.results.length
    const counts = { requestCount, totalTimeMs, rps, successCount, errorCount, otherCount }
    return { ...counts, p50LatencyMs, p95LatencyMs, p99LatencyMs, peakMemoryMb, errorBreakdown }
  }

  #count(holds: (result: RequestResult) => boolean): number {
    let count = 0
    for (const result of this.results) if (holds(result)) count += 1
    return count
  }
}

function sortedLatencies(results: readonly RequestResult[]): Float64Array {
  const answered = results.filter(result => result.statusCode !== 0)
  return Float64Array.from(answered, result => result.latencyMs).sort()
}
