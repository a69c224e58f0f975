import { ClosedError } from 'async-patterns'
import { afterAll, describe, expect, test } from 'vitest'
import type { SourceConfig } from '../../../src/acquisition/streams/config.js'
import { parseConfig } from '../../../src/acquisition/configuration/load-config.js'
import { NormalisePool } from '../../../src/acquisition/records/normalise-pool.js'
import { PageInvalidError } from '../../../src/acquisition/records/page-invalid-error.js'

const { config } = parseConfig(
  `
sources:
  - name: shop
    baseUrl: http://127.0.0.1:1
    pagination: { type: linkHeader }
    records: items
    mapping: { id: { path: id, type: integer } }
`,
  'test.yaml',
)
const pool = new NormalisePool(config.sources, { workers: 2 })
afterAll(() => pool.close())

const page = (ids: readonly (number | bigint)[]) =>
  new TextEncoder().encode(`{"items":[${ids.map(id => `{"id":${id}}`).join(',')}]}`)

describe('NormalisePool', () => {
  test('normalises in its threads, with what the headers say', async () => {
    const link = '</items?page=2>; rel=next'
    const result = await pool.run(page([1, 9007199254740993n]), 'shop', { link })
    expect(result.records.map(record => record.id)).toEqual(['1', '9007199254740993'])
    expect(result.paging.next).toBe('/items?page=2')
  })

  test('transfers the bytes: the caller has them no more', async () => {
    const bytes = page([1])
    await pool.run(bytes, 'shop')
    expect(bytes.byteLength).toBe(0)
  })

  test('a slice of a larger buffer is copied, its neighbours stay', async () => {
    const body = Buffer.from(`__${Buffer.from(page([7])).toString()}__`)
    const result = await pool.run(body.subarray(2, -2), 'shop')
    expect(result.records.map(record => record.id)).toEqual(['7'])
    expect(body.toString()).toMatch(/^__.*__$/)
  })

  test('A-8 an invalid page comes back as PageInvalidError with its code', async () => {
    const error = await pool
      .run(new TextEncoder().encode('<html>'), 'shop')
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(PageInvalidError)
    expect(error).toMatchObject({ code: 'MARKUP_NOT_JSON', message: expect.stringContaining('<html>') })
  })

  test('many pages at once come back each to its caller', async () => {
    const results = await Promise.all(Array.from({ length: 200 }, (_, id) => pool.run(page([id]), 'shop')))
    expect(results.map(result => result.records[0]?.id)).toEqual(results.map((_, id) => String(id)))
  })

  test('a thread that dies takes its own page only, and is replaced', async () => {
    await using small = new NormalisePool(config.sources, { workers: 2, maxHeapMiB: 8 })
    const huge = new TextEncoder().encode(`{"items":[${'{},'.repeat(1_000_000)}{}]}`)
    const [dead, alive] = await Promise.allSettled([small.run(huge, 'shop'), small.run(page([1]), 'shop')])
    expect(dead).toMatchObject({ status: 'rejected', reason: { code: 'WORKER_DIED' } })
    expect(alive).toMatchObject({ status: 'fulfilled' })
    const later = await Promise.all([2, 3, 4].map(id => small.run(page([id]), 'shop')))
    expect(later.map(result => result.recordCount)).toEqual([1, 1, 1])
  })

  test('refuses instructions that no thread could compile', () => {
    const [shop] = config.sources as readonly [SourceConfig]
    expect(() => new NormalisePool([{ ...shop, records: 'a..b' }])).toThrow(TypeError)
  })

  test('a page of an unknown source fails by its own error', async () => {
    await expect(pool.run(page([1]), 'nobody')).rejects.toThrow('"nobody"')
  })

  test('takes nothing after close, finishes what it has, and closes twice', async () => {
    const own = new NormalisePool(config.sources, { workers: 1 })
    const inHand = own.run(page([1]), 'shop')
    await Promise.all([own.close(), own.close()])
    await expect(inHand).resolves.toMatchObject({ recordCount: 1 })
    await expect(own.run(page([1]), 'shop')).rejects.toBeInstanceOf(ClosedError)
  })

  test('refuses a count of workers that is none', () => {
    expect(() => new NormalisePool(config.sources, { workers: 0 })).toThrow(RangeError)
    expect(() => new NormalisePool(config.sources, { workers: 1.5 })).toThrow(RangeError)
  })
})
