import { createRequire } from 'node:module'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type BetterSqlite3 from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { LedgerError, LedgerLockedError } from '../../src/acquisition/ledger/ledger-errors.js'
import type { SourceSummary, Summary } from '../../src/measurements/index.js'
import type { LoggedRequest, ShopName } from '../../src/mock/index.js'
import { startShops } from '../../src/mock/index.js'
import { acquired, exampleConfig, outputFolder, QUICK } from '../support/acquire-rig.js'
import { Stalls } from '../support/stalls.js'

const source = (summary: Summary, name: ShopName): SourceSummary =>
  summary.sources.find(one => one.name === name) as SourceSummary

const gapsOf = (requests: readonly LoggedRequest[]): number[] =>
  requests.slice(1).map((request, index) => request.at - (requests[index]?.at ?? 0))

const pagesOf = (requests: readonly LoggedRequest[]) => requests.map(request => request.page)

/** One of the example's sources alone. */
const only = async (name: ShopName, ...given: Parameters<typeof exampleConfig>) => {
  const config = await exampleConfig(...given)
  return { ...config, streams: config.streams.filter(one => one.name === name) }
}

describe('acquire under faults', () => {
  test('A-5 one dead endpoint does not slow the others', async () => {
    using stalls = new Stalls()
    const behaviours = { kaufhaus: { outages: [{ fromMs: 0, fault: { kind: 'reset' } as const }] } }
    await using shops = await startShops({ pages: 20, behaviours })
    await using output = await outputFolder()
    const rate = 20
    const { summary } = await acquired(
      await exampleConfig(shops, output.path, { ...QUICK, ratePerSecond: rate }),
    )
    expect(summary.run.status).toBe('partial')
    expect(source(summary, 'kaufhaus')).toMatchObject({ status: 'failed', pages: 0, accepted: 0 })
    expect(source(summary, 'kaufhaus').errors[0]?.code).toMatch(/ECONNRESET|CONNECTION_CLOSED/)
    for (const name of ['northwind', 'mercado'] as const) {
      const { requests } = shops[name]
      expect(source(summary, name)).toMatchObject({ status: 'complete', pages: 20 })
      const tookMs = (requests.at(-1)?.at ?? 0) - (requests[0]?.at ?? 0)
      expect(tookMs).toBeLessThanOrEqual((1.15 * 19 * 1_000) / rate + stalls.totalMs)
    }
  })

  test('says failed when every source failed', async () => {
    await using shops = await startShops({ pages: 2, behaviour: { errorRate: 1 } })
    await using output = await outputFolder()
    const { summary } = await acquired(await exampleConfig(shops, output.path, QUICK))
    expect(summary.run.status).toBe('failed')
    expect(summary.totals).toMatchObject({ pages: 0, records: 0, successRate: 0 })
  })

  test('A-9 the breaker sees every attempt: it opens after three, lets nothing through while open, and recovers', async () => {
    const fault = { kind: 'status', status: 500 } as const
    await using shops = await startShops({
      pages: 6,
      behaviour: { faults: [{ requests: [1, 2, 3], fault }] },
    })
    await using output = await outputFolder()
    const openMs = 300
    const limits = { ...QUICK, breaker: { failureThreshold: 3, openStateDurationMs: openMs } }
    const { summary } = await acquired(await only('northwind', shops, output.path, limits))
    const { breaker, status, errors } = source(summary, 'northwind')
    expect(status).toBe('complete')
    expect(errors).toMatchObject([{ code: 'HTTP_500', count: 3 }])
    expect(breaker.transitions.map(({ from, to }) => `${from}>${to}`)).toEqual([
      'closed>open',
      'open>half-open',
      'half-open>closed',
    ])
    expect(gapsOf(shops.northwind.requests)[2]).toBeGreaterThanOrEqual(openMs - 20)
    expect(breaker.state).toBe('closed')
  })

  test('A-9 429 holds back the whole source until Retry-After, spends a try, and trips nothing', async () => {
    using stalls = new Stalls()
    const fault = { kind: 'status', status: 429, retryAfterSeconds: 1 } as const
    await using shops = await startShops({
      pages: 12,
      behaviour: { faults: [{ requests: [4, 5, 6, 7], fault }] },
    })
    await using output = await outputFolder()
    const { summary } = await acquired(await only('northwind', shops, output.path, QUICK))
    const { breaker, status, retries } = source(summary, 'northwind')
    expect(status).toBe('complete')
    expect(breaker).toEqual({ state: 'closed', transitions: [] })
    expect(retries).toBe(4)
    const { requests } = shops.northwind
    const throttledAt = requests.filter(request => request.status === 429).map(request => request.at)
    const last = Math.max(...throttledAt)
    // What was on its way when the answer came still arrives.
    const inBlock = requests.filter(({ at }) => at > last + 100 + stalls.worstMs && at < last + 980)
    expect(throttledAt.length).toBe(4)
    expect(inBlock).toEqual([])
  })

  test.each([
    ['a restart', false],
    ['a restart with fresh', true],
  ])('A-9 Retry-After holds over an interruption and %s', async (_how, fresh) => {
    const fault = { kind: 'status', status: 429, retryAfterSeconds: 2 } as const
    await using shops = await startShops({ pages: 3, behaviour: { faults: [{ requests: [2], fault }] } })
    await using output = await outputFolder()
    const config = { ...(await only('northwind', shops, output.path, QUICK)), graceMs: 0 }
    const stop = new AbortController()
    const first = await acquired(config, {
      signal: stop.signal,
      onEvent: event => {
        if (event.type === 'throttled') stop.abort()
      },
    })
    expect(first.summary.run.status).toBe('interrupted')
    const throttledAt = shops.northwind.requests.find(request => request.status === 429)?.at ?? Infinity
    const earlier = shops.northwind.requests.length
    const { summary } = await acquired(config, { fresh })
    expect(summary.run.status).toBe('complete')
    expect((shops.northwind.requests[earlier]?.at ?? 0) - throttledAt).toBeGreaterThanOrEqual(1_980)
  })

  test('waits longer after each failure: once, twice, four times', async () => {
    using stalls = new Stalls()
    const fault = { kind: 'status', status: 503 } as const
    await using shops = await startShops({
      pages: 1,
      behaviour: { faults: [{ requests: [1, 2, 3], fault }] },
    })
    await using output = await outputFolder()
    const limits = {
      ...QUICK,
      retry: { maxAttempts: 4, baseDelayMs: 60, maxDelayMs: 1_000, jitter: 'none' },
    } as const
    const breaker = { failureThreshold: 10, openStateDurationMs: 1_000 }
    const { summary } = await acquired(await only('northwind', shops, output.path, { ...limits, breaker }))
    expect(summary.run.status).toBe('complete')
    for (const [index, gap] of gapsOf(shops.northwind.requests).entries()) {
      const delayMs = 60 * 2 ** index
      expect(gap).toBeGreaterThanOrEqual(delayMs - 2)
      expect(gap).toBeLessThan(delayMs + 60 + stalls.totalMs)
    }
  })

  test.each([
    ['truncate', 2, /TRUNCATED|ECONNRESET|CONNECTION_CLOSED/],
    ['malformed', 2, /TRUNCATED_JSON|INVALID_JSON/],
    ['html', 2, /MARKUP_NOT_JSON/],
    // On a later page it could be a connection that the server had closed before, which spends no try.
    ['reset', 1, /ECONNRESET|CONNECTION_CLOSED/],
    ['garbage', 2, /BAD_RESPONSE/],
    ['hang', 2, /TIMEOUT/],
  ] as const)(
    'A-8 a page that comes as %s is tried again and counted by its code',
    async (kind, page, code) => {
      await using shops = await startShops({
        pages: 3,
        behaviour: { faults: [{ page, tries: [1], fault: { kind } }] },
      })
      await using output = await outputFolder()
      const { summary } = await acquired(
        await only('northwind', shops, output.path, { ...QUICK, timeoutMs: 1_000 }),
      )
      expect(summary.run.status).toBe('complete')
      expect(summary.totals).toMatchObject({ pages: 3, requests: 4, retries: 1 })
      expect(summary.errors).toHaveLength(1)
      expect(summary.errors[0]?.code).toMatch(code)
    },
  )

  test('does not try again what cannot help, goes on with the other pages, and continues with that page alone', async () => {
    await using shops = await startShops({
      pages: 6,
      behaviour: { faults: [{ page: 3, fault: { kind: 'status', status: 404 } }] },
    })
    await using output = await outputFolder()
    const config = await only('northwind', shops, output.path, QUICK)
    const { summary: first } = await acquired(config)
    expect(first.run.status).toBe('failed')
    expect(source(first, 'northwind')).toMatchObject({ pages: 5, status: 'failed' })
    expect(first.errors).toMatchObject([{ code: 'HTTP_404', count: 1 }])
    shops.northwind.setBehaviour({})
    shops.northwind.clearRequests()
    const { summary: second } = await acquired(config)
    expect(pagesOf(shops.northwind.requests)).toEqual([3])
    expect(second.run).toMatchObject({ id: first.run.id, status: 'complete' })
    expect(second.totals.records).toBe(shops.northwind.facts.uniqueIds)
  })

  test('gives a source up whose breaker does not close, and fetches it with fresh tries the next time', async () => {
    await using shops = await startShops({ pages: 8, behaviours: { mercado: { errorRate: 1 } } })
    await using output = await outputFolder()
    const retry = { maxAttempts: 1_000, baseDelayMs: 1, maxDelayMs: 5, jitter: 'none' } as const
    const config = await exampleConfig(shops, output.path, { ...QUICK, retry })
    const { summary, events } = await acquired(config)
    expect(summary.run.status).toBe('partial')
    expect(source(summary, 'mercado').errors.map(error => error.code)).toEqual(['GAVE_UP', 'HTTP_500'])
    expect(events.map(event => event.type)).toContain('source-gave-up')
    for (const shop of shops.all) {
      shop.setBehaviour({})
      shop.clearRequests()
    }
    const { summary: second } = await acquired(config)
    expect(second.run.status).toBe('complete')
    expect(shops.northwind.requests).toEqual([])
    expect(shops.mercado.requests).toHaveLength(8)
  })

  test('A-17 an interruption lets pages in flight finish, writes the summary, and is continued without a page twice', async () => {
    await using shops = await startShops({ pages: 20, behaviour: { latency: 30 } })
    await using output = await outputFolder()
    const config = await exampleConfig(shops, output.path, { ...QUICK, ratePerSecond: 50 })
    const stop = new AbortController()
    let pages = 0
    const { summary } = await acquired(config, {
      signal: stop.signal,
      onEvent: event => {
        if (event.type === 'page-done' && (pages += 1) === 12) stop.abort()
      },
    })
    expect(summary.run.status).toBe('interrupted')
    expect(summary.totals.pages).toBe(summary.totals.requests)
    expect(JSON.parse(await readFile(join(output.path, 'summary.json'), 'utf8'))).toEqual(summary)
    const { summary: second } = await acquired(config)
    expect(second.run).toMatchObject({ id: summary.run.id, status: 'complete' })
    for (const shop of shops.all) {
      expect(pagesOf(shop.requests).sort((a, b) => Number(a) - Number(b))).toEqual(
        Array.from({ length: 20 }, (_, index) => index + 1),
      )
    }
  })

  test('A-17 a page that does not finish within the grace time is given back', async () => {
    await using shops = await startShops({
      pages: 4,
      behaviour: { faults: [{ page: 2, tries: [1], fault: { kind: 'hang' } }] },
    })
    await using output = await outputFolder()
    const config = { ...(await only('northwind', shops, output.path, QUICK)), graceMs: 100 }
    using stalls = new Stalls()
    const stop = new AbortController()
    let stoppedAt = 0
    const { summary } = await acquired(config, {
      signal: stop.signal,
      onEvent: event => {
        if (event.type !== 'page-done' || event.openPages !== 1) return
        stoppedAt = performance.now()
        stop.abort()
      },
    })
    expect(summary.run).toMatchObject({ status: 'interrupted' })
    expect(performance.now() - stoppedAt).toBeLessThan(2_000 + stalls.totalMs)
    const { summary: second } = await acquired(config)
    expect(second.run.status).toBe('complete')
    expect(second.totals.records).toBe(shops.northwind.facts.uniqueIds)
  })

  test('ends with status partial when the total time is over', async () => {
    await using shops = await startShops({ pages: 60 })
    await using output = await outputFolder()
    // Half of the time that all pages take, and enough for one of them on a busy machine.
    const config = await exampleConfig(shops, output.path, { ...QUICK, ratePerSecond: 20 })
    const { summary, events } = await acquired({ ...config, timeoutMs: 1_500 })
    expect(summary.run.status).toBe('partial')
    expect(events).toContainEqual({ type: 'stopping', reason: 'timeout', graceMs: config.graceMs })
    expect(summary.totals.pages).toBeGreaterThan(0)
    expect(summary.totals.pages).toBeLessThan(180)
  })

  test('A-16 a second run on the same output is refused while the first goes on', async () => {
    await using shops = await startShops({ pages: 3 })
    await using output = await outputFolder()
    const config = await exampleConfig(shops, output.path, QUICK)
    let second: Promise<unknown> | undefined
    const { summary } = await acquired(config, {
      onEvent: event => {
        if (event.type !== 'run-opened') return
        second = acquired(config)
        second.catch(() => undefined)
      },
    })
    await expect(second).rejects.toThrow(LedgerLockedError)
    expect(summary.run.status).toBe('complete')
  })

  test('A-16 an output that cannot be written is a clear error', async () => {
    await using shops = await startShops({ pages: 1 })
    await using output = await outputFolder()
    await writeFile(join(output.path, 'file'), '')
    const run = acquired(await exampleConfig(shops, join(output.path, 'file'), QUICK))
    await expect(run).rejects.toThrow(LedgerError)
    expect(shops.northwind.requests).toEqual([])
  })

  test('A-16 results that cannot be written: a clear error, and the next run writes them without a request', async () => {
    await using shops = await startShops({ pages: 2 })
    await using output = await outputFolder()
    const config = await exampleConfig(shops, output.path, QUICK)
    await mkdir(join(output.path, 'summary.json', 'in the way'), { recursive: true })
    await expect(acquired(config)).rejects.toThrow(LedgerError)
    await rm(join(output.path, 'summary.json'), { recursive: true })
    for (const shop of shops.all) shop.clearRequests()
    const { summary } = await acquired(config)
    expect(summary.run.status).toBe('complete')
    expect(shops.all.flatMap(shop => shop.requests)).toEqual([])
    expect(await readdir(output.path)).toEqual(expect.not.arrayContaining([expect.stringContaining('.tmp')]))
  })

  test('A-16 a database locked in mid-run ends the run with a clear error, and the next one continues', async () => {
    const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3
    await using shops = await startShops({ pages: 10 })
    await using output = await outputFolder()
    const config = await exampleConfig(shops, output.path, QUICK)
    let other: BetterSqlite3.Database | undefined
    const run = acquired(config, {
      onEvent: event => {
        if (event.type !== 'page-done' || other !== undefined) return
        other = new Sqlite(join(output.path, 'acquire.db'))
        other.exec('begin immediate')
      },
    })
    await expect(run).rejects.toThrow('it is locked by another program')
    other?.close()
    expect(await readdir(output.path)).not.toContain('summary.json')
    const { summary } = await acquired(config)
    expect(summary.run.status).toBe('complete')
    expect(summary.totals.records).toBe(shops.all.reduce((sum, shop) => sum + shop.facts.uniqueIds, 0))
  })
})
