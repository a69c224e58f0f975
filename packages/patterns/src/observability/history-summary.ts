import type { LoopReading } from './loop-probe.js'

/** How one figure was spread over the samples. */
export interface Spread {
  readonly average: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/**
 * What the samples of a history say together. Each figure's percentiles are over the samples, one value each.
 */
export interface HistorySummary {
  readonly samples: number
  /** Of the samples' mean delays. */
  readonly meanDelayMs: Spread
  /** Of the samples' longest delays. */
  readonly maxDelayMs: Spread
  readonly utilization: Spread
  readonly heapUsedBytes: Spread
  readonly activeResources: Spread
}

/** `history` holds at least one sample. */
export function summarise(history: readonly LoopReading[]): HistorySummary {
  const over = (figure: (reading: LoopReading) => number): Spread => spreadOf(history.map(figure))
  return {
    samples: history.length,
    meanDelayMs: over(({ delay }) => delay.meanMs),
    maxDelayMs: over(({ delay }) => delay.maxMs),
    utilization: over(({ utilization }) => utilization),
    heapUsedBytes: over(({ heapUsedBytes }) => heapUsedBytes),
    activeResources: over(({ activeResources }) => activeResources),
  }
}

/** Nearest rank. */
function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (percent: number): number => sorted[Math.ceil((percent * sorted.length) / 100) - 1] as number
  const average = values.reduce((sum, value) => sum + value, 0) / values.length
  return { average, p50: at(50), p95: at(95), p99: at(99), max: at(100) }
}
