import * as z from 'zod'
import { latencySummarySchema } from './latency-summary.js'
import type { LatencySummary } from './latency-summary.js'
import { verdictSchema } from './verdict.js'
import type { MeasurementVerdict } from './verdict.js'

/** A second of a run; the last one may be shorter. Times are of answers that succeeded, in milliseconds. */
export interface TimelineEntry {
  /** Where it begins. */
  readonly atMs: number
  /** Requests that ended in it. */
  readonly requests: number
  /** Answers that succeeded. */
  readonly perSecond: number
  readonly errors: number
  readonly p50: number | null
  readonly p99: number | null
  readonly max: number | null
}

/** What a load came to. An error is the same in all of it: a request without an answer that is accepted. */
export interface LoadResult {
  /** The URL. */
  readonly target: string
  /** From the start of what is measured to the last response, or to the end of sending if that is later. */
  readonly durationMs: number
  readonly connections: number
  /** Warm-up is in none of the numbers. */
  readonly requests: {
    /** All that were due and have ended: those that succeeded, and those that failed. */
    readonly total: number
    /** Answered with a status that is accepted: below 400, or as `acceptStatus` says. */
    readonly succeeded: number
    readonly failed: number
    /** Of those that failed: no connection was to be had. */
    readonly neverSent: number
    /** Answers that succeeded. */
    readonly perSecond: number
  }
  /** Of bodies, as they arrived. */
  readonly bytes: number
  /** Requests with a response, by status. */
  readonly statusCodes: Readonly<Record<string, number>>
  /** Requests that failed, by class: `HTTP_503` and the like, or why there was no response. */
  readonly errors: Readonly<Record<string, number>>
  /** What may be behind the errors, and what to do. */
  readonly hints: readonly string[]
  /** Connections that were made while it measured. */
  readonly connectionsMade: number
  /** How long that took each; null where there were none. It lies before the service time. */
  readonly connectTimeMs: LatencySummary | null
  /** Of answers that succeeded, from the moment at which they were sent. */
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
  requests: z.object({
    total: z.number(),
    succeeded: z.number(),
    failed: z.number(),
    neverSent: z.number(),
    perSecond: z.number(),
  }),
  bytes: z.number(),
  statusCodes: counts,
  errors: counts,
  hints: z.array(z.string()),
  connectionsMade: z.number(),
  connectTimeMs: latencySummarySchema.nullable(),
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
