import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RejectedRow } from '../../src/acquisition/ledger/ledger.js'
import type { Summary } from '../../src/measurements/index.js'
import { readMeasurement } from '../../src/measurements/index.js'
import type { ShopServer } from '../../src/mock/index.js'
import { startShops } from '../../src/mock/index.js'
import {
  acquired,
  exampleConfig,
  outputFolder,
  productsOf,
  QUICK,
  withLimits,
  worstArrivals,
} from '../support/acquire-rig.js'
import { Stalls } from '../support/stalls.js'
import { expectSummary } from '../support/summary-schema.js'

async function summaryOnDisk(output: string): Promise<Summary> {
  const summary = JSON.parse(await readFile(join(output, 'summary.json'), 'utf8')) as Summary
  expectSummary(summary)
  return summary
}

function sourceOf(summary: Summary, { name }: ShopServer): Summary['sources'][number] {
  return summary.sources.find(source => source.name === name) as Summary['sources'][number]
}

function averages({ facts }: ShopServer): Record<string, string> {
  const averageOf = ({ count, sumMinor }: { count: number; sumMinor: number }) =>
    (Math.round(sumMinor / count) / 100).toFixed(2)
  return Object.fromEntries(Object.entries(facts.prices).map(([currency, sum]) => [currency, averageOf(sum)]))
}

describe('acquire', () => {
  test('takes all that three shops have, counted as they count it', async () => {
    await using shops = await startShops()
    await using output = await outputFolder()
    const config = await exampleConfig(shops, output.path, QUICK)
    const { summary, events } = await acquired(config)
    expect(summary.run.status).toBe('complete')
    expect(await summaryOnDisk(output.path)).toEqual(summary)
    for (const shop of shops.all) {
      const { records, uniqueIds, broken, duplicates } = shop.facts
      expect(sourceOf(summary, shop)).toMatchObject({
        status: 'complete',
        fetched: records,
        accepted: uniqueIds,
        rejected: broken,
        duplicates,
        pages: 25,
        requests: shop.requests.length,
        retries: 0,
        averages: { price: averages(shop), stock: expect.any(String) },
      })
    }
    expect(productsOf(summary)).toHaveLength(summary.totals.records)
    expect(summary.totals.successRate).toBe(1)
    expect(events.at(0)?.type).toBe('run-opened')
    expect(events.at(-1)).toEqual({ type: 'finished', status: 'complete' })
  })

  test('what it leaves is read again, whole', async () => {
    await using shops = await startShops({ pages: 2 })
    await using output = await outputFolder()
    const { summary } = await acquired(await exampleConfig(shops, output.path, QUICK))
    expect(await readMeasurement(join(output.path, 'summary.json'))).toEqual(summary)
  })

  test('A-3 broken records go to the reject file with reason and raw value; all others arrive', async () => {
    await using shops = await startShops()
    await using output = await outputFolder()
    await acquired(await exampleConfig(shops, output.path, QUICK))
    const lines = (await readFile(join(output.path, 'rejected.jsonl'), 'utf8')).trimEnd().split('\n')
    const rows = lines.map(line => JSON.parse(line) as RejectedRow & { source: string })
    for (const shop of shops.all) {
      const own = rows.filter(row => row.source === shop.name)
      expect(own.map(row => row.index)).toEqual(shop.facts.brokenRecords.map(record => record.index))
      for (const row of own) {
        expect(row.code).toMatch(/^[A-Z_]+$/)
        expect(row.reason).not.toBe('')
        expect(row).toHaveProperty('raw')
      }
    }
  })

  test('A-11 ids of 64 bits arrive whole, and prices as decimal strings', async () => {
    await using shops = await startShops({ pages: 2 })
    await using output = await outputFolder()
    const { summary } = await acquired(await exampleConfig(shops, output.path, QUICK))
    const kaufhaus = productsOf(summary).filter(product => product.source === 'kaufhaus')
    expect(kaufhaus.every(product => /^922337203685\d{7}$/.test(product.id))).toBe(true)
    expect(new Set(kaufhaus.map(product => product.id)).size).toBe(kaufhaus.length)
    expect(kaufhaus.every(product => /^\d+\.\d{2}$/.test(product.price?.amount ?? ''))).toBe(true)
  })

  test('follows a complete run with a new one that upserts, and fetches everything again', async () => {
    await using shops = await startShops({ pages: 3 })
    await using output = await outputFolder()
    const config = await exampleConfig(shops, output.path, QUICK)
    const { summary: first } = await acquired(config)
    const { summary: second } = await acquired(config)
    expect(second.run.id).not.toBe(first.run.id)
    expect(second.records).toEqual(first.records)
    expect(shops.northwind.requests).toHaveLength(6)
  })

  test('N-34 takes a changed mapping after a complete run, with a new run on the same ledger', async () => {
    await using shops = await startShops({ pages: 2 })
    await using output = await outputFolder()
    const config = await exampleConfig(shops, output.path, QUICK)
    const { summary: first } = await acquired(config)
    const [northwind, ...others] = config.streams
    if (northwind === undefined) throw new Error('no source')
    const { stock: _stock, ...mapping } = northwind.mapping ?? {}
    const changed = { ...config, streams: [{ ...northwind, mapping }, ...others] }
    const { summary } = await acquired(changed)
    expect(summary.run.id).not.toBe(first.run.id)
    expect(summary.run.status).toBe('complete')
    expect(productsOf(summary).find(product => product.source === 'northwind')?.stock).toBeNull()
  })

  test('takes other limits without complaint: they do not decide which data are taken', async () => {
    await using shops = await startShops({ pages: 2 })
    await using output = await outputFolder()
    const config = await exampleConfig(shops, output.path, QUICK)
    await acquired(config)
    const { summary } = await acquired(withLimits(config, { ratePerSecond: 100 }))
    expect(summary.sources[0]?.rateLimit.limitPerSecond).toBe(100)
  })

  test.each([1, 4])(
    'A-4 keeps the rate in every rolling second from an idle start, and wastes none of it, with %i workers',
    async workers => {
      const [rate, pages, latencyMs] = [25, 51, 20]
      using stalls = new Stalls()
      await using shops = await startShops({ pages, behaviour: { latency: latencyMs } })
      await using output = await outputFolder()
      const config = await exampleConfig(shops, output.path, { ...QUICK, ratePerSecond: rate })
      const { summary } = await acquired({ ...config, workers })
      for (const [index, shop] of shops.all.entries()) {
        expect(worstArrivals(shop.requests, stalls)).toBeLessThanOrEqual(rate)
        expect(summary.sources[index]?.rateLimit.worstRollingSecond).toBeLessThanOrEqual(rate)
      }
      const arrivals = shops.all.flatMap(shop => shop.requests.map(request => request.at))
      const tookMs = Math.max(...arrivals) - Math.min(...arrivals)
      expect(tookMs).toBeLessThanOrEqual(1.15 * ((pages - 1) / rate) * 1_000 + latencyMs + stalls.totalMs)
    },
  )

  test('shares the limit among sources of one endpoint', async () => {
    using stalls = new Stalls()
    await using shops = await startShops({ pages: 15 })
    await using output = await outputFolder()
    const config = await exampleConfig(shops, output.path, { ...QUICK, ratePerSecond: 20 })
    const [northwind] = config.streams
    if (northwind === undefined) throw new Error('no source')
    const twins = ['one', 'two'].map(name => ({ ...northwind, name }))
    const { summary } = await acquired({ ...config, streams: twins })
    expect(summary.run.status).toBe('complete')
    expect(worstArrivals(shops.northwind.requests, stalls)).toBeLessThanOrEqual(20)
    const worst = summary.sources.map(source => source.rateLimit.worstRollingSecond)
    expect(worst[0]).toBe(worst[1])
    expect(worst[0]).toBeLessThanOrEqual(20)
    expect(worst[0]).toBeGreaterThan(10)
  })
})
