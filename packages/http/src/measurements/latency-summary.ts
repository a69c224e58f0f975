import type { Histogram } from 'async-patterns/observability'
import * as z from 'zod'

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

const milliseconds = z.number().nullable()

export const latencySummarySchema: z.ZodType<LatencySummary> = z.object({
  min: milliseconds,
  mean: milliseconds,
  p50: milliseconds,
  p75: milliseconds,
  p90: milliseconds,
  p95: milliseconds,
  p99: milliseconds,
  p99_9: milliseconds,
  p99_99: milliseconds,
  max: milliseconds,
})

/** The percentiles that a summary has, by name. */
const PERCENTILES = Object.freeze({
  p50: 50,
  p75: 75,
  p90: 90,
  p95: 95,
  p99: 99,
  p99_9: 99.9,
  p99_99: 99.99,
})

/** The summary of a histogram, rounded to whole microseconds. */
export function latencySummary(times: Histogram): LatencySummary {
  const at = (percent: number): number | null => rounded(times.percentile(percent))
  return {
    min: rounded(times.min),
    mean: rounded(times.mean),
    p50: at(50),
    p75: at(75),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p99_9: at(99.9),
    p99_99: at(99.99),
    max: rounded(times.max),
  }
}

/** To whole microseconds, which is what the clock can tell; null for NaN, which an empty histogram gives. */
export function rounded(value: number): number | null {
  return Number.isNaN(value) ? null : Math.round(value * 1_000) / 1_000
}

/** Percentiles with fewer samples than this beyond them may be quite another number in another run. */
export const MIN_SAMPLES_BEYOND = 10

/** The percentiles of a summary that too few of the samples lie beyond, by name: `p99_9`. */
export function thinPercentiles(samples: number): string[] {
  return Object.entries(PERCENTILES).flatMap(([name, percent]) => (isThin(samples, percent) ? [name] : []))
}

/** Whether too few of the samples lie beyond a percentile. */
export function isThin(samples: number, percent: number): boolean {
  // Whole numbers as long as possible: 1 - 0.9999 is not 0.0001.
  return (samples * Math.round((100 - percent) * 10_000)) / 1_000_000 < MIN_SAMPLES_BEYOND
}
