import { describe, expect, test } from 'vitest'
import type { FetchedPage, Fetcher, StreamHealth } from '../../../src/acquisition/fetch/index.js'
import type { Claim } from '../../../src/acquisition/ledger/page.js'
import { StreamProgress } from '../../../src/acquisition/run/stream-progress.js'
import { Secrets } from '../../../src/acquisition/secrets/index.js'
import { StreamPages, UrlSecrets } from '../../../src/acquisition/streams/index.js'
import { result, streamWith } from '../streams/pagination/paging-run.js'

const stream = streamWith({
  type: 'page',
  pageParam: 'page',
  firstPage: 1,
  pageSize: 1,
  maxPages: 10_000,
  totalRecordsPath: 't',
})
const secrets = new Secrets()

function progress() {
  const run = {
    startedAt: 0,
    known: async () => new Set<string>(),
    served: async () => [],
    cursor: async () => undefined,
    addParents: async () => undefined,
    parents: async () => [],
  }
  const pages = new StreamPages(stream, { id: 'run', startedAt: 0 })
  const parts = { run, pages, urls: new UrlSecrets(stream, secrets), secrets, children: [] }
  const unused = { fetcher: {} as Fetcher, health: {} as StreamHealth, pathOf: () => '' }
  return new StreamProgress({ name: 'shop', ...parts, ...unused })
}

const claimOf = (page: number): Claim => ({
  page: { id: `shop:page=${page}`, stream: 'shop', ordinal: page, state: { page }, tries: 0, notBefore: 0 },
  worker: 'one',
  fence: page,
})

function fetched(page: number): FetchedPage {
  const content = {
    ...result({ rows: [`row ${page}`], facts: { totalRecords: 40 } }),
    fingerprint: `rows of ${page}`,
  }
  return { content, headers: {}, bytes: 1, url: '' } as unknown as FetchedPage
}

describe('StreamProgress', () => {
  test('of pages that are being committed, one makes known what all of them name; once it is settled, another may', async () => {
    const shop = progress()
    const known = async (page: number) => (await shop.commitOf(claimOf(page), fetched(page))).next.length
    expect(await Promise.all([known(2), known(3), known(4)])).toEqual([38, 0, 0])
    shop.settled(claimOf(3))
    expect(await known(5)).toBe(0)
    shop.settled(claimOf(2))
    expect(await known(6)).toBe(34)
  })
})
