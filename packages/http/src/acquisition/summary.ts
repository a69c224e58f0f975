import type { RunStatus } from './ledger.js'
import type { Money } from './mapping.js'

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
  readonly fetched: number
  readonly accepted: number
  readonly rejected: number
  readonly duplicates: number
  /** Currency to average, as a decimal string. */
  readonly averagePrice: Readonly<Record<string, string>>
  readonly errors: readonly ErrorSummary[]
  readonly breaker: { readonly state: string; readonly transitions: readonly BreakerTransition[] }
  readonly rateLimit: { readonly limitPerSecond: number; readonly worstRollingSecond: number }
  readonly coverage: {
    readonly reportedTotal: number | null
    readonly uniqueIds: number
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
