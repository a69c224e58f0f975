import type { PlainStream } from '../acquisition/streams/pagination/paging-run.js'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { usablePage } from '../../src/acquisition/records/normalised-page.js'
import { readingInstructionsOf } from '../../src/acquisition/streams/reading-instructions.js'
import { StreamPages } from '../../src/acquisition/streams/stream-pages.js'
import type { StreamConfig } from '../../src/acquisition/streams/stream-config.js'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import type { AcceptedRecord, RejectedRecord } from '../../src/acquisition/records/normalised-page.js'
import type { Money } from '../../src/acquisition/records/types/field-type.js'
import { pageReader } from '../../src/acquisition/records/normalise-page.js'
import { paginationOf } from '../../src/acquisition/streams/pagination/kinds.js'
import { fieldsOf } from '../acquisition/records/record-fields.js'
import type { Shops } from '../../src/mock/index.js'
import { SHOP_NAMES, startShops } from '../../src/mock/index.js'

const example = readFileSync(new URL('../../../../examples/shops.yaml', import.meta.url), 'utf8')
let shops: Shops
beforeAll(async () => {
  shops = await startShops({ seed: 7, pages: 25, behaviour: { latency: { kind: 'constant', ms: 0 } } })
})
afterAll(() => shops.close())

/** Page after page, without any policy: what mapping and pagination alone make of a shop. */
async function takeAll(stream: StreamConfig) {
  const pagination = paginationOf(stream as PlainStream)
  const read = pageReader(readingInstructionsOf(stream))
  const queue = [pagination.first()]
  const known = new Set(queue.map(page => page.id))
  const taken = { records: [] as AcceptedRecord[], rejects: [] as RejectedRecord[], pages: 0, warnings: 0 }
  for (let page = queue.shift(); page !== undefined; page = queue.shift()) {
    const response = await fetch(new StreamPages(stream, { id: 'run', startedAt: 0 }).url(page))
    const result = usablePage(read(new Uint8Array(await response.arrayBuffer())))
    taken.records.push(...result.records)
    taken.rejects.push(...result.rejects)
    taken.warnings += result.warnings
    taken.pages += 1
    const seen = {
      pages: async (ids: readonly string[]) => new Set(ids.filter(id => known.has(id))),
      rows: async () => [],
      takesOn: () => true,
    }
    const { pages } = await pagination.next(page, { ...result, headers: {} }, seen)
    for (const next of pages) {
      if (!known.has(next.id)) queue.push(next)
      known.add(next.id)
    }
  }
  return taken
}

describe('examples/shops.yaml on the mock shops', () => {
  test.each(SHOP_NAMES)(
    '%s: every good product once, every broken record rejected, every price exact',
    async name => {
      const environment = Object.fromEntries(
        SHOP_NAMES.map(shop => [`${shop.toUpperCase()}_URL`, shops.urls[shop]]),
      )
      const source = parseConfig(example, 'shops.yaml', { environment }).config.streams.find(
        one => one.name === name,
      )
      const taken = await takeAll(source as StreamConfig)
      const facts = shops[name].facts
      const products = new Map(taken.records.map(record => [record.id, fieldsOf(record)]))
      expect(taken.pages).toBe(facts.pages)
      expect([...products.keys()].sort()).toEqual([...facts.ids].sort())
      expect(taken.rejects).toHaveLength(facts.broken)
      expect(taken.records.length - products.size).toBe(facts.duplicates)
      expect(pricesOf([...products.values()])).toEqual(facts.prices)
      expect(taken.warnings).toBe(0)
    },
  )
})

function pricesOf(products: readonly ReturnType<typeof fieldsOf>[]) {
  const prices: Record<string, { count: number; sumMinor: number }> = {}
  for (const product of products) {
    const price = product['price'] as Money | null
    if (price === null) throw new Error('a product has no price')
    const known = (prices[price.currency] ??= { count: 0, sumMinor: 0 })
    known.count += 1
    known.sumMinor += Number(price.amount.replace('.', ''))
  }
  return prices
}
