import { describe, expect, test } from 'vitest'
import { PageInvalidError } from '../../../src/acquisition/records/page-invalid-error.js'
import type { RecordsPlace } from '../../../src/acquisition/records/records-place.js'
import { readPage } from './page-rig.js'
import { fieldsOf } from './record-fields.js'

const read = (body: string, records: string | RecordsPlace) => readPage(body, { records, id: 'none' })
const rows = (body: string, records: string | RecordsPlace) => read(body, records).records.map(fieldsOf)
const refusal = (body: string, records: string | RecordsPlace): string => {
  try {
    rows(body, records)
    return 'none'
  } catch (error) {
    if (!(error instanceof PageInvalidError)) throw error
    return `${error.code}: ${error.message}`
  }
}

describe('lists', () => {
  test.each([
    ['data[*].items[*]', '{"data":[{"items":[{"n":1},{"n":2}]},{"items":[{"n":3}]}]}'],
    ['data[*].items', '{"data":[{"items":[{"n":1}]},{"items":null},{},{"items":[{"n":2},{"n":3}]}]}'],
    ['data.*.items', '{"data":{"a":{"items":[{"n":1},{"n":2}]},"b":{"items":[{"n":3}]}}}'],
    ['data[*].node', '{"data":[{"node":{"n":1}},{"node":{"n":2}},{"node":{"n":3}}]}'],
    ['*', '{"a":{"n":1},"b":{"n":2},"c":{"n":3}}'],
  ])('%s takes them one after the other', (path, body) => {
    expect(rows(body, path)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  })

  test('a list of nothing is empty; a missing place is told', () => {
    expect(rows('{"data":[]}', 'data[*].items')).toEqual([])
    expect(rows('{"data":null}', 'data[*].items')).toEqual([])
    expect(refusal('{"error":"x"}', 'data[*].items')).toMatch(
      /^NO_RECORDS: "data\[\*\]\.items" in the body is/,
    )
    expect(refusal('{"data":"x"}', 'data[*]')).toMatch(/^NO_RECORDS/)
  })
})

describe('one record', () => {
  const place = { path: 'data', shape: 'object' } as const

  test('is the object itself; null and nothing are none', () => {
    expect(rows('{"data":{"n":1}}', place)).toEqual([{ n: 1 }])
    expect(rows('{"data":null}', place)).toEqual([])
    expect(rows('{}', place)).toEqual([])
    expect(rows('{"n":1}', { path: '', shape: 'object' })).toEqual([{ n: 1 }])
  })

  test('a list is not one', () => {
    expect(refusal('{"data":[{"n":1}]}', place)).toMatch(/an array of 1, not one record/)
  })
})

describe('a map', () => {
  const place = { path: 'data', shape: 'map', key: 'key' } as const

  test('its names become a field, values that are no objects another', () => {
    expect(rows('{"data":{"a":{"n":1},"b":{"n":2,"key":"b"}}}', place)).toEqual([
      { n: 1, key: 'a' },
      { n: 2, key: 'b' },
    ])
    expect(rows('{"data":{"EUR":1.10}}', { ...place, key: 'currency' })).toEqual([
      { currency: 'EUR', value: 1.1 },
    ])
    expect(rows('{"data":[]}', place)).toEqual([])
    expect(refusal('{"data":[1]}', place)).toMatch(/not an object of records/)
  })

  test('a record whose own field would be lost is rejected, and says what to do', () => {
    const page = read('{"data":{"a":{"key":"x"},"b":{}}}', place)
    expect(page.records.map(fieldsOf)).toEqual([{ key: 'b' }])
    expect(page.rejects).toEqual([
      expect.objectContaining({ index: 0, code: 'KEY_CLASH', raw: '{"key":"x"}' }),
    ])
    expect(page.rejects[0]?.reason).toContain('records.key')
  })

  test('a name __proto__ is a name like others', () => {
    const page = read('{"data":{"__proto__":{"n":1}}}', { ...place, key: '__proto__' })
    expect(page.records[0]?.json).toBe('{"n":1,"__proto__":"__proto__"}')
  })
})

describe('texts', () => {
  test('each is a record with a value; what is none is rejected', () => {
    const page = read('["a",2,true,{"n":1},null,12345678901234567890]', { path: '', shape: 'texts' })
    expect(page.records.map(fieldsOf)).toEqual([
      { value: 'a' },
      { value: 2 },
      { value: true },
      { value: '12345678901234567890' },
    ])
    expect(page.rejects.map(({ index, code }) => [index, code])).toEqual([
      [3, 'NOT_A_RECORD'],
      [4, 'NOT_A_RECORD'],
    ])
  })
})

test.each([
  [{ data: [{ id: 1 }, { id: 2 }] }, [{ id: 1 }, { id: 2 }]],
  [{ data: { id: 1 } }, [{ id: 1 }]],
  [{ data: null }, []],
  [{ data: {} }, []],
  [{}, []],
])('any: %j holds %j', (body, expected) => {
  expect(rows(JSON.stringify(body), { path: 'data', shape: 'any' })).toEqual(expected)
})

test('any: what is no record and no list of them is refused', () => {
  expect(refusal('{"data":7}', { path: 'data', shape: 'any' })).toContain('NO_RECORDS')
})

describe('columns', () => {
  const first = { path: '', shape: 'columns' } as const

  test('the first row names the others, or a path of the page does', () => {
    expect(rows('[["a","b"],[1,"x"],[2]]', first)).toEqual([{ a: 1, b: 'x' }, { a: 2 }])
    expect(rows('[["a"]]', first)).toEqual([])
    expect(rows('[]', first)).toEqual([])
    const named = { path: 'rows', shape: 'columns', columns: 'schema.fields[*].name' } as const
    expect(rows('{"schema":{"fields":[{"name":"a"},{"name":"b"}]},"rows":[[1,2]]}', named)).toEqual([
      { a: 1, b: 2 },
    ])
  })

  test('nothing is lost: more values than names are rejected, equal names refused', () => {
    expect(read('[["a"],[1,2]]', first).rejects).toEqual([
      expect.objectContaining({ code: 'TOO_MANY_VALUES', raw: '[1,2]' }),
    ])
    expect(refusal('[["a","a"],[1,2]]', first)).toBe('NO_RECORDS: two columns have the name "a"')
    expect(refusal('[[1,2],[3,4]]', first)).toMatch(/not a list of the names of columns/)
  })
})
