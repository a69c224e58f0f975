import type { NormalisedPage } from '../../../../src/acquisition/records/normalised-page.js'
import type { PaginationConfig } from '../../../../src/acquisition/streams/pagination/pagination.js'
import { paginationOf } from '../../../../src/acquisition/streams/pagination/pagination-of.js'
import type { SourceConfig } from '../../../../src/acquisition/streams/config.js'
import type { PageRef } from '../../../../src/acquisition/ledger/page.js'
import type { PagingFacts } from '../../../../src/acquisition/records/normalised-page.js'
import type { StopReason } from '../../../../src/acquisition/streams/pagination/pagination.js'

export function sourceWith(pagination: PaginationConfig, changes: Partial<SourceConfig> = {}): SourceConfig {
  return {
    name: 'shop',
    baseUrl: 'https://shop.example/api',
    path: '/items',
    query: {},
    headers: {},
    pagination,
    records: 'items',
    mapping: { id: { type: 'string', path: 'id', required: true } },
    limits: {
      ratePerSecond: 5,
      concurrency: 4,
      timeoutMs: 1000,
      maxPageBytes: 1e6,
      retry: { maxAttempts: 1, baseDelayMs: 1, maxDelayMs: 1, jitter: 'none' },
      breaker: { failureThreshold: 3, openStateDurationMs: 1000 },
      giveUpAfterMs: 1000,
    },
    ...changes,
  }
}

/** What a page of a test's source holds. */
export interface ServedPage {
  readonly rows: readonly string[]
  readonly facts?: PagingFacts
}

export function result({ rows, facts = {} }: ServedPage): NormalisedPage {
  const records = rows.map(id => ({ id, fields: { id } }))
  return {
    recordCount: rows.length,
    records,
    rejects: [],
    warnings: 0,
    redactions: 0,
    paging: facts,
    fingerprint: rows.join('|'),
  }
}

export interface Walk {
  readonly ids: readonly string[]
  readonly rows: readonly string[]
  readonly stops: readonly StopReason[]
}

/** Follows a source to its end, the way a run does: known ids are fetched once. */
export function walk(
  source: SourceConfig,
  serve: (url: URL, page: PageRef) => ServedPage,
  limit = 1000,
): Walk {
  const pagination = paginationOf(source)
  const queue = [pagination.first()]
  const known = new Set(queue.map(page => page.id))
  const fingerprints = new Set<string>()
  const walked = { ids: [] as string[], rows: [] as string[], stops: [] as StopReason[] }
  for (let page = queue.shift(); page !== undefined; page = queue.shift()) {
    if (walked.ids.length >= limit) throw new Error(`no end after ${limit} pages`)
    const served = serve(new URL(page.url), page)
    walked.ids.push(page.id)
    walked.rows.push(...served.rows)
    const next = pagination.next(
      page,
      result(served),
      id => known.has(id),
      rows => fingerprints.has(rows),
    )
    fingerprints.add(result(served).fingerprint)
    if (next.stop !== undefined) walked.stops.push(next.stop)
    for (const one of next.pages) if (!known.has(one.id)) queue.push(one)
    for (const one of next.pages) known.add(one.id)
  }
  return walked
}

export const rowsFrom = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => `r${from + i}`)
