import type { HistogramJson } from 'async-patterns/observability'
import * as z from 'zod'
import { environmentSchema } from './environment.js'
import type { Environment } from './environment.js'
import { histogramSchema } from './histogram-schema.js'
import { loadResultSchema } from './load-result.js'
import type { LoadResult } from './load-result.js'

const ARRIVALS = ['constant', 'poisson'] as const

/** How arrivals of an open loop are spaced: evenly, or at random with that mean rate. */
export type ArrivalProcess = (typeof ARRIVALS)[number]

/** An objective, and what became of it. */
export interface SloOutcome {
  /** As it was given: `p99<50ms`. */
  readonly slo: string
  /**
   * In milliseconds, percent or answers a second. Infinity where failed requests reach into the percentile, in
   * a file the text `Infinity`; NaN where there was nothing to measure, in a file left out.
   */
  readonly actual: number
  readonly met: boolean
}

/** An objective as a file has it, for JSON knows neither Infinity nor NaN. */
export interface WrittenSlo extends Omit<SloOutcome, 'actual'> {
  readonly actual?: number | 'Infinity' | undefined
}

/** All outcomes of one class. */
export interface OutcomeReport {
  readonly count: number
  /** Of those that were sent. */
  readonly serviceTimeMs: HistogramJson
  /** null in a closed loop. */
  readonly responseTimeMs: HistogramJson | null
}

/** A second of a run, with its times in the exact form. */
export interface TimelineHistogram {
  /** Where it begins. */
  readonly atMs: number
  /** Requests that ended in it. */
  readonly requests: number
  readonly errors: number
  /** Of answers that succeeded. */
  readonly timesMs: HistogramJson
}

/** The options of a load with their defaults, checked, in a form that goes to a thread. */
export interface LoadPlan {
  readonly url: string
  readonly connections: number
  /** Infinity: no limit. */
  readonly durationMs: number
  /** Infinity: no limit. */
  readonly requests: number
  /** undefined: a closed loop. */
  readonly ratePerSecond: number | undefined
  readonly arrivals: ArrivalProcess
  readonly seed: number
  readonly rampMs: number
  readonly warmupMs: number
  readonly method: string
  /** A name with several values is sent several times. */
  readonly headers: LoadHeaders
  readonly body: string | Uint8Array
  readonly timeoutMs: number
  /** Statuses that are no failure: `100-399`, `200-299,404`. */
  readonly acceptStatus: string
  readonly workers: number
  readonly slos: readonly string[]
  readonly jsonlFile: string | undefined
  readonly insecure: boolean
  /** Certificates that are trusted besides, as PEM. */
  readonly ca: string | undefined
}

/** Header fields by name. */
export type LoadHeaders = Readonly<Record<string, string | readonly string[]>>

type LeftOut = 'headers' | 'body' | 'ca'
type Unlimited = 'durationMs' | 'requests' | 'ratePerSecond'

/** A plan as a file has it. Headers and body are left out: they may be secret. */
export interface LoadSettings extends Omit<LoadPlan, LeftOut | Unlimited | 'jsonlFile'> {
  /** Left out: no limit. */
  readonly durationMs?: number | undefined
  /** Left out: no limit. */
  readonly requests?: number | undefined
  /** Left out: a closed loop. */
  readonly ratePerSecond?: number | undefined
  readonly jsonlFile?: string | undefined
}

/** A run with everything that was measured. */
export interface LoadMeasurement {
  readonly plan: LoadPlan
  readonly result: LoadResult
  readonly slos: readonly SloOutcome[]
  /** By class: `OK`, `HTTP_503`, `TIMEOUT`, ... Each request is in exactly one. */
  readonly outcomes: Readonly<Record<string, OutcomeReport>>
  readonly timeline: readonly TimelineHistogram[]
  /** When the measurement began, in milliseconds since the epoch. */
  readonly startedAt: number
  /** It was told to stop before its end. */
  readonly interrupted: boolean
  /** Why not all results are in their file; left out where they are. */
  readonly fileError?: string | undefined
}

/**
 * A load's measurement as `--output` writes it and `--json` prints it. Histograms are exact: files of several runs or machines can be
 * merged.
 */
export interface LoadMeasurementFile {
  readonly kind: 'load'
  readonly version: 1
  /** ISO 8601: when the measurement began. */
  readonly startedAt: string
  readonly environment: Environment
  readonly plan: LoadSettings
  readonly result: LoadResult
  readonly slos: readonly WrittenSlo[]
  /** By class: `OK`, `HTTP_503`, `TIMEOUT`, ... Each request is in exactly one. */
  readonly outcomes: Readonly<Record<string, OutcomeReport>>
  readonly timeline: readonly TimelineHistogram[]
  /** It was told to stop before its end. */
  readonly interrupted: boolean
  /** Why not all results are in their file; left out where they are. */
  readonly fileError?: string | undefined
}

const sloSchema: z.ZodType<WrittenSlo> = z.object({
  slo: z.string(),
  actual: z
    .union([z.number(), z.literal('Infinity')])
    .optional()
    .describe('left out: nothing to measure; Infinity: failed requests reach into the percentile'),
  met: z.boolean(),
})

const settingsSchema: z.ZodType<LoadSettings> = z.object({
  url: z.string(),
  connections: z.number(),
  durationMs: z.number().optional().describe('left out: no limit'),
  requests: z.number().optional().describe('left out: no limit'),
  ratePerSecond: z.number().optional().describe('left out: a closed loop'),
  arrivals: z.enum(ARRIVALS),
  seed: z.number(),
  rampMs: z.number(),
  warmupMs: z.number(),
  method: z.string(),
  timeoutMs: z.number(),
  acceptStatus: z.string(),
  workers: z.number(),
  slos: z.array(z.string()),
  jsonlFile: z.string().optional(),
  insecure: z.boolean(),
})

export const loadMeasurementSchema: z.ZodType<LoadMeasurementFile> = z.object({
  kind: z.literal('load'),
  version: z.literal(1),
  startedAt: z.string(),
  environment: environmentSchema,
  plan: settingsSchema,
  result: loadResultSchema,
  slos: z.array(sloSchema),
  outcomes: z.record(
    z.string(),
    z.object({
      count: z.number(),
      serviceTimeMs: histogramSchema,
      responseTimeMs: histogramSchema.nullable(),
    }),
  ),
  timeline: z.array(
    z.object({
      atMs: z.number(),
      requests: z.number(),
      errors: z.number(),
      timesMs: histogramSchema,
    }),
  ),
  interrupted: z.boolean(),
  fileError: z.string().optional(),
})
