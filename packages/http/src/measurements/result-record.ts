import * as z from 'zod'
import type { RequestResult } from '../engines/index.js'

/** One request's result: a line of what `load --jsonl-out` and `bench --jsonl-out` write. */
export interface ResultRecord extends RequestResult {
  /** From the moment at which it was due; null in a closed loop. Only a load tells it. */
  readonly responseTimeMs?: number | null | undefined
  /** Whose request it was. Only a benchmark tells it. */
  readonly engine?: string | undefined
}

/** One result as a load writes it. */
export interface LoadRecord extends RequestResult {
  /** From the moment at which it was due; null in a closed loop. */
  readonly responseTimeMs: number | null
}

export const resultRecordSchema: z.ZodType<ResultRecord> = z.object({
  url: z.string(),
  statusCode: z.number(),
  latencyMs: z.number(),
  connectMs: z.number().optional(),
  timestamp: z.number(),
  attempt: z.number(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  bytes: z.number(),
  responseTimeMs: z.number().nullable().optional(),
  engine: z.string().optional(),
})
