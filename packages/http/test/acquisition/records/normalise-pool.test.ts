import { ClosedError } from 'async-patterns'
import { afterAll, describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/acquisition/configuration/load-config.js'
import type { ReadingInstructions } from '../../../src/acquisition/records/normalise-page.js'
import { NormalisePool } from '../../../src/acquisition/records/normalise-pool.js'
import type { NormalisedPage } from '../../../src/acquisition/records/normalised-page.js'
import { usablePage } from '../../../src/acquisition/records/normalised-page.js'
import { Secrets } from '../../../src/acquisition/secrets/secrets.js'
import { readingInstructionsOf } from '../../../src/acquisition/streams/reading-instructions.js'
import { PageInvalidError } from '../../../src/acquisition/records/page-invalid-error.js'

const { config } = parseConfig(
  `
sources:
  - name: shop
    baseUrl: http://127.0.0.1:1
    pagination: { type: linkHeader }
    records: items
    total: total
    mapping: { id: { path: id, type: integer }, title: { path: title } }
`,
  'test.yaml',
)
const instructions = config.sources.map(readingInstructionsOf)
const pool = new NormalisePool(instructions, { workers: 2 })

/** The page's records, or what is wrong with it as an error. */
const run = async (
  own: NormalisePool,
  ...given: Parameters<NormalisePool['read']>
): Promise<NormalisedPage> => usablePage(await own.read(...given))
afterAll(() => pool.close())

const page = (ids: readonly (number | bigint)[]) =>
  new TextEncoder().encode(`{"items":[${ids.map(id => `{"id":${id}}`).join(',')}]}`)

describe('NormalisePool', () => {
  test('normalises in its threads, with what the headers say', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-16le' }
    const bytes = new Uint8Array(Buffer.from(Buffer.from(page([1, 9007199254740993n])).toString(), 'utf16le'))
    const result = await run(pool, bytes, 'shop', headers)
    expect(result.records.map(record => record.id)).toEqual(['1', '9007199254740993'])
  })

  test('A-14 takes what was learnt during the run out of records too', async () => {
    const secrets = new Secrets()
    await using own = new NormalisePool(instructions, { workers: 1, secrets })
    const echo = () => new TextEncoder().encode('{"items":[{"id":1,"title":"with minted-token"}]}')
    const before = await run(own, echo(), 'shop')
    secrets.add('minted-token')
    const after = await run(own, echo(), 'shop')
    expect([before, after].map(({ records }) => records[0]?.fields['title'])).toEqual([
      'with minted-token',
      'with [redacted]',
    ])
    expect([before.redactions, after.redactions]).toEqual([0, 1])
  })

  test('transfers the bytes: the caller has them no more', async () => {
    const bytes = page([1])
    await run(pool, bytes, 'shop')
    expect(bytes.byteLength).toBe(0)
  })

  test('a slice of a larger buffer is copied, its neighbours stay', async () => {
    const body = Buffer.from(`__${Buffer.from(page([7])).toString()}__`)
    const result = await run(pool, body.subarray(2, -2), 'shop')
    expect(result.records.map(record => record.id)).toEqual(['7'])
    expect(body.toString()).toMatch(/^__.*__$/)
  })

  test('A-8 an invalid page comes back as PageInvalidError with its code', async () => {
    const error = await run(pool, new TextEncoder().encode('<html>'), 'shop').catch(
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(PageInvalidError)
    expect(error).toMatchObject({ code: 'MARKUP_NOT_JSON', message: expect.stringContaining('<html>') })
  })

  test('many pages at once come back each to its caller', async () => {
    const results = await Promise.all(Array.from({ length: 200 }, (_, id) => run(pool, page([id]), 'shop')))
    expect(results.map(result => result.records[0]?.id)).toEqual(results.map((_, id) => String(id)))
  })

  test('a thread that dies takes its own page only, and is replaced', async () => {
    await using small = new NormalisePool(instructions, { workers: 2, maxHeapMiB: 8 })
    const huge = new TextEncoder().encode(`{"items":[${'{},'.repeat(1_000_000)}{}]}`)
    const [dead, alive] = await Promise.allSettled([run(small, huge, 'shop'), run(small, page([1]), 'shop')])
    expect(dead).toMatchObject({ status: 'rejected', reason: { code: 'WORKER_DIED' } })
    expect(alive).toMatchObject({ status: 'fulfilled' })
    const later = await Promise.all([2, 3, 4].map(id => run(small, page([id]), 'shop')))
    expect(later.map(result => result.recordCount)).toEqual([1, 1, 1])
  })

  test('refuses instructions that no thread could compile', () => {
    const [shop] = instructions as [ReadingInstructions]
    expect(() => new NormalisePool([{ ...shop, records: 'a..b' }])).toThrow(TypeError)
  })

  test('a page of an unknown stream fails by its own error', async () => {
    await expect(run(pool, page([1]), 'nobody')).rejects.toThrow('"nobody"')
  })

  test('takes nothing after close, finishes what it has, and closes twice', async () => {
    const own = new NormalisePool(instructions, { workers: 1 })
    const inHand = run(own, page([1]), 'shop')
    await Promise.all([own.close(), own.close()])
    await expect(inHand).resolves.toMatchObject({ recordCount: 1 })
    await expect(run(own, page([1]), 'shop')).rejects.toBeInstanceOf(ClosedError)
  })

  test('refuses a count of workers that is none', () => {
    expect(() => new NormalisePool(instructions, { workers: 0 })).toThrow(RangeError)
    expect(() => new NormalisePool(instructions, { workers: 1.5 })).toThrow(RangeError)
  })
})
