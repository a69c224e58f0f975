import type { HistogramJson } from 'async-patterns/observability'
import * as z from 'zod'
import { histogramSchema } from './histogram-schema.js'

/** The concurrency models that are compared, in the order in which they are shown. */
export const ENGINE_NAMES = ['sync', 'threaded', 'async-naive', 'async-optimized'] as const

/** One of the concurrency models. */
export type EngineName = (typeof ENGINE_NAMES)[number]

/** What an engine's runs came to, without the single requests; this is what goes into files. */
export interface EngineMeasurement {
  /** Requests at a time. */
  readonly lanes: number
  readonly requestCount: number
  readonly totalTimeMs: number
  /** Requests without an error, a second. */
  readonly rps: number
  /** The same of each run, in the order of the rounds. */
  readonly runRps: readonly number[]
  /** Status 200 to 299. */
  readonly successCount: number
  /** Status 400 and above, or no response. */
  readonly errorCount: number
  readonly otherCount: number
  /** How many requests have each error code. */
  readonly errorBreakdown: Readonly<Record<string, number>>
  /** Latencies of the requests that got a response, to within 0.4 %; null when none did. */
  readonly p50LatencyMs: number | null
  readonly p95LatencyMs: number | null
  readonly p99LatencyMs: number | null
  /** Requests that had to wait for a connection to be made. */
  readonly connectionsMade: number
  /** How long they did, which is part of their latencies; null when none had to. */
  readonly p50ConnectMs: number | null
  readonly p99ConnectMs: number | null
  /** The latencies in their exact, mergeable form: `Histogram.fromJSON`. */
  readonly latencies: HistogramJson
  /** The largest resident set of the engine's process, and of nothing else, in MiB. */
  readonly peakMemoryMb: number
  /** The mean latency by the server's own count; null for a server that has none. */
  readonly serverLatencyMs: number | null
  /**
   * By Little's law no engine can do more than lanes / latency; null when the server's latency is not known.
   */
  readonly ceilingRps: number | null
  /** `rps` as a share of that ceiling. */
  readonly efficiency: number | null
}

/** Engines by name; those that did not take part are left out. */
export type MeasuredEngines = Readonly<Partial<Record<EngineName, EngineMeasurement>>>

const measurement = z.object({
  lanes: z.number(),
  requestCount: z.number(),
  totalTimeMs: z.number(),
  rps: z.number(),
  runRps: z.array(z.number()),
  successCount: z.number(),
  errorCount: z.number(),
  otherCount: z.number(),
  errorBreakdown: z.record(z.string(), z.number()),
  p50LatencyMs: z.number().nullable(),
  p95LatencyMs: z.number().nullable(),
  p99LatencyMs: z.number().nullable(),
  connectionsMade: z.number(),
  p50ConnectMs: z.number().nullable(),
  p99ConnectMs: z.number().nullable(),
  latencies: histogramSchema,
  peakMemoryMb: z.number(),
  serverLatencyMs: z.number().nullable(),
  ceilingRps: z.number().nullable(),
  efficiency: z.number().nullable(),
})

export const measuredEnginesSchema = z.partialRecord(z.enum(ENGINE_NAMES), measurement)
