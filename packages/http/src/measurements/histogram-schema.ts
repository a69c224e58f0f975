import { Histogram } from 'async-patterns/observability'
import type { HistogramJson } from 'async-patterns/observability'
import * as z from 'zod'

/** What `Histogram.toJSON` gives, and `Histogram.fromJSON` takes. */
export const histogramSchema: z.ZodType<HistogramJson> = z
  .object({
    version: z.literal(1),
    lowest: z.number(),
    highest: z.number(),
    sum: z.number(),
    min: z.number().nullable(),
    max: z.number().nullable(),
    belowRange: z.number(),
    aboveRange: z.number(),
    buckets: z.array(z.number()),
  })
  .refine(isHistogram, { error: 'a histogram as Histogram.toJSON gives it' })

function isHistogram(json: unknown): boolean {
  try {
    Histogram.fromJSON(json)
    return true
  } catch {
    return false
  }
}
