import { averageOf } from './decimal-average.js'
import type { RunEnd, RunStatus, TransitionRow } from '../ledger/ledger.js'
import type { FieldValue, Money } from '../records/mapping.js'
import { worstRollingSecond } from './rolling-second.js'
import type { ErrorSummary, ProductSummary, SourceSummary, Summary } from './summary.js'

/** How many products a summary lists; the rest stays in the ledger. */
export const LISTED_PRODUCTS = 10_000

/** What a ledger counts for one source of a run. */
export interface SourceFacts {
  readonly name: string
  readonly endpoint: string
  readonly limitPerSecond: number
  readonly donePages: number
  readonly failedPages: number
  readonly openPages: number
  /** Records that could be mapped, repeated ones included. */
  readonly takenRecords: number
  readonly rejectedRecords: number
  readonly warnings: number
  readonly redactions: number
  readonly reportedTotal: number | null
  /** 1 when the source led back to what it had served already, or did not say where it goes on. */
  readonly strayed: number | null
  /** 1 when the hard limit of pages ended the source. */
  readonly cutShort: number | null
  readonly uniqueIds: number
  readonly requests: number
  readonly retries: number
}

interface ErrorFacts {
  readonly source: string
  readonly code: string
  readonly count: number
  readonly firstAt: number
  readonly lastAt: number
}

interface PriceFacts {
  readonly source: string
  readonly currency: string
  readonly amount: string
  readonly count: number
}

export interface ProductRow {
  readonly source: string
  readonly id: string
  readonly fields: Readonly<Record<string, FieldValue>>
}

/** What a ledger holds of a run, whatever database it lives in. Times in epoch milliseconds. */
export interface RunFacts {
  readonly run: {
    readonly id: string
    readonly startedAt: number
    readonly finishedAt: number | null
    readonly now: number
    readonly end: RunEnd | null
    readonly status: RunStatus | null
    readonly configHash: string
    readonly version: string
  }
  readonly sources: readonly SourceFacts[]
  /** Prices of the products, each amount with its number of occurrences. */
  readonly prices: readonly PriceFacts[]
  /** In ascending order of time. */
  readonly departures: readonly { readonly source: string; readonly at: number }[]
  readonly errors: readonly ErrorFacts[]
  readonly transitions: readonly TransitionRow[]
  /** The first `LISTED_PRODUCTS`, by source and id. */
  readonly products: readonly ProductRow[]
  /** Where all products lie. */
  readonly productsAt: string
}

/** How a source stands: the worst of what befell its pages. */
function statusOfSource(source: SourceFacts, end: RunEnd | null): RunStatus {
  if (source.failedPages > 0 || source.strayed === 1) return 'failed'
  if (source.openPages > 0) return end === 'timeout' ? 'partial' : 'interrupted'
  return source.cutShort === 1 ? 'partial' : 'complete'
}

/** Complete or failed when every source is; an interruption counts only when it left something undone. */
export function statusOfRun(sources: readonly SourceFacts[], end: RunEnd | null): RunStatus {
  const statuses = sources.map(source => statusOfSource(source, end))
  if (statuses.every(status => status === 'complete')) return 'complete'
  const wasStopped = end === 'interrupted' || end === null
  if (wasStopped && sources.some(source => source.openPages > 0)) return 'interrupted'
  return statuses.every(status => status === 'failed') ? 'failed' : 'partial'
}

/** The summary of a run, from what its ledger holds and nothing else. */
export function summarise(facts: RunFacts): Summary {
  const groups = groupsOf(facts)
  const sources = facts.sources.map(source => summariseSource(source, facts.run.end, groups))
  const totals = totalsOf(sources)
  const listed = facts.products.length
  return {
    run: runOf(facts),
    totals,
    sources,
    products: facts.products.map(productOf),
    ...(totals.products > listed && {
      productsTruncated: { listed, total: totals.products, rest: facts.productsAt },
    }),
    errors: facts.errors.map(error => ({ source: error.source, ...errorOf(error) })),
  }
}

function runOf({ run, sources }: RunFacts): Summary['run'] {
  return {
    id: run.id,
    startedAt: isoOf(run.startedAt),
    finishedAt: run.finishedAt === null ? null : isoOf(run.finishedAt),
    durationMs: Math.max(0, Math.round((run.finishedAt ?? run.now) - run.startedAt)),
    status: run.status ?? statusOfRun(sources, run.end),
    configHash: run.configHash,
    version: run.version,
  }
}

function totalsOf(sources: readonly SourceSummary[]): Summary['totals'] {
  const sum = (pick: (source: SourceSummary) => number): number =>
    sources.reduce((total, source) => total + pick(source), 0)
  const pages = sum(source => source.pages)
  const requests = sum(source => source.requests)
  return {
    products: sum(source => source.accepted),
    rejected: sum(source => source.rejected),
    duplicates: sum(source => source.duplicates),
    pages,
    requests,
    retries: sum(source => source.retries),
    successRate: requests === 0 ? 0 : Math.min(1, pages / requests),
  }
}

function summariseSource(source: SourceFacts, end: RunEnd | null, groups: Groups): SourceSummary {
  const { uniqueIds, rejectedRecords, reportedTotal } = source
  const transitions = groups.transitions.get(source.name) ?? []
  const errors = groups.errors.get(source.name) ?? []
  return {
    name: source.name,
    status: statusOfSource(source, end),
    pages: source.donePages,
    requests: source.requests,
    retries: source.retries,
    fetched: source.takenRecords + rejectedRecords,
    accepted: uniqueIds,
    rejected: rejectedRecords,
    duplicates: source.takenRecords - uniqueIds,
    warnings: source.warnings,
    redactions: source.redactions,
    averagePrice: averagesOf(groups.prices.get(source.name) ?? []),
    errors: errors.map(errorOf),
    breaker: {
      state: transitions.at(-1)?.to ?? 'closed',
      transitions: transitions.map(({ from, to, at, cause }) => ({ from, to, at: isoOf(at), cause })),
    },
    rateLimit: {
      limitPerSecond: source.limitPerSecond,
      worstRollingSecond: groups.worstSeconds.get(source.endpoint) ?? 0,
    },
    coverage: {
      reportedTotal,
      uniqueIds,
      missing: reportedTotal === null ? null : Math.max(0, reportedTotal - uniqueIds - rejectedRecords),
    },
  }
}

/** A run's facts by source, found once: a run may have thousands of sources. */
interface Groups {
  readonly prices: ReadonlyMap<string, readonly PriceFacts[]>
  readonly errors: ReadonlyMap<string, readonly ErrorFacts[]>
  readonly transitions: ReadonlyMap<string, readonly TransitionRow[]>
  /** By endpoint: the limit is the endpoint's, so departures of all its sources count. */
  readonly worstSeconds: ReadonlyMap<string, number>
}

function groupsOf({ sources, prices, errors, transitions, departures }: RunFacts): Groups {
  const bySource = ({ source }: { readonly source: string }): string => source
  const endpoints = new Map(sources.map(source => [source.name, source.endpoint]))
  const byEndpoint = grouped(departures, ({ source }) => endpoints.get(source) ?? '')
  return {
    prices: grouped(prices, bySource),
    errors: grouped(errors, bySource),
    transitions: grouped(transitions, bySource),
    worstSeconds: new Map(
      [...byEndpoint].map(([endpoint, rows]) => [endpoint, worstRollingSecond(rows.map(({ at }) => at))]),
    ),
  }
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}

function averagesOf(prices: readonly PriceFacts[]): Record<string, string> {
  return Object.fromEntries(
    [...grouped(prices, price => price.currency)].flatMap(([currency, own]) => {
      const average = averageOf(own)
      return average === undefined ? [] : [[currency, average]]
    }),
  )
}

function errorOf({ code, count, firstAt, lastAt }: ErrorFacts): ErrorSummary {
  return { code, count, firstAt: isoOf(firstAt), lastAt: isoOf(lastAt) }
}

function productOf({ source, id, fields }: ProductRow): ProductSummary {
  return {
    source,
    id,
    title: textOf(fields['title']),
    price: moneyOf(fields['price']),
    category: textOf(fields['category']),
    stock: typeof fields['stock'] === 'number' ? fields['stock'] : null,
    updatedAt: textOf(fields['updatedAt']),
    url: textOf(fields['url']),
  }
}

function textOf(value: FieldValue | undefined): string | null {
  return value === undefined || value === null || typeof value === 'object' ? null : String(value)
}

function moneyOf(value: FieldValue | undefined): Money | null {
  return typeof value === 'object' && value !== null ? value : null
}

function isoOf(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
