import { describe, expect, test } from 'vitest'
import { EmptyPages, endHint } from '../../../src/acquisition/fetch/empty-pages.js'
import { pageReader } from '../../../src/acquisition/records/normalise-page.js'
import { newPage } from '../../../src/acquisition/streams/pagination/page-sequence.js'

const pageAt = (ordinal: number) => newPage('shop', `page=${ordinal}`, ordinal, {})
const read = pageReader({
  stream: 'shop',
  records: 'data.items',
  observe: [],
  paging: { next: 'next', hasMore: 'more' },
  mapping: { id: { type: 'string', path: 'id', required: true } },
})
const reading = (body: unknown) => read(new TextEncoder().encode(body === '' ? '' : JSON.stringify(body)))

describe('EmptyPages', () => {
  const empty = new EmptyPages()
  const good = { code: 0, status: 'ok', next: null, page: 1, data: { items: [{ id: 'a' }], size: 1 } }
  empty.read(pageAt(1), 200, reading(good))

  test.each([
    [null],
    [{}],
    [[]],
    [{ data: null }],
    [{ data: {} }],
    [{ data: [] }],
    [{ data: { size: 0 }, page: 9 }],
    [{ code: 0, status: 'ok', data: { items: {} } }],
    [{ next: 'b', cost: 3 }],
    [{ more: true, cost: 3 }],
  ])('N-6 %j has no records behind the first page, and is none on it', body => {
    expect(empty.read(pageAt(2), 200, reading(body))).toMatchObject({ recordCount: 0 })
    expect(empty.read(pageAt(1), 200, reading(body))).toBeUndefined()
  })

  test.each([
    [{ message: 'internal' }],
    [{ code: 1e3, data: {} }],
    [{ status: 'failed', data: {} }],
    [{ data: { reason: 'quota' } }],
    [{ data: 'none' }],
    [{ data: { items: 'none' } }],
    [{ data: { items: { 0: { id: 'a' } } } }],
    [['a']],
    ['text'],
    [17],
    [''],
  ])('N-6 %j is not understood', body => {
    expect(empty.read(pageAt(2), 200, reading(body))?.recordCount).toBe(undefined)
  })

  test.each([
    [{ code: 500, data: { items: null } }],
    [{ code: 0, status: 'ok', errcode: 40_001, data: { items: null } }],
    [{ code: 0, resultCode: 'B', data: { items: null } }],
    [{ success: false, data: { items: null } }],
    [{ data: { items: null, errorMessage: 'x' } }],
    [{ data: { items: [], ok: false } }],
    [{ status: 'error', data: { items: [] } }],
    [{ code: 503, data: { items: [] } }],
  ])('N-6 %j says that it has failed, on every page', body => {
    for (const ordinal of [1, 2])
      expect(() => empty.read(pageAt(ordinal), 200, reading(body))).toThrow(/endWhen/)
  })

  test.each([
    [{ data: { items: null } }],
    [{ code: 0, status: 'ok', data: { items: null } }],
    [{ statusCode: 200, success: true, error: false, message: 'Success', data: { items: null } }],
    [{ status: 'ZERO_RESULTS', message: 'none', code: 404, data: { items: [] } }],
    [{ code: 9, next: 'b', data: { items: null } }],
  ])('N-6 %j is a page without records, on every page', body => {
    for (const ordinal of [1, 2])
      expect(empty.read(pageAt(ordinal), 200, reading(body))).toMatchObject({ recordCount: 0 })
  })

  test('N-6 before a page with records was read, names say nothing', () => {
    expect(new EmptyPages().read(pageAt(7), 200, reading({ data: {} }))).toBeUndefined()
    expect(new EmptyPages().read(pageAt(7), 200, reading({}))).toMatchObject({ recordCount: 0 })
  })

  test('N-6 no content is no records with 204 and 205 alone', () => {
    expect(empty.read(pageAt(2), 204, reading(''))).toMatchObject({ recordCount: 0 })
    expect(empty.read(pageAt(2), 200, reading(''))).toBeUndefined()
    expect(empty.read(pageAt(1), 204, reading(''))).toBeUndefined()
  })
})

test('N-6 a 404 behind the first page says how it can be the end', () => {
  expect(endHint(pageAt(3), 404)).toBe('(if its source ends so, say endWhen: { status: 404 })')
  expect([endHint(pageAt(1), 404), endHint(pageAt(3), 403)]).toEqual([undefined, undefined])
})
