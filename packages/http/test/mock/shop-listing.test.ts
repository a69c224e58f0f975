import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kaufhaus } from '../../src/mock/shops/kaufhaus.js'
import { makeListing } from '../../src/mock/shops/listing.js'
import { mercado } from '../../src/mock/shops/mercado.js'
import { northwind } from '../../src/mock/shops/northwind.js'
import { formatMinor } from '../../src/mock/shops/product.js'

const SHOPS = [northwind, kaufhaus, mercado]

test('the same seed gives the same listing, another seed another one', () => {
  for (const shop of SHOPS) {
    expect(makeListing(shop, 5, 25)).toEqual(makeListing(shop, 5, 25))
    expect(makeListing(shop, 5, 25).records).not.toEqual(makeListing(shop, 6, 25).records)
  }
})

test('for any seed and size the facts add up and are true of the records', () => {
  const shop = fc.constantFrom(...SHOPS)
  fc.assert(
    fc.property(shop, fc.nat(), fc.integer({ min: 1, max: 60 }), (of, seed, pages) => {
      const { records, facts } = makeListing(of, seed, pages)
      expect(records).toHaveLength(pages * 10)
      expect(facts).toMatchObject({ shop: of.name, seed, pages, records: pages * 10 })
      expect(facts.uniqueIds + facts.duplicates + facts.broken).toBe(facts.records)
      expect(facts.brokenRecords).toHaveLength(facts.broken)
      const broken = new Set(facts.brokenRecords.map(({ page, index }) => (page - 1) * 10 + index))
      const good = records.filter((_, at) => !broken.has(at))
      expect(new Set(good).size).toBe(facts.uniqueIds)
      expect(new Set(facts.ids).size).toBe(facts.uniqueIds)
    }),
    { numRuns: 60 },
  )
})

test('a duplicate repeats, unchanged, a record of an earlier page', () => {
  for (const shop of SHOPS) {
    const { records, facts } = makeListing(shop, 1, 25)
    const repeated = records.flatMap((record, at) => (records.indexOf(record) < at ? [at] : []))
    expect(repeated).toHaveLength(facts.duplicates)
    expect(facts.duplicates).toBeGreaterThanOrEqual(3)
    for (const at of repeated) {
      const first = records.indexOf(records[at] as string)
      expect(Math.floor(first / 10)).toBeLessThan(Math.floor(at / 10))
    }
  }
})

test('24 pages of each give well over 600 good products, and every kind of broken record', () => {
  const all = SHOPS.map(shop => makeListing(shop, 1, 24).facts)
  expect(all.reduce((sum, facts) => sum + facts.uniqueIds, 0)).toBeGreaterThan(650)
  all.forEach(({ brokenRecords }, at) => {
    const reasons = new Set(brokenRecords.map(({ reason }) => reason))
    expect(reasons).toEqual(new Set(SHOPS[at]?.breakages.map(({ reason }) => reason)))
  })
})

test('the prices in the facts are those of the records', () => {
  const { records, facts } = makeListing(mercado, 3, 25)
  const broken = new Set(facts.brokenRecords.map(({ page, index }) => (page - 1) * 10 + index))
  const good = [...new Set(records.filter((_, at) => !broken.has(at)))]
  const prices: Record<string, { count: number; sumMinor: number }> = {}
  for (const record of good) {
    const { currency, price_minor } = JSON.parse(record) as { currency: string; price_minor: number }
    const price = (prices[currency] ??= { count: 0, sumMinor: 0 })
    price.count++
    price.sumMinor += price_minor
  }
  expect(facts.prices).toEqual(prices)
  expect(Object.keys(prices).sort()).toEqual(['MXN', 'USD'])
})

describe('each shop has its own form', () => {
  const records = (at: number): Record<string, unknown>[] => {
    const shop = SHOPS[at] as (typeof SHOPS)[number]
    const { records: all, facts } = makeListing(shop, 1, 25)
    const broken = new Set(facts.brokenRecords.map(({ page, index }) => (page - 1) * 10 + index))
    return all.filter((_, place) => !broken.has(place)).map(one => JSON.parse(one) as Record<string, unknown>)
  }

  test('northwind: flat, prices as "$1,299.00", stock as a number', () => {
    for (const record of records(0)) {
      expect(record).toEqual({
        id: expect.stringMatching(/^NW-\d{5}$/),
        name: expect.any(String),
        price: expect.stringMatching(/^\$\d{1,3}(,\d{3})*\.\d\d$/),
        category: expect.any(String),
        stock: expect.any(Number),
        updated_at: expect.stringMatching(/^202\d-\d\d-\d\dT.*Z$/),
        url: expect.stringMatching(/^https:/),
      })
    }
    expect(records(0).some(({ price }) => String(price).includes(','))).toBe(true)
  })

  test('kaufhaus: nested, "1.299,00" with its currency, ISO dates with two offsets', () => {
    const offsets = new Set<string>()
    for (const record of records(1)) {
      const { preis, kategorie, geaendert } = record
      expect(preis).toEqual({
        betrag: expect.stringMatching(/^\d{1,3}(\.\d{3})*,\d\d$/),
        waehrung: 'EUR',
      })
      expect(kategorie).toEqual({ id: expect.any(Number), name: expect.any(String) })
      offsets.add((geaendert as string).slice(19))
    }
    expect(offsets).toEqual(new Set(['+01:00', '+02:00']))
  })

  test('kaufhaus: ids of 64 bits are bare integers that a double would confuse', () => {
    const { records: all, facts } = makeListing(kaufhaus, 1, 25)
    const digits = new Set(all.flatMap(record => /"artikelnummer":(\d+)/.exec(record)?.[1] ?? []))
    for (const id of facts.ids) expect(digits).toContain(id)
    const first = BigInt(facts.ids[0] as string)
    expect(first).toBeGreaterThan(2n ** 53n)
    expect(BigInt(facts.ids.at(-1) as string)).toBeLessThan(2n ** 63n)
    expect(new Set(facts.ids.map(Number)).size).toBe(1)
  })

  test('mercado: missing and null fields, epoch milliseconds, minor units, tags', () => {
    const all = records(2)
    for (const record of all) {
      expect(Number.isInteger(record['price_minor'])).toBe(true)
      expect(record).not.toHaveProperty('category')
    }
    for (const field of ['stock', 'tags', 'permalink']) expect(all.some(one => !(field in one))).toBe(true)
    for (const field of ['stock', 'updated_ms']) expect(all.some(one => one[field] === null)).toBe(true)
    expect(all.some(({ updated_ms }) => new Date(updated_ms as number).getUTCFullYear() === 2026)).toBe(true)
  })
})

test('money is grouped at any size', () => {
  expect([5, 99, 100, 129_900, 123_456_789].map(minor => formatMinor(minor, ',', '.'))).toEqual([
    '0.05',
    '0.99',
    '1.00',
    '1,299.00',
    '1,234,567.89',
  ])
})
