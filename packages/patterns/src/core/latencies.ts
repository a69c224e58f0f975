/** How latencies were spread lately, in milliseconds; all of it 0 when there were none. */
export interface LatencyPercentiles {
  /** How many there were. */
  readonly count: number
  readonly meanMs: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** What a policy hands its latencies to: `RollingLatencies` of `async-patterns/observability`, or your own. */
export interface LatencyRecorder {
  record(latencyMs: number): void
  percentiles(): LatencyPercentiles
}
