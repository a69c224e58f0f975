import type { Histogram } from 'async-patterns/observability'

/** A histogram in short, in milliseconds; all null when nothing was counted. */
export interface LatencySummary {
  readonly min: number | null
  readonly mean: number | null
  readonly p50: number | null
  readonly p75: number | null
  readonly p90: number | null
  readonly p95: number | null
  readonly p99: number | null
  readonly p99_9: number | null
  readonly p99_99: number | null
  readonly max: number | null
}

/** The percentiles that a summary has, by name. */
export const PERCENTILES = Object.freeze({
  p50: 50,
  p75: 75,
  p90: 90,
  p95: 95,
  p99: 99,
  p99_9: 99.9,
  p99_99: 99.99,
})

export function latencySummary(times: Histogram): LatencySummary {
  const at = (percent: number): number | null => shown(times.percentile(percent))
  return {
    min: shown(times.min),
    mean: shown(times.mean),
    p50: at(50),
    p75: at(75),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p99_9: at(99.9),
    p99_99: at(99.99),
    max: shown(times.max),
  }
}

/** Microseconds are the clock's own doubt; NaN is what an empty histogram gives. */
export function shown(value: number): number | null {
  return Number.isNaN(value) ? null : Math.round(value * 1_000) / 1_000
}
