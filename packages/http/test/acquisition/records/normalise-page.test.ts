import { describe, expect, test } from 'vitest'
import type { Mapping } from '../../../src/acquisition/records/mapping.js'
import { defaultRules, observedPaths, ResponseRules } from '../../../src/acquisition/fetch/response-rules.js'
import { fieldsOf } from './record-fields.js'
import type { NormalisedPage } from '../../../src/acquisition/records/normalised-page.js'
import { usablePage } from '../../../src/acquisition/records/normalised-page.js'
import type { ReadingInstructions } from '../../../src/acquisition/records/reading-instructions.js'
import { pageReader } from '../../../src/acquisition/records/normalise-page.js'
import { Secrets } from '../../../src/acquisition/secrets/secrets.js'
import { PageInvalidError } from '../../../src/acquisition/records/page-invalid-error.js'

const mapping: Mapping = {
  id: { type: 'string', path: 'id', required: true },
  price: { type: 'money', path: 'price', required: true, currency: 'EUR' },
  stock: { type: 'integer', path: 'stock', required: false },
}
interface Changes extends Partial<ReadingInstructions> {
  readonly errorPath?: string
  readonly secrets?: readonly string[]
}

const plan = (changes: Changes): ReadingInstructions => ({
  stream: 'shop',
  records: 'items',
  observe: observedPaths(defaultRules(changes.errorPath)),
  paging: {},
  mapping,
  ...changes,
})
const bytes = (text: string, encoding: BufferEncoding = 'utf8') => new Uint8Array(Buffer.from(text, encoding))
/** Read as a thread reads it, and judged as the answer of a server with status 200. */
const normalise = (body: string | Uint8Array, changes: Changes = {}, headers = {}): NormalisedPage => {
  const reading = pageReader(plan(changes), new Secrets(changes.secrets))(
    typeof body === 'string' ? bytes(body) : body,
    headers,
  )
  const rules = new ResponseRules(defaultRules(changes.errorPath))
  const { action, told } = rules.judge({ statusCode: 200, headers: {} }, reading)
  if (action !== 'page') throw new PageInvalidError('ERROR_BODY', String(told))
  return usablePage(reading)
}
const codeOf = (...input: Parameters<typeof normalise>) => {
  try {
    normalise(...input)
    return 'none'
  } catch (error) {
    if (!(error instanceof PageInvalidError)) throw error
    return error.code
  }
}
const good = '{"id":"a","price":"1.50","stock":3}'

describe('records', () => {
  test('takes each record into the fields of the target', () => {
    const page = normalise(`{"items":[${good}]}`)
    expect(page.records).toEqual([
      {
        id: 'a',
        updatedMs: null,
        json: '{"id":"a","price":{"amount":"1.50","currency":"EUR"},"stock":3}',
      },
    ])
    expect(page).toMatchObject({ recordCount: 1, rejects: [], warnings: 0 })
  })

  test('tells when a record was updated, where it can be read', () => {
    const dated: Mapping = {
      ...mapping,
      updatedAt: { path: 'at', type: 'date', format: 'iso', required: false },
    }
    const dates = ['"2026-01-01T00:00:00.5Z"', '"soon"', 'null']
    const items = dates.map((at, id) => `{"id":"${id}","price":"1","at":${at}}`)
    const { records } = normalise(`{"items":[${items.join()}]}`, { mapping: dated })
    expect(records.map(({ updatedMs }) => updatedMs)).toEqual([Date.UTC(2026, 0, 1) + 500, null, null])
  })

  test('A-3 poison record: it is rejected with reason and raw value, the others are taken', () => {
    const poison = [
      'null',
      '7',
      '"ERROR"',
      '[1]',
      '{}',
      '{"id":{"x":1},"price":1}',
      '{"id":"b","price":"10-12"}',
      '{"id":"","price":1}',
    ]
    const page = normalise(`{"items":[${good},${poison.join(',')},{"id":"z","price":2}]}`)
    expect(page.records.map(record => record.id)).toEqual(['a', 'z'])
    expect(page.rejects.map(({ code, field, index }) => [index, code, field])).toEqual([
      [1, 'NOT_A_RECORD', undefined],
      [2, 'NOT_A_RECORD', undefined],
      [3, 'NOT_A_RECORD', undefined],
      [4, 'NOT_A_RECORD', undefined],
      [5, 'MISSING_FIELD', 'id'],
      [6, 'WRONG_TYPE', 'id'],
      [7, 'RANGE', 'price'],
      [8, 'EMPTY_VALUE', 'id'],
    ])
    expect(page.rejects.map(reject => reject.raw)).toEqual(poison)
    expect(page.rejects[6]?.reason).toBe('price: "10-12" is a range, not one number')
    expect(page.recordCount).toBe(10)
  })

  test('A-3 poison record: one that is nested deeper than the stack reaches is rejected alone, its depths cut off', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const title: Mapping = { ...mapping, title: { type: 'string', path: 'title', required: false } }
    const page = normalise(`{"items":[${good},{"x":${deep}},{"id":"b","price":1,"title":${deep}}]}`, {
      mapping: title,
    })
    expect(page.records.map(record => [record.id, fieldsOf(record)['title']])).toEqual([
      ['a', null],
      ['b', null],
    ])
    expect(page.rejects).toMatchObject([{ index: 1, code: 'MISSING_FIELD', field: 'id' }])
    expect(page.rejects[0]?.raw).toMatch(/^\{"x":\[+"…"\]+\}$/)
    expect(page.warnings).toBe(1)
    const exact = normalise(`{"items":[{"id":1234567890123456789,"price":1},${deep}]}`)
    expect(exact.records.map(({ id }) => id)).toEqual(['1234567890123456789'])
  })

  test('A-10 an optional field that fails becomes null and is counted as a warning, a missing one is not', () => {
    const page = normalise(
      '{"items":[{"id":"a","price":1,"stock":"many"},{"id":"b","price":1,"stock":null},{"id":"c","price":1}]}',
    )
    expect(page.records.map(record => fieldsOf(record)['stock'])).toEqual([null, null, null])
    expect(page.warnings).toBe(1)
  })

  test('warnings of a rejected record are not counted', () => {
    const order: Mapping = {
      id: mapping.id as never,
      stock: mapping.stock as never,
      price: mapping.price as never,
    }
    expect(normalise('{"items":[{"id":"a","stock":"x","price":"free"}]}', { mapping: order }).warnings).toBe(
      0,
    )
  })

  describe('A-14 a source that echoes a configured secret', () => {
    const secrets = ['s3cret token', '12345678']
    const echoing: Mapping = { ...mapping, title: { type: 'string', path: 'title', required: false } }
    const taken = (...items: object[]) => normalise(JSON.stringify({ items }), { mapping: echoing, secrets })

    test('A-14 a text loses the secret, keeps the rest, and is counted', () => {
      const page = taken(
        { id: 'a', price: 1, title: 'for S3cret token only' },
        { id: 'b', price: 1, title: `Basic ${Buffer.from('user:s3cret token').toString('base64')}` },
        { id: 'c', price: 1, title: 'harmless' },
      )
      expect(page.records.map(record => fieldsOf(record)['title'])).toEqual([
        'for [redacted] only',
        expect.stringMatching(/^Basic \S*\[redacted\]/),
        'harmless',
      ])
      expect(page).toMatchObject({ redactions: 2, warnings: 0, rejects: [] })
    })

    test('A-14 an id that holds one is rejected: without it two records might become one', () => {
      const page = taken(
        { id: 'a-s3cret token', price: 1 },
        { id: 12345678, price: 1 },
        { id: 'b', price: 1 },
      )
      expect(page.records.map(({ id }) => id)).toEqual(['b'])
      expect(page.rejects.map(({ code, field }) => [code, field])).toEqual([
        ['HOLDS_SECRET', 'id'],
        ['HOLDS_SECRET', 'id'],
      ])
    })

    test('A-14 a number that is the secret is unreadable, one that has its digits by chance is not', () => {
      const page = taken(
        { id: 'a', price: 12345678, stock: 1 },
        { id: 'b', price: 1, stock: 12345678 },
        { id: 'c', price: '12345678.50', stock: 312345678 },
      )
      expect(page.rejects).toMatchObject([{ index: 0, code: 'HOLDS_SECRET', field: 'price' }])
      expect(page.records.map(record => fieldsOf(record)['stock'])).toEqual([null, 312345678])
      expect(page.warnings).toBe(1)
    })
  })

  test('a default stands for a missing value, never for one that cannot be read', () => {
    const withDefault: Mapping = {
      id: { type: 'string', path: 'id', required: true },
      stock: { type: 'integer', path: 'stock', required: true, default: 0 },
    }
    const page = normalise('{"items":[{"id":"a"},{"id":"b","stock":null},{"id":"c","stock":"x"}]}', {
      mapping: withDefault,
    })
    expect(page.records.map(record => fieldsOf(record)['stock'])).toEqual([0, 0])
    expect(page.rejects.map(reject => reject.code)).toEqual(['NOT_A_NUMBER'])
  })

  test('A-11 64-bit ids survive, in records, rejects and cursors', () => {
    const integerIds: Mapping = { ...mapping, id: { type: 'integer', path: 'id', required: true } }
    const page = normalise(
      '{"next":9223372036854775807,"items":[{"id":9007199254740993,"price":0.1},{"id":12345678901234567,"price":null}, {"id":-9007199254740993,"price":1}]}',
      { mapping: integerIds, paging: { next: 'next' } },
    )
    expect(page.records.map(record => record.id)).toEqual(['9007199254740993', '-9007199254740993'])
    expect(page.records.map(record => fieldsOf(record)['price'])[0]).toEqual({
      amount: '0.10',
      currency: 'EUR',
    })
    expect(page.rejects[0]?.raw).toBe('{"id":12345678901234567,"price":null}')
    expect(page.paging.next).toBe('9223372036854775807')
  })

  test('the last of two equal keys wins, with long numbers as without', () => {
    for (const extra of ['1', '12345678901234567890']) {
      const page = normalise(`{"items":[{"id":"x","id":"y","price":1,"z":${extra}}]}`)
      expect(page.records[0]?.id).toBe('y')
    }
  })

  test('the fingerprint depends on the rows alone', () => {
    const first = normalise(`{"items":[${good}],"page":1}`).fingerprint
    expect(normalise(`{"page":2,"items":[${good}]}`).fingerprint).toBe(first)
    expect(normalise('{"items":[{"id":"b","price":1}]}').fingerprint).not.toBe(first)
  })

  test('reads what pagination and coverage ask for', () => {
    const paging = {
      totalRecords: 'meta.total',
      totalPages: 'meta.pages',
      next: 'meta.next',
      hasMore: 'meta.more',
    }
    const facts = (meta: string) => normalise(`{"items":[],"meta":${meta}}`, { paging }).paging
    expect(facts('{"total":"250","pages":25,"next":"abc","more":true}')).toEqual({
      totalRecords: 250,
      totalPages: 25,
      next: 'abc',
      hasMore: true,
    })
    expect(facts('{"total":-1,"pages":2.5,"next":null,"more":"false"}')).toEqual({
      totalRecords: undefined,
      totalPages: undefined,
      next: null,
      hasMore: false,
      unread: ['totalRecords', 'totalPages'],
    })
    for (const unusable of ['{"href":"/2"}', '["/2"]', 'true']) {
      expect(facts(`{"next":${unusable}}`)).toMatchObject({ next: undefined, hasMore: true })
      expect(facts(`{"next":${unusable},"more":false}`)).toMatchObject({ next: undefined, hasMore: false })
    }
    expect(facts('{"next":false,"more":"Y","total":null}')).toEqual({
      next: null,
      unfound: ['totalPages'],
      unread: ['hasMore'],
    })
    expect(facts('{"next":17,"more":1}')).toMatchObject({ next: 17, hasMore: true })
  })
})

describe('pages that are none', () => {
  test.each([
    ['', 'EMPTY_BODY'],
    [' \n', 'EMPTY_BODY'],
    ['<!doctype html><h1>Login</h1>', 'MARKUP_NOT_JSON'],
    ['\n<?xml version="1.0"?>', 'MARKUP_NOT_JSON'],
    [`{"items":[${good}`, 'TRUNCATED_JSON'],
    ['{"items":[{"id":"a', 'TRUNCATED_JSON'],
    ['{"items":[{"id":123456789012345678', 'TRUNCATED_JSON'],
    ['{"items":[],}', 'INVALID_JSON'],
    ['{"items":[]}{"items":[]}', 'INVALID_JSON'],
    ['OK', 'INVALID_JSON'],
    ['{"error":"backend down"}', 'ERROR_BODY'],
    ['{"items":[],"errors":[{"message":"timeout"}]}', 'ERROR_BODY'],
    ['{"items":null,"error":{"code":500}}', 'ERROR_BODY'],
    ['{"data":[]}', 'NO_RECORDS'],
    ['{"items":{"0":1}}', 'NO_RECORDS'],
    ['[]', 'NO_RECORDS'],
    ['null', 'NO_RECORDS'],
  ])('A-8 %j with status 200 is %s', (body, code) => {
    expect(codeOf(body)).toBe(code)
  })

  test('A-8 an empty page is a page: no error, error keys that say nothing, null for an empty list', () => {
    for (const body of ['{"items":[]}', '{"items":[],"error":null,"errors":[]}', '{"items":null}']) {
      expect(normalise(body).recordCount).toBe(0)
    }
  })

  test('A-8 an error path of the source decides even where there are records', () => {
    const body = `{"items":[${good}],"status":{"fault":"partial"}}`
    expect(codeOf(body, { errorPath: 'status.fault' })).toBe('ERROR_BODY')
    expect(codeOf(body)).toBe('none')
  })

  test('A-8 a byte order mark is no part of the text, and tells its encoding', () => {
    const text = `{"items":[${good}]}`
    expect(normalise(bytes(`\ufeff${text}`)).recordCount).toBe(1)
    expect(normalise(bytes(`\ufeff${text}`, 'utf16le')).recordCount).toBe(1)
  })

  test('A-8 the announced charset is obeyed, and bytes that are none of it are an error', () => {
    const latin = bytes('{"items":[{"id":"\u00fc","price":1}]}', 'latin1')
    expect(codeOf(latin)).toBe('INVALID_ENCODING')
    const header = { 'content-type': 'application/json; charset="ISO-8859-1"' }
    expect(normalise(latin, {}, header).records[0]?.id).toBe('\u00fc')
    const unknown = { 'content-type': 'application/json;charset=klingon' }
    expect(codeOf(latin, {}, unknown)).toBe('UNSUPPORTED_CHARSET')
    expect(codeOf('{"items":[]}', {}, unknown)).toBe('none')
  })

  test('says what the body is instead', () => {
    expect(() => normalise('{"data":[],"n":1}')).toThrow(
      '"items" in the body is undefined, not an array of records; the body is an object with the keys ["data","n"]',
    )
    expect(() => normalise('{"items":{"a":1}}')).toThrow('is an object with the keys ["a"], not an array')
  })

  test('names no thousand characters of the body in its message', () => {
    expect(() => normalise(`{"x":"${'y'.repeat(5000)}"}`)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{1,400}$/) }),
    )
  })

  test('a deeply nested body is no crash', () => {
    const deep = `{"items":${'['.repeat(100_000)}12345678901234567${']'.repeat(100_000)}}`
    expect(normalise(deep).rejects).toMatchObject([{ code: 'NOT_A_RECORD' }])
  })
})
