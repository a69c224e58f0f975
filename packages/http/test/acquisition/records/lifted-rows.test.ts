import { describe, expect, test } from 'vitest'
import type { LiftRule } from '../../../src/acquisition/records/lifted-rows.js'
import type { ReadingInstructions } from '../../../src/acquisition/records/reading-instructions.js'
import { readPage } from './page-rig.js'
import { fieldsOf } from './record-fields.js'

const read = (record: string, lift: readonly LiftRule[], changes: Partial<ReadingInstructions> = {}) =>
  readPage(`[${record}]`, { id: 'none', lift, ...changes }).records.map(fieldsOf)

describe('lift', () => {
  const record = '{"id":1,"a":{"b":{"id":2,"x":1.50}},"x":0}'

  test.each([
    [{ path: 'a.b' }, { id: 2, a: { b: { id: 2, x: 1.5 } }, x: 1.5 }],
    [
      { path: 'a.b', prefix: 'p_' },
      { id: 1, a: { b: { id: 2, x: 1.5 } }, x: 0, p_id: 2, p_x: 1.5 },
    ],
    [
      { path: 'a', suffix: '_s', drop: 'origin' },
      { id: 1, x: 0, b_s: { id: 2, x: 1.5 } },
    ],
    [
      { path: 'a.b', drop: 'rest' },
      { id: 2, x: 1.5 },
    ],
    [
      { path: 'x', drop: 'origin' },
      { id: 1, a: { b: { id: 2, x: 1.5 } }, x: 0 },
    ],
    [{ path: 'none' }, { id: 1, a: { b: { id: 2, x: 1.5 } }, x: 0 }],
  ] as const)('%j', (rule, expected) => {
    expect(read(record, [rule])).toEqual([expected])
  })

  test('an empty object stands for no record', () => {
    expect(read('{"id":1,"a":{}}', [{ path: 'a', drop: 'rest' }])).toEqual([{ id: 1, a: {} }])
  })

  test('one rule after the other; all else goes by what they give', () => {
    const rules = [
      { path: 'a', drop: 'origin' },
      { path: 'b', drop: 'origin' },
    ] as const
    const page = readPage(`[${record},7]`, {
      lift: rules,
      id: 'id',
      where: { path: 'x', after: 1 },
      add: { y: { path: 'x' } },
    })
    expect(page.records.map(fieldsOf)).toEqual([{ id: 2, x: 1.5, y: 1.5 }])
    expect(page.records[0]?.id).toBe('2')
    expect(page.rejects.map(({ index, code }) => [index, code])).toEqual([[1, 'NOT_A_RECORD']])
  })

  test('rows that come one by one', () => {
    const page = readPage('{"a":{"x":1}}\n{"a":{"x":2}}', {
      id: 'x',
      lift: [{ path: 'a', drop: 'origin' }],
      format: { type: 'ndjson' },
    })
    expect(page.records.map(fieldsOf)).toEqual([{ x: 1 }, { x: 2 }])
  })
})
