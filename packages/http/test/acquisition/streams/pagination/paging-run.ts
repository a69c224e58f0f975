import type { Notice, PageRef, StopReason } from '../../../../src/acquisition/ledger/page.js'
import type { PagingValues } from '../../../../src/acquisition/records/normalised-page.js'
import type { PaginationConfig } from '../../../../src/acquisition/streams/pagination/kinds.js'
import { paginationOf } from '../../../../src/acquisition/streams/pagination/kinds.js'
import type { PageResult, Seen } from '../../../../src/acquisition/streams/pagination/pagination.js'
import { StreamPages } from '../../../../src/acquisition/streams/stream-pages.js'
import { POLITE } from '../../../support/stream-at.js'
import type { StreamAddress } from '../../../../src/acquisition/streams/requests/stream-url.js'
import type { StreamConfig } from '../../../../src/acquisition/streams/stream-config.js'

/** Whose values are all texts. */
export type PlainStream = StreamConfig & Pick<StreamAddress, 'path' | 'query'>

export function streamWith(pagination: PaginationConfig, changes: Partial<PlainStream> = {}): PlainStream {
  return {
    name: 'shop',
    source: 'shop',
    baseUrl: 'https://shop.example/api',
    path: '/items',
    query: {},
    headers: {},
    pagination,
    records: 'items',
    mapping: { id: { type: 'string', path: 'id', required: true } },
    limits: {
      ...POLITE,
      concurrency: 4,
      timeoutMs: 1000,
      maxPageBytes: 1e6,
      maxRecordsPerPage: 1_000,
      pageTimeMs: 1_000,
      retry: { maxAttempts: 1, baseDelayMs: 1, maxDelayMs: 1, jitter: 'none' },
      breaker: { failureThreshold: 3, openStateDurationMs: 1000 },
      giveUpAfterMs: 1000,
    },
    ...changes,
  }
}

/** What a page of a test's stream holds. */
export interface ServedPage {
  readonly rows: readonly string[]
  readonly facts?: PagingValues
  readonly headers?: Readonly<Record<string, string>>
}

export function result({ rows, facts = {}, headers = {} }: ServedPage): PageResult {
  const records = rows.map(id => ({ id, updatedMs: null, json: JSON.stringify({ id }) }))
  return {
    recordCount: rows.length,
    records,
    rejects: [],
    warnings: 0,
    redactions: 0,
    paging: facts,
    fingerprint: rows.join('|'),
    headers,
  }
}

export interface Walk {
  readonly ids: readonly string[]
  readonly rows: readonly string[]
  readonly stops: readonly StopReason[]
  readonly notices: readonly Notice[]
}

/** Nothing was seen before. */
export const nothingSeen: Seen = { pages: async () => new Set(), rows: async () => [], takesOn: () => true }

/** The URL that a page is fetched from. */
export function urlOf(stream: StreamConfig, page: PageRef): string {
  return new StreamPages(stream, { id: 'run', startedAt: 0 }).url(page)
}

/** Follows a stream to its end, the way a run does: known ids are fetched once. */
export async function walk(
  stream: PlainStream,
  serve: (url: URL, page: PageRef) => ServedPage,
  limit = 1000,
  pick: (waiting: number) => number = () => 0,
): Promise<Walk> {
  const pagination = paginationOf(stream)
  const queue = [pagination.first()]
  const known = new Set(queue.map(page => page.id))
  const fingerprints = new Map<string, string[]>()
  const seen: Seen = {
    pages: async ids => new Set(ids.filter(id => known.has(id))),
    rows: async fingerprint => fingerprints.get(fingerprint) ?? [],
    takesOn: () => true,
  }
  const walked = {
    ids: [] as string[],
    rows: [] as string[],
    stops: [] as StopReason[],
    notices: [] as Notice[],
  }
  for (;;) {
    const [page] = queue.splice(pick(queue.length), 1)
    if (page === undefined) return walked
    if (walked.ids.length >= limit) throw new Error(`no end after ${limit} pages`)
    const served = serve(new URL(urlOf(stream, page)), page)
    walked.ids.push(page.id)
    walked.rows.push(...served.rows)
    const next = await pagination.next(page, result(served), seen)
    const { fingerprint } = result(served)
    fingerprints.set(fingerprint, [...(fingerprints.get(fingerprint) ?? []), page.id])
    walked.notices.push(...(next.notices ?? []))
    if (next.stop !== undefined) walked.stops.push(next.stop)
    for (const one of next.pages) if (!known.has(one.id)) queue.push(one)
    for (const one of next.pages) known.add(one.id)
  }
}

export const rowsFrom = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => `r${from + i}`)
