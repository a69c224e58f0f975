import * as z from 'zod'
import { latencySummarySchema } from './latency-summary.js'
import type { LatencySummary } from './latency-summary.js'
import { verdictSchema } from './verdict.js'
import type { MeasurementVerdict } from './verdict.js'

/** A second of a run; the last one may be shorter. Times are of responses without error, in milliseconds. */
export interface TimelineEntry {
  /** Where it begins. */
  readonly atMs: number
  /** Requests that ended in it. */
  readonly requests: number
  readonly perSecond: number
  readonly errors: number
  readonly p50: number | null
  readonly p99: number | null
  readonly max: number | null
}

/**
 * What `async-patterns load --json` prints. It has no kind and no version of its own: its keys are a promise.
 */
export interface LoadResult {
  /** The URL. */
  readonly target: string
  /** From the start of what is measured to the last response, or to the end of sending if that is later. */
  readonly durationMs: number
  readonly connections: number
  /** All that were due and have ended, with a response or without. Warm-up is in none of the numbers. */
  readonly requests: { readonly total: number; readonly perSecond: number }
  /** Of bodies, as they arrived. */
  readonly bytes: number
  /** Requests with a response, by status. */
  readonly statusCodes: Readonly<Record<string, number>>
  /** Requests without one, by class. */
  readonly errors: Readonly<Record<string, number>>
  /** Of responses with a status below 400, from the moment at which they were sent. */
  readonly serviceTimeMs: LatencySummary
  /** Of the same, from the moment at which they were due; null in a closed loop. */
  readonly responseTimeMs: LatencySummary | null
  readonly timeline: readonly TimelineEntry[]
  readonly generator: {
    /** The share of a core that the busiest thread used. */
    readonly cpu: number
    readonly loopDelayP99Ms: number
    readonly gcMs: number
    /** Requests that the generator sent more than 1 ms late through its own fault. */
    readonly lateSends: number
  }
  readonly verdict: MeasurementVerdict
}

const counts = z.record(z.string(), z.number())
const milliseconds = z.number().nullable()

export const loadResultSchema: z.ZodType<LoadResult> = z.object({
  target: z.string(),
  durationMs: z.number(),
  connections: z.number(),
  requests: z.object({ total: z.number(), perSecond: z.number() }),
  bytes: z.number(),
  statusCodes: counts,
  errors: counts,
  serviceTimeMs: latencySummarySchema,
  responseTimeMs: latencySummarySchema.nullable(),
  timeline: z.array(
    z.object({
      atMs: z.number(),
      requests: z.number(),
      perSecond: z.number(),
      errors: z.number(),
      p50: milliseconds,
      p99: milliseconds,
      max: milliseconds,
    }),
  ),
  generator: z.object({
    cpu: z.number(),
    loopDelayP99Ms: z.number(),
    gcMs: z.number(),
    lateSends: z.number(),
  }),
  verdict: verdictSchema,
})
