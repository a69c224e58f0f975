import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ReadingHooks } from '../../../../src/acquisition/records/hooks/reading-hooks.js'
import { loadHooks } from '../../../../src/acquisition/records/hooks/load-hooks.js'
import { NormalisePool } from '../../../../src/acquisition/records/normalise-pool.js'
import { computingReader } from '../../../../src/acquisition/records/normalise-page.js'
import type { PageReading } from '../../../../src/acquisition/records/normalised-page.js'
import { usablePage } from '../../../../src/acquisition/records/normalised-page.js'
import { PageReaders } from '../../../../src/acquisition/records/page-readers.js'
import type { PageContext } from '../../../../src/acquisition/records/page-context.js'
import type { ReadingInstructions } from '../../../../src/acquisition/records/reading-instructions.js'
import { Secrets } from '../../../../src/acquisition/secrets/secrets.js'
import { context } from '../page-rig.js'

const instructions = (changes: Partial<ReadingInstructions> = {}): ReadingInstructions => ({
  stream: 'acme.items',
  records: '',
  observe: [],
  paging: {},
  id: 'id',
  ...changes,
})

const bytesOf = (body: string): Uint8Array => new Uint8Array(Buffer.from(body))

function reading(
  body: string,
  functions: ReadingHooks,
  changes: Partial<ReadingInstructions> = {},
  told: Partial<PageContext> = {},
): Promise<PageReading> {
  const whole = instructions({ hooks: { functions }, ...changes })
  const read = computingReader(whole, new Secrets(), Infinity, functions)
  return read(bytesOf(body), { 'content-type': 'application/json', 'x-next': 'two' }, { ...context, ...told })
}

async function fieldsOf(...given: Parameters<typeof reading>): Promise<unknown[]> {
  const page = usablePage(await reading(...given))
  return page.records.map(({ json }) => JSON.parse(json) as unknown)
}

const wrong = async (...given: Parameters<typeof reading>): Promise<string> => {
  const read = await reading(...given)
  return read.ok ? 'nothing is wrong' : `${read.code}: ${read.message}`
}

describe('extract', () => {
  test.each<[string, ReadingHooks['extract'] & object]>([
    ['a list', ({ body }) => (body as { data: object[] }).data],
    ['a promise of one', async ({ body }) => (body as { data: object[] }).data],
    [
      'what is iterated later',
      async function* ({ body }) {
        yield* (body as { data: object[] }).data
      },
    ],
  ])('takes the records from the body: %s', async (_, extract) => {
    expect(await fieldsOf('{"data":[{"id":1},{"id":2}]}', { extract })).toEqual([{ id: 1 }, { id: 2 }])
  })

  test('takes them from a text that is no JSON, and from headers', async () => {
    const extract: ReadingHooks['extract'] = ({ text, headers, bytes }) =>
      Array.from(text.matchAll(/<id>(\d+)<\/id>/g), ([, id]) => ({
        id,
        next: headers['x-next'],
        of: bytes.length,
      }))
    expect(await fieldsOf('<r><id>1</id><id>2</id></r>', { extract })).toEqual([
      { id: '1', next: 'two', of: 27 },
      { id: '2', next: 'two', of: 27 },
    ])
  })

  test('numbers that a double does not hold are texts in the body, and dates become texts', async () => {
    const extract: ReadingHooks['extract'] = ({ body }) => [{ ...(body as object), at: new Date(0) }]
    expect(await fieldsOf('{"id":12345678901234567890,"price":1.10}', { extract })).toEqual([
      { id: '12345678901234567890', price: 1.1, at: '1970-01-01T00:00:00.000Z' },
    ])
  })

  test('has the rows of a table as the body', async () => {
    const extract: ReadingHooks['extract'] = ({ body }) =>
      (body as { id: string }[]).filter(({ id }) => id !== 'b')
    const read = computingReader(
      instructions({ format: { type: 'csv' }, hooks: { functions: { extract } } }),
      new Secrets(),
      Infinity,
      { extract },
    )
    const page = usablePage(await read(bytesOf('id\na\nb\nc\n'), { 'content-type': 'text/csv' }, context))
    expect(page.records.map(({ id }) => id)).toEqual(['a', 'c'])
  })

  test('a body that it asks for and that is none fails as without it', async () => {
    expect(await wrong('<html>', { extract: ({ body }) => [body] })).toMatch(/^MARKUP_NOT_JSON/)
    expect(await wrong('', { extract: ({ body }) => [body] })).toMatch(/^EMPTY_BODY/)
  })

  test.each<[string, ReadingHooks['extract'] & object, string]>([
    ['no list', () => 7 as never, 'returned 7; allowed is a list of records'],
    ['nothing', () => undefined as never, 'returned undefined; allowed is a list of records'],
    ['what has no JSON', () => [() => 1], 'threw: a function has no JSON'],
    [
      'an error',
      () => {
        throw new Error('no such sheet')
      },
      'threw: no such sheet (page-hooks.test.ts:',
    ],
    [
      'a text that is thrown',
      () => {
        // oxlint-disable-next-line no-throw-literal
        throw 'no sheet' as never
      },
      'threw no sheet',
    ],
  ])('what is wrong with it names the stream and the hook: %s', async (_, extract, problem) => {
    const told = await wrong('[]', { extract })
    expect(told).toContain(`HOOK_FAILED: hooks.extract of acme.items ${problem}`)
  })

  test('no page has more records than are allowed', async () => {
    expect(await wrong('[]', { extract: () => [{ id: 1 }, { id: 2 }] }, { maxRecords: 1 })).toMatch(
      /^TOO_MANY_RECORDS/,
    )
  })

  test('a page without records is an empty page, whatever its body says', async () => {
    const read = await reading('{"code":500,"data":null}', { extract: () => [] })
    expect(read).toMatchObject({ ok: true, page: { recordCount: 0 } })
    expect(read).not.toHaveProperty('isNull')
  })
})

describe('transform', () => {
  test('makes another record of each, before where, and knows where it stands', async () => {
    const transform: ReadingHooks['transform'] = (
      record,
      { stream, page, parts, since, until, now, run },
    ) => ({
      ...record,
      told: [stream, page.number, page.state, parts, since, until, now, run],
      open: record['state'] === 'open',
    })
    const told = {
      page: { number: 3, state: { seen: 7 } },
      partition: { 'project.id': '17', state: '"open"', '#': '"mark"' },
      window: { since: '2026-01-01', until: '2026-02-01' },
    }
    const body = '[{"id":1,"state":"open"},{"id":2,"state":"closed"}]'
    expect(await fieldsOf(body, { transform }, { where: { path: 'open', is: true } }, told)).toEqual([
      {
        id: 1,
        state: 'open',
        open: true,
        told: [
          'acme.items',
          3,
          { seen: 7 },
          { project: { id: 17 }, state: 'open' },
          '2026-01-01',
          '2026-02-01',
          context.now,
          context.run,
        ],
      },
    ])
  })

  test('leaves out what it makes nothing of, and rejects what it cannot take', async () => {
    const transform: ReadingHooks['transform'] = async ({ id }) => {
      if (id === 1) return undefined
      if (id === 2) throw new TypeError('no price')
      if (id === 3) return [] as object
      if (id === 4) return { id: 10n }
      return { id }
    }
    const page = usablePage(await reading('[{"id":1},{"id":2},{"id":3},{"id":4},{"id":5},6]', { transform }))
    expect(page).toMatchObject({ recordCount: 6, filtered: 1 })
    expect(page.records.map(({ id }) => id)).toEqual(['5'])
    expect(
      page.rejects.map(({ index, code, reason, raw }) => [index, code, reason.replace(/ \(.*/, ''), raw]),
    ).toEqual([
      [1, 'HOOK_FAILED', 'hooks.transform threw: no price', '{"id":2}'],
      [2, 'HOOK_FAILED', 'hooks.transform returned []; allowed is a record or undefined', '{"id":3}'],
      [3, 'HOOK_FAILED', 'hooks.transform threw: Do not know how to serialize a BigInt', '{"id":4}'],
      [5, 'NOT_A_RECORD', '6 is not an object', '6'],
    ])
  })

  test('computed fields see what it made', async () => {
    const transform: ReadingHooks['transform'] = record => ({ ...record, price: 2 })
    expect(await fieldsOf('[{"id":1}]', { transform }, { add: { twice: { expr: 'price * 2' } } })).toEqual([
      { id: 1, price: 2, twice: 4 },
    ])
  })

  test('an unreadable row of a table stays one', async () => {
    const read = computingReader(
      instructions({ format: { type: 'csv' }, hooks: { functions: { transform: row => row } } }),
      new Secrets(),
      Infinity,
      { transform: row => row },
    )
    const page = usablePage(await read(bytesOf('id,b\n1,2\n3\n'), { 'content-type': 'text/csv' }, context))
    expect(page.records.map(({ id }) => id)).toEqual(['1'])
    expect(page.rejects.map(({ code }) => code)).not.toContain('HOOK_FAILED')
  })
})

describe('paginate', () => {
  const next = async (paginate: ReadingHooks['paginate'] & object, body = '[{"id":1}]'): Promise<unknown> =>
    usablePage(await reading(body, { paginate }, {}, { page: { number: 2, state: { at: 1 } } })).paging.next

  test('says what the next page is asked for with, by body, records, headers and state', async () => {
    const answer = await next(({ body, records, headers }, { page }) => ({
      query: { after: (records.at(-1) as { id: number }).id, of: (body as unknown[]).length },
      headers: { 'x-page': headers['x-next'] ?? '' },
      state: { at: (page.state as { at: number }).at + page.number },
    }))
    expect(JSON.parse(String(answer))).toEqual({
      query: { after: 1, of: 1 },
      headers: { 'x-page': 'two' },
      state: { at: 3 },
    })
  })

  test('ends with nothing', async () => {
    expect(await next(() => undefined)).toBeNull()
    expect(await next(async () => null)).toBeNull()
  })

  test('sees the rows of a table, although they are read', async () => {
    const paginate: ReadingHooks['paginate'] = ({ body, records }) => ({
      state: [(body as unknown[]).length, records.length],
    })
    const read = computingReader(
      instructions({ format: { type: 'ndjson' }, hooks: { functions: { paginate } } }),
      new Secrets(),
      Infinity,
      { paginate },
    )
    const page = usablePage(await read(bytesOf('{"id":1}\n{"id":2}\n'), {}, context))
    expect(page.paging.next).toBe('{"state":[2,2]}')
  })

  test.each<[unknown, string]>([
    [
      7,
      'returned 7; allowed is undefined at the end, or an object with query, headers, body, path, url, state',
    ],
    [{ after: 1 }, 'returned an unknown key after; allowed are query, headers, body, path, url, state'],
    [{ path: '' }, 'returned the path ""; allowed is a text'],
    [{ url: 7 }, 'returned the url 7; allowed is a text'],
    [{ url: '/x', query: {} }, 'returned a url with query or path'],
    [{ query: [1] }, 'returned the query [1]; allowed is an object of texts and numbers'],
    [{ headers: { a: true } }, 'returned headers.a true; allowed is a text or a number'],
    [{ body: { a: Number.NaN } }, 'returned body.a null; allowed is a text or a number'],
    [{ state: 1n }, 'returned a state that has no JSON'],
  ])('what is wrong with its answer is told: %s', async (answer, problem) => {
    expect(await wrong('[]', { paginate: () => answer as never })).toContain(
      `HOOK_FAILED: hooks.paginate of acme.items ${problem}`,
    )
  })
})

describe('hooks of a module', () => {
  let folder: string
  let url: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hooks-'))
    const file = join(folder, 'pipeline.mjs')
    await writeFile(
      file,
      `let pages = 0
      export default { sources: [{ hooks: {
        extract: ({ body }) => { pages += 1; return body.data },
        transform: record => {
          if (record.id === 'loop') for (;;);
          return { ...record, pages }
        } } }] }`,
    )
    url = pathToFileURL(file).href
  })
  afterAll(() => rm(folder, { recursive: true }))

  const at = (...places: readonly (readonly [name: string, at: readonly (string | number)[]])[]) => ({
    module: { url, places: Object.fromEntries(places) },
  })
  const both = () =>
    at(
      ['extract', ['sources', 0, 'hooks', 'extract']],
      ['transform', ['sources', 0, 'hooks', 'transform']],
      ['authorize', ['sources', 0, 'hooks', 'authorize']],
    )

  test('are read in a thread, under the time of a page', async () => {
    await using pool = new NormalisePool([instructions({ hooks: both(), timeMs: 500 })], { workers: 1 })
    await pool.ready()
    const page = usablePage(await pool.read(bytesOf('{"data":[{"id":"a"}]}'), 'acme.items'))
    expect(page.records.map(({ json }) => json)).toEqual(['{"id":"a","pages":1}'])
    const slow = await pool.read(bytesOf('{"data":[{"id":"loop"}]}'), 'acme.items')
    expect(slow).toMatchObject({ ok: false, code: 'TOO_SLOW' })
    // The thread that took its place has imported the module anew.
    const again = usablePage(await pool.read(bytesOf('{"data":[{"id":"b"}]}'), 'acme.items'))
    expect(again.records.map(({ json }) => json)).toEqual(['{"id":"b","pages":1}'])
  })

  test('are the same in this thread', async () => {
    const readers = new PageReaders([instructions({ hooks: both() })])
    await readers.ready()
    const task = { stream: 'acme.items', bytes: bytesOf('{"data":[{"id":"a"}]}'), headers: {} }
    expect(usablePage(await readers.compute(task, [])).records).toHaveLength(1)
    expect(usablePage(await readers.compute(task, [])).records).toHaveLength(1)
  })

  test('what is not there, or cannot be imported, fails each page by name', async () => {
    const lost = instructions({ hooks: at(['transform', ['sources', 7, 'hooks', 'transform']]) })
    const task = { stream: 'acme.items', bytes: bytesOf('[]'), headers: {} }
    expect(await new PageReaders([lost]).compute(task, [])).toMatchObject({
      ok: false,
      code: 'HOOK_FAILED',
      message: expect.stringMatching(/^hooks\.transform of acme\.items is no function where a worker thread/),
    })
    await expect(loadHooks({ url: `${url}.mjs`, places: {} }, 'acme.items')).rejects.toThrow(
      /of acme\.items cannot be imported in a worker thread: the module threw: /,
    )
  })
})

describe('hooks that are functions of this process', () => {
  const pooled = (functions: ReadingHooks, timeMs?: number) =>
    new NormalisePool([instructions({ hooks: { functions }, timeMs }), instructions({ stream: 'other' })], {
      workers: 1,
    })

  test('read pages in it, large ones too; other streams have the threads', async () => {
    const seen: unknown[] = []
    await using pool = pooled({
      transform: record => {
        seen.push(record['id'])
        return record
      },
    })
    const large = JSON.stringify(Array.from({ length: 2_000 }, (_, id) => ({ id })))
    const page = usablePage(await pool.read(bytesOf(large), 'acme.items', { etag: 'x' }))
    expect(page.records).toHaveLength(2_000)
    expect(seen).toHaveLength(2_000)
    expect(usablePage(await pool.read(bytesOf(large), 'other')).records).toHaveLength(2_000)
  })

  test('one that never answers fails its page, and an abort does not wait for it', async () => {
    await using pool = pooled({ extract: () => new Promise<never>(() => undefined) }, 20)
    expect(await pool.read(bytesOf('[]'), 'acme.items')).toMatchObject({ ok: false, code: 'TOO_SLOW' })
    await using patient = pooled({ extract: () => new Promise<never>(() => undefined) })
    const controller = new AbortController()
    const reading = patient.read(bytesOf('[]'), 'acme.items', {}, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
  })
})
