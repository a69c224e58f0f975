import * as z from 'zod'

const STATUSES = [
  'port-bound',
  'nothing-succeeded',
  'generator-bound',
  'too-few-connections',
  'too-few-samples',
  'not-steady',
  'valid',
] as const

/**
 * Whether a run's numbers can be trusted, and if not, what they rather measure. The first that applies, in
 * this order.
 */
export type VerdictStatus = (typeof STATUSES)[number]

/** What is said of a run's numbers. */
export interface MeasurementVerdict {
  readonly status: VerdictStatus
  /** All findings, each after its own status, the one that gives the status first; empty when valid. */
  readonly reasons: readonly string[]
}

export const verdictSchema: z.ZodType<MeasurementVerdict> = z.object({
  status: z.enum(STATUSES),
  reasons: z.array(z.string()),
})
