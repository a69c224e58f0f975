import * as z from 'zod'

/** How a run, or a source of it, stands. */
export type RunStatus = 'complete' | 'partial' | 'failed' | 'interrupted'

/** The mean of a field's numbers as a decimal string, or of its amounts by currency. */
export type FieldAverage = string | Readonly<Record<string, string>>

/** An amount of money: a decimal string, never rounded, and an ISO 4217 code. */
export interface SummaryMoney {
  readonly amount: string
  readonly currency: string
}

/**
 * `summary.json`, computed from the ledger alone. Times are ISO 8601. Schema: `schemas/summary.schema.json`.
 */
export interface Summary {
  readonly kind: 'acquisition'
  /** Of this shape. */
  readonly version: 1
  readonly run: {
    readonly id: string
    readonly startedAt: string
    readonly finishedAt: string | null
    readonly durationMs: number
    readonly status: RunStatus
    /** Why it ended: its pages ran out, somebody stopped it, or its time was over; null when it was cut off. */
    readonly end: 'finished' | 'interrupted' | 'timeout' | null
    readonly configHash: string
    readonly version: string
  }
  readonly totals: Totals
  readonly sources: readonly SourceSummary[]
  /** By source and id, with every mapped field; the first 10,000. */
  readonly records: readonly RecordSummary[]
  /** Set when there are more records than are listed: where the rest is. */
  readonly recordsTruncated?: { readonly listed: number; readonly total: number; readonly rest: string }
  /**
   * The same records as products of shops, for a pipeline that asks for it: `summary: { products: true }`.
   */
  readonly products?: readonly ProductSummary[]
  readonly errors: readonly SourceErrorSummary[]
  /** What came of each sink, for a pipeline that has some. */
  readonly sinks?: readonly SinkSummary[]
}

/** What this run has delivered to a sink at its end. */
export interface SinkSummary {
  readonly name: string
  /** `left`: it was not tried, for the run was stopped. */
  readonly status: 'delivered' | 'failed' | 'left'
  /** Records that were written. */
  readonly records: number
  /** Records that were removed, or marked as gone. */
  readonly deleted: number
  /** Why it failed. */
  readonly error: string | null
}

/** The sums over all sources. */
export interface Totals {
  readonly records: number
  readonly rejected: number
  readonly duplicates: number
  readonly pages: number
  readonly requests: number
  readonly retries: number
  /** Requests answered with a page, of all requests: 0 to 1. */
  readonly successRate: number
}

/** How one source went: counts, averages, errors, breaker, rate and coverage. */
export interface SourceSummary {
  readonly name: string
  readonly status: RunStatus
  readonly pages: number
  readonly requests: number
  readonly retries: number
  /** Records that came: accepted + rejected + duplicates. */
  readonly fetched: number
  /** Records with an id of their own. */
  readonly accepted: number
  /** Records that were rejected and never taken, each once. */
  readonly rejected: number
  /** Why: the ten most frequent reasons. */
  readonly rejections: readonly RejectionSummary[]
  /** Records that came once more: whose id another record of the run has too, or that were rejected before. */
  readonly duplicates: number
  /** Records that `where` left out: neither accepted nor rejected. */
  readonly filtered: number
  /** Records of earlier runs that the source does not have any more, where `markDeleted` looks for them. */
  readonly deleted: number
  /** Optional fields that could not be read and became null. */
  readonly warnings: number
  /** Texts of its records from which a configured secret was taken, because the source echoed it. */
  readonly redactions: number
  /**
   * Mean of each numeric field: a decimal string, exact but for its last place, rounded half up. An amount of
   * money has one for each currency. Fields without a value are left out.
   */
  readonly averages: Readonly<Record<string, FieldAverage>>
  readonly errors: readonly ErrorSummary[]
  /** What is no error, but should be known. */
  readonly notices: readonly NoticeSummary[]
  readonly breaker: { readonly state: string; readonly transitions: readonly BreakerTransition[] }
  /** `worstRollingSecond`: the most departures in any half-open second, over all sources of the endpoint. */
  readonly rateLimit: { readonly limitPerSecond: number; readonly worstRollingSecond: number }
  readonly coverage: {
    /** What the source says its number of records is; null when it does not say. */
    readonly reportedTotal: number | null
    readonly uniqueIds: number
    /**
     * reportedTotal - uniqueIds - rejected, not below 0. Duplicates within the source count here, since a
     * record that was served twice may stand for one that never was.
     */
    readonly missing: number | null
  }
}

/** Why records were rejected, by code and field. */
export interface RejectionSummary {
  readonly code: string
  /** Null where it is the record as a whole. */
  readonly field: string | null
  /** Each record once, as in `rejected`. */
  readonly count: number
  /** Of the first. */
  readonly reason: string
}

/** An error by its code: how often, and when first and last. */
export interface ErrorSummary {
  readonly code: string
  /** Of the last. */
  readonly message: string
  /** Of the URL that was asked last, with its query; null where the error is no request's. */
  readonly path: string | null
  readonly count: number
  readonly firstAt: string
  readonly lastAt: string
}

/** A notice by its code and subject: how often, and when first and last. */
export interface NoticeSummary extends Omit<ErrorSummary, 'path'> {
  /** A field, say; null where the code says all. */
  readonly about: string | null
}

/** The same with the source that met it. */
export interface SourceErrorSummary extends ErrorSummary {
  readonly source: string
}

/** One move of a circuit breaker, as the summary tells it. */
export interface BreakerTransition {
  readonly from: string
  readonly to: string
  readonly at: string
  readonly cause: string
}

/** One record as it is stored. */
export interface RecordSummary {
  readonly source: string
  readonly id: string
  /** All its fields; nested values are JSON. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** A record of a shop. Null where the stream has no such field. */
export interface ProductSummary {
  readonly source: string
  readonly id: string
  readonly title: string | null
  readonly price: SummaryMoney | null
  readonly category: string | null
  /** Beyond 2^53 a text of digits. */
  readonly stock: number | string | null
  readonly updatedAt: string | null
  readonly url: string | null
}

const count = z.number()

const counted = z.object({
  code: z.string(),
  message: z.string(),
  count,
  firstAt: z.string(),
  lastAt: z.string(),
})

const error = counted.extend({ path: z.string().nullable() })

const money = z.object({ amount: z.string(), currency: z.string() })

const status = z.enum(['complete', 'partial', 'failed', 'interrupted'])

const transition = z.object({ from: z.string(), to: z.string(), at: z.string(), cause: z.string() })

const source = z.object({
  name: z.string(),
  status,
  pages: count,
  requests: count,
  retries: count,
  fetched: count,
  accepted: count,
  rejected: count,
  rejections: z.array(
    z.object({ code: z.string(), field: z.string().nullable(), count, reason: z.string() }),
  ),
  duplicates: count,
  filtered: count,
  deleted: count,
  warnings: count,
  redactions: count,
  averages: z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())])),
  errors: z.array(error),
  notices: z.array(counted.extend({ about: z.string().nullable() })),
  breaker: z.object({ state: z.string(), transitions: z.array(transition) }),
  rateLimit: z.object({ limitPerSecond: z.number(), worstRollingSecond: count }),
  coverage: z.object({ reportedTotal: count.nullable(), uniqueIds: count, missing: count.nullable() }),
})

const fieldValue = z.json()

const product = z.object({
  source: z.string(),
  id: z.string(),
  title: z.string().nullable(),
  price: money.nullable(),
  category: z.string().nullable(),
  stock: z.union([z.number(), z.string()]).nullable(),
  updatedAt: z.string().nullable(),
  url: z.string().nullable(),
})

export const acquisitionSummarySchema: z.ZodType<Summary> = z.object({
  kind: z.literal('acquisition'),
  version: z.literal(1),
  run: z.object({
    id: z.string(),
    startedAt: z.string(),
    finishedAt: z.string().nullable(),
    durationMs: z.number(),
    status,
    end: z.enum(['finished', 'interrupted', 'timeout']).nullable(),
    configHash: z.string(),
    version: z.string(),
  }),
  totals: z.object({
    records: count,
    rejected: count,
    duplicates: count,
    pages: count,
    requests: count,
    retries: count,
    successRate: z.number(),
  }),
  sources: z.array(source),
  records: z.array(
    z.object({ source: z.string(), id: z.string(), fields: z.record(z.string(), fieldValue) }),
  ),
  recordsTruncated: z.object({ listed: count, total: count, rest: z.string() }).exactOptional(),
  products: z.array(product).exactOptional(),
  errors: z.array(error.extend({ source: z.string() })),
  sinks: z
    .array(
      z.object({
        name: z.string(),
        status: z.enum(['delivered', 'failed', 'left']),
        records: count,
        deleted: count,
        error: z.string().nullable(),
      }),
    )
    .exactOptional(),
})
