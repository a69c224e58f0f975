import { gzipSync } from 'node:zlib'
import { ClosedError } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/acquisition/configuration/load-config.js'
import type { ReadingInstructions } from '../../../src/acquisition/records/reading-instructions.js'
import { NormalisePool } from '../../../src/acquisition/records/normalise-pool.js'
import { fieldsOf } from './record-fields.js'
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
const instructions = config.streams.map(stream => readingInstructionsOf(stream))
const unbounded = instructions.map(one => ({ ...one, maxRecords: Infinity, timeMs: 60_000 }))
const pool = new NormalisePool(instructions, { workers: 2 })

/** The page's records, or what is wrong with it as an error. */
const run = async (
  own: NormalisePool,
  ...given: Parameters<NormalisePool['read']>
): Promise<NormalisedPage> => usablePage(await own.read(...given))
afterAll(() => pool.close())

const encoded = (text: string) => new TextEncoder().encode(text)
const small = (ids: readonly (number | bigint)[]) =>
  encoded(`{"items":[${ids.map(id => `{"id":${id}}`).join(',')}]}`)
/** Large enough that a thread reads it. */
const large = (bytes: Uint8Array) => encoded(Buffer.from(bytes).toString() + ' '.repeat(8192))
const page = (ids: readonly (number | bigint)[]) => large(small(ids))

describe('NormalisePool', () => {
  test('normalises in its threads, with what the headers say', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-16le' }
    const bytes = new Uint8Array(Buffer.from(Buffer.from(page([1, 9007199254740993n])).toString(), 'utf16le'))
    const result = await run(pool, bytes, 'shop', headers)
    expect(result.records.map(record => record.id)).toEqual(['1', '9007199254740993'])
  })

  test.each([
    ['in a thread', large],
    ['at once', (bytes: Uint8Array) => bytes],
  ])('A-14 takes what was learnt during the run out of records too, %s', async (_, bytesOf) => {
    const secrets = new Secrets()
    await using own = new NormalisePool(instructions, { workers: 1, secrets })
    const echo = () => bytesOf(encoded('{"items":[{"id":1,"title":"with minted-token"}]}'))
    const before = await run(own, echo(), 'shop')
    secrets.add('minted-token')
    const after = await run(own, echo(), 'shop')
    expect([before, after].map(({ records }) => records.map(record => fieldsOf(record)['title'])[0])).toEqual(
      ['with minted-token', 'with [redacted]'],
    )
    expect([before.redactions, after.redactions]).toEqual([0, 1])
  })

  test('a page of many rows comes in parts, in the order of its rows', async () => {
    const stream = { ...(unbounded[0] as ReadingInstructions), records: '', format: { type: 'csv' } as const }
    await using own = new NormalisePool([stream], { workers: 1 })
    const rows = Array.from({ length: 12_345 }, (_, index) => (index % 1_000 === 7 ? 'x' : `${index},t`))
    const csv = (lines: readonly string[]) => new TextEncoder().encode(['id,title', ...lines, ''].join('\n'))
    const isBad = (row: string) => row === 'x'
    const ids = rows.filter(row => !isBad(row)).map(row => row.slice(0, -2))
    const [one, again] = [await run(own, csv(rows), 'shop'), await run(own, csv(rows), 'shop')]
    expect(one.recordCount).toBe(rows.length)
    expect(one.records.map(record => record.id)).toEqual(ids)
    expect(one.rejects.map(({ index }) => index)).toEqual(rows.flatMap((row, at) => (isBad(row) ? [at] : [])))
    expect(one.weight).toBeGreaterThan(12_000 * 150)
    expect(again).toEqual(one)
    const other = await run(own, csv(rows.with(0, '9999999,t')), 'shop')
    expect(other.fingerprint).not.toBe(one.fingerprint)
    const broken = await own.read(csv([...rows, '1,"']), 'shop')
    expect(broken).toMatchObject({ ok: false, code: 'TRUNCATED_BODY' })
    expect((await run(own, csv(['1,t']), 'shop')).records).toHaveLength(1)
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
    const error = await run(pool, encoded('<html>'), 'shop').catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(PageInvalidError)
    expect(error).toMatchObject({ code: 'MARKUP_NOT_JSON', message: expect.stringContaining('<html>') })
  })

  test('a small page is read at once, whatever the threads are at', async () => {
    await using own = new NormalisePool(unbounded, { workers: 1 })
    const busy = run(own, slowPage(), 'shop')
    const bytes = small([1, 2])
    const first = await Promise.race([busy, run(own, bytes, 'shop')])
    expect(first.records.map(({ id }) => id)).toEqual(['1', '2'])
    expect(bytes.byteLength).toBeGreaterThan(0)
  })

  test('a small page goes to a thread where a regular expression of the file looks at it', async () => {
    const [shop] = instructions as [ReadingInstructions]
    const matches = '^(a+)+$'
    const where = { not: { path: 'title', matches } }
    await using own = new NormalisePool([{ ...shop, where, timeMs: 200 }], { workers: 1 })
    const bad = encoded(`{"items":[{"id":1,"title":"${'a'.repeat(40)}!"}]}`)
    await expect(run(own, bad, 'shop')).rejects.toMatchObject({ code: 'TOO_SLOW' })
  })

  test('a small gzip file goes to a thread: nobody knows how large it is', async () => {
    const bytes = new Uint8Array(gzipSync(`{"items":[${'0,'.repeat(1_000_000)}0]}`))
    expect(bytes.byteLength).toBeLessThan(8_192)
    await run(pool, bytes, 'shop').catch(() => undefined)
    expect(bytes.byteLength).toBe(0)
  })

  test('an aborted small page is not read', async () => {
    const signal = AbortSignal.abort(new Error('given up'))
    await expect(pool.read(small([1]), 'shop', {}, { signal })).rejects.toThrow('given up')
  })

  test.each(['[', '{"items":', '0,', '{"a":0},', '"",', '1e308,', '-0.1e-300,', '"\\u0000",', '{"id":1},'])(
    'N-25 whatever a small page is made of, %j, it does not hold the event loop up',
    async unit => {
      const body = `{"items":[${unit.repeat(8_150 / unit.length)}`
      for (const text of [body, `${body}0]}`]) {
        const before = performance.now()
        await pool.read(encoded(text), 'shop')
        expect(performance.now() - before).toBeLessThan(500)
      }
    },
  )

  test('many pages at once come back each to its caller', async () => {
    const results = await Promise.all(Array.from({ length: 200 }, (_, id) => run(pool, page([id]), 'shop')))
    expect(results.map(result => result.records[0]?.id)).toEqual(results.map((_, id) => String(id)))
  })

  const codesOf = async (reads: Promise<NormalisedPage>[]): Promise<unknown[]> => {
    const settled = await Promise.allSettled(reads)
    return settled.map(read =>
      read.status === 'fulfilled' ? 'read' : (read.reason as PageInvalidError).code,
    )
  }

  test.each([1, 2])(
    'N-26 a page that outgrows the heap of its thread fails alone, of %d threads',
    async workers => {
      await using tight = new NormalisePool(unbounded, { workers, maxHeapMiB: 16 })
      // Two bytes a character, as text, as a value, and in its record.
      const heavy = () => encoded(`{"items":[{"id":1,"title":"€${'x'.repeat(5_500_000)}"}]}`)
      for (let round = 0; round < 3; round += 1) {
        const pages = [page([1]), heavy(), page([2]), page([3])]
        const codes = await codesOf(pages.map(bytes => run(tight, bytes, 'shop')))
        expect(codes).toEqual(['read', 'TOO_HEAVY', 'read', 'read'])
      }
    },
  )

  test('a page whose rows outgrow what a thread may have fails, although they come in parts', async () => {
    await using small = new NormalisePool(unbounded, { workers: 1, maxHeapMiB: 16 })
    // Each number becomes a reject, which is far heavier.
    const heavy = new TextEncoder().encode(`{"items":[${'0,'.repeat(200_000)}0]}`)
    expect(await codesOf([run(small, heavy, 'shop'), run(small, page([1]), 'shop')])).toEqual([
      'TOO_HEAVY',
      'read',
    ])
  })

  test.each([
    ['numbers', '0,'],
    ['objects', '{},'],
    ['lists', '[],'],
    ['texts', '"",'],
    ['keys', '{"a":0},'],
  ])('N-26 a page of 30 MB of %s is refused before it is parsed, or fails alone', async (_, unit) => {
    await using tight = new NormalisePool(unbounded, { workers: 1, maxHeapMiB: 128 })
    const bytes = () => encoded(`{"items":[${unit.repeat(30e6 / unit.length)}0]}`)
    expect(await codesOf([run(tight, bytes(), 'shop'), run(tight, page([1]), 'shop')])).toEqual([
      'TOO_HEAVY',
      'read',
    ])
  })

  test('N-26 a large page of ordinary records is read', async () => {
    await using own = new NormalisePool(instructions, { workers: 1 })
    const record = (id: number) =>
      `{"id":${id},"title":"${'some text, with: signs [and] {more} '.repeat(12)}"}`
    const items = Array.from({ length: 50_000 }, (_, id) => record(id))
    const result = await run(own, encoded(`{"items":[${items.join(',')}]}`), 'shop')
    expect(result.recordCount).toBe(50_000)
  })

  test('N-26 a page with more records than its stream allows is refused, and says by what', async () => {
    const [shop] = instructions as [ReadingInstructions]
    await using own = new NormalisePool([{ ...shop, maxRecords: 3 }], { workers: 1 })
    await expect(run(own, page([1, 2, 3]), 'shop')).resolves.toMatchObject({ recordCount: 3 })
    await expect(run(own, page([1, 2, 3, 4]), 'shop')).rejects.toMatchObject({
      code: 'TOO_MANY_RECORDS',
      message: 'the page has 4 records; limits.maxRecordsPerPage allows 3',
    })
  })

  /** Numbers of 16 digits are parsed exactly, which takes its time. */
  const slowPage = () => encoded(`{"items":[${'1234567890123456,'.repeat(1_000_000)}0]}`)

  test.each([1, 2])(
    'N-25 a page that takes too long is ended, and no other page notices, of %d threads',
    async workers => {
      await using own = new NormalisePool(
        [...unbounded, { ...unbounded[0], stream: 'slow', timeMs: 50 } as ReadingInstructions],
        { workers },
      )
      await own.ready()
      const reads = [run(own, page([1]), 'shop'), run(own, slowPage(), 'slow'), run(own, page([2]), 'shop')]
      expect(await codesOf(reads)).toEqual(['read', 'TOO_SLOW', 'read'])
      await expect(run(own, slowPage(), 'slow')).rejects.toThrow(/not read within 50 ms.*limits\.pageTime/)
    },
  )

  test('N-25 pages that shared the thread of a slow one are read again, each alone', async () => {
    const clock = new ManualClock()
    await using own = new NormalisePool(instructions, { workers: 1, clock })
    await own.ready()
    const reads = [1, 2, 3].map(id => run(own, page([id]), 'shop'))
    // They have gone to the thread together, and their time is over before its answer can be read.
    await Promise.resolve()
    await new Promise(resolve => {
      queueMicrotask(() => resolve(undefined))
    })
    await clock.advance(10_000)
    expect(await codesOf(reads)).toEqual(['read', 'read', 'read'])
  })

  test('N-25 neither an abort nor close waits for a thread', async () => {
    const own = new NormalisePool(unbounded, { workers: 1 })
    await own.ready()
    const given = new AbortController()
    const aborted = own.read(slowPage(), 'shop', {}, { signal: given.signal })
    given.abort(new Error('given up'))
    await expect(aborted).rejects.toThrow('given up')
    // The thread was ended with the page that nobody wanted any more.
    await expect(run(own, page([1]), 'shop')).resolves.toMatchObject({ recordCount: 1 })
    const inHand = own.read(slowPage(), 'shop')
    const closing = own.close()
    await expect(inHand).rejects.toBeInstanceOf(ClosedError)
    await closing
  })

  test('N-26 a page says what its records weigh', async () => {
    const { weight = 0 } = await run(pool, page(Array.from({ length: 1000 }, (_, id) => id)), 'shop')
    expect(weight).toBeGreaterThan(150_000)
    expect(weight).toBeLessThan(1_000_000)
  })

  test('refuses instructions that no thread could compile', () => {
    const [shop] = instructions as [ReadingInstructions]
    expect(() => new NormalisePool([{ ...shop, records: 'a..b' }])).toThrow(TypeError)
  })

  test('a page of an unknown stream fails by its own error', async () => {
    await expect(run(pool, page([1]), 'nobody')).rejects.toThrow('"nobody"')
  })

  test('takes nothing after close, and closes twice', async () => {
    const own = new NormalisePool(instructions, { workers: 1 })
    const inHand = run(own, page([1]), 'shop')
    const [, , read] = await Promise.allSettled([own.close(), own.close(), inHand])
    expect(read).toMatchObject({ status: 'rejected', reason: expect.any(ClosedError) })
    await expect(run(own, page([1]), 'shop')).rejects.toBeInstanceOf(ClosedError)
  })

  test('refuses a count of workers that is none', () => {
    expect(() => new NormalisePool(instructions, { workers: 0 })).toThrow(RangeError)
    expect(() => new NormalisePool(instructions, { workers: 1.5 })).toThrow(RangeError)
  })
})
