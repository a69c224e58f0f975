import type { HistorySummary } from 'async-patterns/observability'
import * as z from 'zod'
import { checkSchema, headingOf } from './bench-heading.js'
import type { BenchHeading, Check } from './bench-heading.js'
import { measuredEnginesSchema } from './engine-measurement.js'
import type { MeasuredEngines } from './engine-measurement.js'
import { writtenFileSchema } from './written-file.js'
import type { WrittenFile } from './written-file.js'

/** What the resident set was after forced collections, early in a run and at its end. In MiB. */
export interface MemoryGrowth {
  readonly earlyMb: number
  readonly earlyAtMs: number
  readonly lateMb: number
  readonly lateAtMs: number
}

/** What a streaming benchmark found. */
export interface StreamingReport extends BenchHeading<'streaming'> {
  readonly engines: MeasuredEngines
  readonly files: readonly WrittenFile[]
  /**
   * Of this process, in which the async engine, the pipeline and the writers run; null when it was
   * interrupted before.
   */
  readonly memory: MemoryGrowth | null
  /** Null when it was not watched, or not for one sample. */
  readonly eventLoop: HistorySummary | null
  /** Requests by the mock's own count; null for another server. */
  readonly serverRequests: number | null
  readonly checks: readonly Check[]
  /** It was told to stop before its end. */
  readonly interrupted: boolean
}

const spread = z.object({
  average: z.number(),
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
  max: z.number(),
})

export const streamingReportSchema: z.ZodType<StreamingReport> = z.object({
  ...headingOf('streaming'),
  engines: measuredEnginesSchema,
  files: z.array(writtenFileSchema),
  memory: z
    .object({ earlyMb: z.number(), earlyAtMs: z.number(), lateMb: z.number(), lateAtMs: z.number() })
    .nullable(),
  eventLoop: z
    .object({
      samples: z.number(),
      meanDelayMs: spread,
      maxDelayMs: spread,
      utilization: spread,
      heapUsedBytes: spread,
      activeResources: spread,
    })
    .nullable(),
  serverRequests: z.number().nullable(),
  checks: z.array(checkSchema),
  interrupted: z.boolean(),
})
