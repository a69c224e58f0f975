import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { inferredSchema } from '../../../src/acquisition/records/inferred-schema.js'
import { fits, merged, TYPES, typeOf, typesText } from '../../../src/acquisition/records/inferred-types.js'
import { misfitFinder } from '../../../src/acquisition/records/kept-schema.js'
import { pageReader } from '../../../src/acquisition/records/normalise-page.js'
import { PageInvalidError } from '../../../src/acquisition/records/page-invalid-error.js'
import type { ReadingInstructions } from '../../../src/acquisition/records/reading-instructions.js'
import { MOST_FIELDS, TypesOfFields } from '../../../src/acquisition/records/types-of-fields.js'

const { boolean, integer, number, text, date, dateTime, list, object } = TYPES

/** What a page of these records, as JSON, becomes. */
function read(json: string, more: Partial<ReadingInstructions> = {}) {
  const instructions = { stream: 's', records: '', observe: [], paging: {}, id: 'id', ...more }
  const reading = pageReader(instructions)(Buffer.from(json))
  if (!reading.ok) throw new Error(`${reading.code} ${reading.message}`)
  return reading.page
}

describe('types of values', () => {
  test.each([
    ['null', TYPES.null],
    ['true', boolean],
    ['7', integer],
    ['7.0', integer],
    ['1e3', integer],
    ['7.5', number],
    ['1.10', number],
    // A double does not hold it, so it is stored as a text.
    ['9007199254740993', text],
    ['"x"', text],
    ['"2026-03-01"', date],
    ['"2026-13-01"', text],
    ['"2026-03-01T12:00:00Z"', dateTime],
    ['"2026-03-31T12:00:00.123456+02:00"', dateTime],
    ['"2026-03-31T12:00:00Z"', dateTime],
    ['"2026-1"', text],
    ['"2026-03-01T12:00:00 noon"', text],
    ['"2026-03-01T99:00:00Z"', text],
    ['"2026-03-01T12:00"', text],
    [`"2026-${'0'.repeat(50)}"`, text],
    ['[1]', list],
    ['{"a":1}', object],
  ])('%s', (json, type) => {
    expect(read(`[{"id":"1","v":${json}}]`).types?.['v']).toBe(type)
  })

  test('a text among texts need not be looked into', () => {
    expect(typeOf('2026-03-01', text)).toBe(text)
    expect(typeOf(undefined)).toBe(TYPES.null)
  })

  test('two become one: an integer is a number, a date a text, a date no date-time', () => {
    expect(merged(integer, number)).toBe(number)
    expect(merged(date, text)).toBe(text)
    expect(merged(date, dateTime)).toBe(text)
    expect(merged(date, integer)).toBe(date | integer)
    expect(fits(number, integer)).toBe(true)
    expect(fits(integer, number)).toBe(false)
    expect(fits(text, dateTime)).toBe(true)
    expect(fits(integer, TYPES.null)).toBe(true)
    expect(fits(TYPES.null, integer)).toBe(false)
    expect(typesText(TYPES.null | integer | dateTime)).toBe('integer or date-time or null')
    expect(typesText(text)).toBe('text')
  })

  test.each([
    [integer, [1], ['x', 1.5, null]],
    [number | TYPES.null, [1.5, null], [true]],
    [dateTime | integer, ['2026-03-01T12:00:00Z', 1], ['2026-03-01']],
    [date, ['2026-03-01'], ['x']],
    [text | list | object | boolean, ['x', [], {}, true], [1]],
  ])('JSON Schema of %i', (types, valid, invalid) => {
    const formats = { date: /^\d{4}-\d\d-\d\d$/, 'date-time': /T/ }
    const accepts = new Ajv2020({ allowUnionTypes: true, formats }).compile(inferredSchema(types))
    for (const value of valid) expect([value, accepts(value)]).toEqual([value, true])
    for (const value of invalid) expect([value, accepts(value)]).toEqual([value, false])
  })
})

describe('types of fields', () => {
  test('are those of all records, in whichever order their fields come, without what the mapping declares', () => {
    const page = read('[{"id":1,"a":1,"b":"x"},{"b":null,"a":2.5,"id":2},{"id":3,"c":[]}]', {
      id: undefined,
      keep: 'all',
      mapping: { id: { path: 'id', type: 'integer', required: true } },
      add: { d: { value: true } },
    })
    expect(page.types).toEqual({ a: number, b: text | TYPES.null, c: list, d: boolean })
  })

  test('of a mapping alone nothing is to be found out', () => {
    const mapping = { id: { path: 'id', type: 'integer', required: true } } as const
    expect(read('[{"id":1,"a":1}]', { id: undefined, mapping }).types).toBeUndefined()
  })

  test('of very many no more are collected than show that there are too many', () => {
    const types = new TypesOfFields([])
    types.add(Object.fromEntries(Array.from({ length: MOST_FIELDS + 50 }, (_, n) => [`f${n}`, n])))
    expect(Object.keys(types.values())).toHaveLength(MOST_FIELDS + 1)
  })
})

describe('a kept schema', () => {
  const types = { id: text, a: integer, b: date | TYPES.null }

  test('quarantine rejects what does not fit, with field, value and types; the others pass', () => {
    const page = read(
      '[{"id":"1","a":1},{"id":"2","a":"x"},{"id":"3","new":1},{"id":"4","a":null,"b":"2026-01-01"}]',
      { schema: { types, contract: 'quarantine' } },
    )
    expect(page.records.map(({ id }) => id)).toEqual(['1', '4'])
    expect(page.rejects.map(({ id, code, field, reason }) => [id, code, field, reason])).toEqual([
      ['2', 'SCHEMA_MISMATCH', 'a', 'a: "x" is text; known is integer'],
      ['3', 'SCHEMA_MISMATCH', 'new', 'new: 1 is integer, of a new field'],
    ])
    expect(page.types).toEqual({ id: text, a: integer | TYPES.null, b: date })
  })

  test('freeze fails the page, and says what is to be done', () => {
    const schema = { types, contract: 'freeze' } as const
    expect(read('[{"id":"1","a":1}]', { schema }).records).toHaveLength(1)
    expect(() => read('[{"id":"1","a":1},{"id":"2","a":1.5}]', { schema })).toThrow(
      'SCHEMA_MISMATCH a: 1.5 is number; known is integer (contract: freeze). With contract: evolve',
    )
  })

  test('what the mapping declares is none of its business', () => {
    const find = misfitFinder({ types: {}, contract: 'freeze' }, ['id'])
    expect(find({ id: 1 })).toBeUndefined()
    expect(() => find({ id: 1, x: 1 })).toThrow(PageInvalidError)
  })
})
