import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPage } from './page-rig.js'

const idsOf = (body: string, id: string | readonly string[], drop?: readonly string[]) =>
  readPage(body, { id, drop }).records.map(record => record.id)

describe('ids of records', () => {
  test('a path gives a text, a number in one form', () => {
    expect(idsOf('[{"a":{"id":"x"}},{"a":{"id":1e3}},{"a":{"id":9007199254740993}}]', 'a.id')).toEqual([
      'x',
      '1000',
      '9007199254740993',
    ])
  })

  test('several paths give an unambiguous text', () => {
    expect(idsOf('[{"a":"x,y","b":1},{"a":"x","b":"y"}]', ['a', 'b'])).toEqual(['["x,y","1"]', '["x","y"]'])
  })

  test('without an id a record is rejected, and says what is missing', () => {
    const page = readPage('[{"a":1},{"a":1,"b":null},{"a":"","b":1},{"a":{},"b":1}]', { id: ['a', 'b'] })
    expect(page.records).toEqual([])
    expect(page.rejects.map(({ code, field, reason }) => [code, field, reason])).toEqual([
      ['MISSING_FIELD', 'id', 'id: b: it is missing or null'],
      ['MISSING_FIELD', 'id', 'id: b: it is missing or null'],
      ['EMPTY_VALUE', 'id', 'id: a: it is empty'],
      ['WRONG_TYPE', 'id', 'id: a: {} is not a text'],
    ])
  })

  test('none: the place is the id, the same each time that the page is read', () => {
    const [first, again] = ['[{"a":1},7,{"a":1}]', '[{"a":1},7,{"a":1}]'].map(body => idsOf(body, 'none'))
    expect(first).toEqual(['shop:page=1#0', 'shop:page=1#2'])
    expect(again).toEqual(first)
  })

  test('none: another page with the same rows is known again', () => {
    const pages = ['p1', 'p2'].map(pageId => readPage('[{"a":1}]', { id: 'none' }, { pageId }))
    expect(pages[0]?.fingerprint).toBe(pages[1]?.fingerprint)
    expect(readPage('[{"a":2}]', { id: 'none' }).fingerprint).not.toBe(pages[0]?.fingerprint)
  })

  test('contentHash: what is dropped is no part of it', () => {
    const body = '[{"a":1,"seen":5},{"seen":6,"a":1.0},{"a":2}]'
    const [first, second, third] = idsOf(body, 'contentHash', ['seen'])
    expect(first).toMatch(/^[0-9a-f]{32}$/)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
    expect(new Set(idsOf(body, 'contentHash')).size).toBe(3)
  })

  test('contentHash: the order of keys means nothing, everything else does', () => {
    const shuffled = fc
      .jsonValue({ maxDepth: 4 })
      .chain(value => fc.tuple(fc.constant(value), reordered(value)))
    fc.assert(
      fc.property(shuffled, ([value, other]) => {
        const [a, b, c] = idsOf(
          JSON.stringify([{ value }, { value: other }, { value: [value] }]),
          'contentHash',
        )
        expect(a).toBe(b)
        expect(a).not.toBe(c)
      }),
    )
  })

  test('an id may hold no credential', () => {
    const page = readPage('[{"a":"my-token"}]', { id: 'a' }, { secrets: ['my-token'] })
    expect(page.rejects).toEqual([expect.objectContaining({ code: 'HOLDS_SECRET' })])
  })
})

/** The same value with the keys of its objects in another order. */
function reordered(value: unknown): fc.Arbitrary<unknown> {
  if (Array.isArray(value)) return fc.tuple(...value.map(reordered))
  if (typeof value !== 'object' || value === null) return fc.constant(value)
  const entries = Object.entries(value).map(([name, item]) =>
    reordered(item).map(one => [name, one] as const),
  )
  return fc
    .tuple(...entries)
    .chain(all => fc.shuffledSubarray(all, { minLength: all.length }))
    .map(all => Object.fromEntries(all) as unknown)
}
