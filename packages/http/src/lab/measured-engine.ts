import { Histogram } from 'async-patterns/observability'
import type { EngineResult, RequestResult } from '../engines/index.js'
import type { EngineMeasurement } from '../measurements/index.js'

/** Adds up runs of one engine, in constant memory. */
export class MeasuredEngine {
  readonly #lanes: number
  readonly #latencies = new Histogram()
  readonly #connectTimes = new Histogram()
  readonly #runRps: number[] = []
  readonly #errors: Record<string, number> = {}
  #requests = 0
  #answeredBefore = 0
  #successes = 0
  #failures = 0
  #totalTimeMs = 0
  #peakMemoryMb = 0
  #serverMs = 0
  #serverCount = 0

  constructor(lanes: number) {
    this.#lanes = lanes
  }

  get requestCount(): number {
    return this.#requests
  }

  /** Requests without an error. */
  get answered(): number {
    return this.#requests - this.#failures
  }

  /** Counts a whole run. */
  addRun({ results, totalTimeMs, peakMemoryMb }: EngineResult): void {
    for (const result of results) this.add(result)
    this.addTime(totalTimeMs)
    this.sawMemory(peakMemoryMb)
  }

  /** Counts one result of a run whose time is added when it ends. */
  add({ statusCode, latencyMs, connectMs, error }: RequestResult): void {
    this.#requests += 1
    if (statusCode !== 0) this.#latencies.record(latencyMs)
    if (connectMs !== undefined) this.#connectTimes.record(connectMs)
    if (statusCode >= 200 && statusCode < 300) this.#successes += 1
    if (statusCode >= 400 || statusCode === 0) this.#failures += 1
    if (error !== null) this.#errors[error.code] = (this.#errors[error.code] ?? 0) + 1
  }

  /** A run is over that took so long. */
  addTime(totalTimeMs: number): void {
    const answered = this.answered
    this.#totalTimeMs += totalTimeMs
    this.#runRps.push(rate(answered - this.#answeredBefore, totalTimeMs))
    this.#answeredBefore = answered
  }

  sawMemory(peakMemoryMb: number): void {
    this.#peakMemoryMb = Math.max(this.#peakMemoryMb, peakMemoryMb)
  }

  /** What the server says of the requests that it answered. */
  addServerLatency({ count, mean }: { readonly count: number; readonly mean: number | null }): void {
    if (mean === null) return
    this.#serverMs += mean * count
    this.#serverCount += count
  }

  measurement(): EngineMeasurement {
    const [requestCount, totalTimeMs] = [this.#requests, this.#totalTimeMs]
    const rps = rate(this.answered, totalTimeMs)
    return {
      lanes: this.#lanes,
      requestCount,
      totalTimeMs,
      rps,
      runRps: [...this.#runRps],
      successCount: this.#successes,
      errorCount: this.#failures,
      otherCount: requestCount - this.#successes - this.#failures,
      errorBreakdown: { ...this.#errors },
      p50LatencyMs: percentile(this.#latencies, 50),
      p95LatencyMs: percentile(this.#latencies, 95),
      p99LatencyMs: percentile(this.#latencies, 99),
      connectionsMade: this.#connectTimes.count,
      p50ConnectMs: percentile(this.#connectTimes, 50),
      p99ConnectMs: percentile(this.#connectTimes, 99),
      latencies: this.#latencies.toJSON(),
      peakMemoryMb: this.#peakMemoryMb,
      ...this.#againstCeiling(rps),
    }
  }

  #againstCeiling(rps: number) {
    if (this.#serverCount === 0) return { serverLatencyMs: null, ceilingRps: null, efficiency: null }
    const serverLatencyMs = this.#serverMs / this.#serverCount
    const ceilingRps = (this.#lanes * 1_000) / serverLatencyMs
    return { serverLatencyMs, ceilingRps, efficiency: rps / ceilingRps }
  }
}

function percentile(times: Histogram, percent: number): number | null {
  return times.count === 0 ? null : times.percentile(percent)
}

function rate(requests: number, timeMs: number): number {
  return timeMs > 0 ? (requests * 1_000) / timeMs : 0
}
