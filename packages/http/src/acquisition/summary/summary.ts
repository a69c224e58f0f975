import type { RunStatus } from '../ledger/ledger.js'
import type { Money } from '../records/mapping.js'

/** `summary.json`, computed from the ledger alone. Times are ISO 8601. Schema: `schemas/summary.schema.json`. */
export interface Summary {
  readonly run: {
    readonly id: string
    readonly startedAt: string
    readonly finishedAt: string | null
    readonly durationMs: number
    readonly status: RunStatus
    readonly configHash: string
    readonly version: string
  }
  readonly totals: Totals
  readonly sources: readonly SourceSummary[]
  readonly products: readonly ProductSummary[]
  /** Set when there are more products than are listed: where the rest is. */
  readonly productsTruncated?: { readonly listed: number; readonly total: number; readonly rest: string }
  readonly errors: readonly SourceErrorSummary[]
}

export interface Totals {
  readonly products: number
  readonly rejected: number
  readonly duplicates: number
  readonly pages: number
  readonly requests: number
  readonly retries: number
  /** Requests answered with a page, of all requests: 0 to 1. */
  readonly successRate: number
}

export interface SourceSummary {
  readonly name: string
  readonly status: RunStatus
  readonly pages: number
  readonly requests: number
  readonly retries: number
  /** Records that came: accepted + rejected + duplicates. */
  readonly fetched: number
  /** Records with an id of their own: products. */
  readonly accepted: number
  readonly rejected: number
  /** Records whose id another record of the run has too. */
  readonly duplicates: number
  /** Optional fields that could not be read and became null. */
  readonly warnings: number
  /** Texts of its records from which a configured secret was taken, because the source echoed it. */
  readonly redactions: number
  /** Currency to the mean price of its products: a decimal string, exact but for its last place, rounded half up. */
  readonly averagePrice: Readonly<Record<string, string>>
  readonly errors: readonly ErrorSummary[]
  readonly breaker: { readonly state: string; readonly transitions: readonly BreakerTransition[] }
  /** `worstRollingSecond`: the most departures in any half-open second, over all sources of the endpoint. */
  readonly rateLimit: { readonly limitPerSecond: number; readonly worstRollingSecond: number }
  readonly coverage: {
    /** What the source says its number of records is; null when it does not say. */
    readonly reportedTotal: number | null
    readonly uniqueIds: number
    /**
     * reportedTotal - uniqueIds - rejected, not below 0. Duplicates within the source count here, since a record
     * that was served twice may stand for one that never was.
     */
    readonly missing: number | null
  }
}

export interface ErrorSummary {
  readonly code: string
  readonly count: number
  readonly firstAt: string
  readonly lastAt: string
}

export interface SourceErrorSummary extends ErrorSummary {
  readonly source: string
}

export interface BreakerTransition {
  readonly from: string
  readonly to: string
  readonly at: string
  readonly cause: string
}

export interface ProductSummary {
  readonly source: string
  readonly id: string
  readonly title: string | null
  readonly price: Money | null
  readonly category: string | null
  readonly stock: number | null
  readonly updatedAt: string | null
  readonly url: string | null
}
