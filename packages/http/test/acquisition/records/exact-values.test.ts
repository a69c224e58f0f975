import { describe, expect, test } from 'vitest'
import { defaultRules, observedPaths, ResponseRules } from '../../../src/acquisition/fetch/response-rules.js'
import type { Mapping } from '../../../src/acquisition/records/mapping.js'
import { pageReader } from '../../../src/acquisition/records/normalise-page.js'
import { fieldsOf } from './record-fields.js'
import { usablePage } from '../../../src/acquisition/records/normalised-page.js'

const mapping: Mapping = {
  id: { type: 'string', path: 'id', required: true },
  text: { type: 'string', path: 'v', required: false },
}
const paging = { next: 'next', totalRecords: 'total', totalPages: 'pages', hasMore: 'more' }
const readingOf = (body: string, fields = mapping) =>
  pageReader({
    stream: 's',
    records: 'items',
    observe: observedPaths(defaultRules('problem')),
    paging,
    mapping: fields,
  })(new TextEncoder().encode(body))
const pageOf = (body: string, fields = mapping) => usablePage(readingOf(body, fields))
const idsOf = (...ids: string[]) =>
  pageOf(`{"items":[${ids.map(id => `{"id":${id}}`).join(',')}]}`).records.map(({ id }) => id)

describe('numbers', () => {
  test('N-15 a text field has the digits that the page had', () => {
    const numbers = ['1.10', '1700000.500', '1e400', '-0', '1E3', '0.10', '12345678901234567890', '7']
    const { records } = pageOf(`{"items":[${numbers.map((v, id) => `{"id":${id},"v":${v}}`).join(',')}]}`)
    expect(records.map(record => fieldsOf(record)['text'])).toEqual(numbers)
  })

  test('N-15 an integer is one id, however it is written; other ids keep their digits', () => {
    expect(idsOf('12345678901234567', '12345678901234567.0', '1.2345678901234567e16')).toEqual(
      Array(3).fill('12345678901234567'),
    )
    expect(idsOf('1000', '1e3', '1E+3', '1000.00', '"1000"')).toEqual(Array(5).fill('1000'))
    expect(idsOf('0', '-0', '0.0', '-0.0', '0e5')).toEqual(Array(5).fill('0'))
    expect(idsOf('1.10', '1.1', '-1.50', '110e-2')).toEqual(['1.10', '1.1', '-1.50', '1.10'])
  })

  test('N-15 an integer field has one id too, and never one that was rounded', () => {
    const integers: Mapping = { id: { type: 'integer', path: 'id', required: true } }
    const ids = ['12345678901234567', '12345678901234567.0', '1e3', '1000.0', '-0', '9007199254740993']
    expect(
      pageOf(`{"items":[${ids.map(id => `{"id":${id}}`).join(',')}]}`, integers).records.map(({ id }) => id),
    ).toEqual(['12345678901234567', '12345678901234567', '1000', '1000', '0', '9007199254740993'])
  })

  test('N-15 a reject keeps the digits: 1e400 is no id, and its raw text says what came', () => {
    const { rejects } = pageOf('{"items":[{"id":1e400,"price":1.10,"zero":-0},[1.0],2.50]}')
    expect(rejects.map(({ code, raw }) => [code, raw])).toEqual([
      ['NOT_FINITE', '{"id":1e400,"price":1.10,"zero":-0}'],
      ['NOT_A_RECORD', '[1.0]'],
      ['NOT_A_RECORD', '2.50'],
    ])
    expect(rejects[0]?.reason).toBe('id: 1e400 is beyond all bounds')
  })

  test('N-15 a cursor keeps its digits; totals and flags are numbers whichever way they are written', () => {
    const of = (rest: string) => pageOf(`{"items":[],${rest}}`).paging
    expect(of('"next":1700000.500').next).toBe('1700000.500')
    expect(of('"next":12345678901234567.0').next).toBe('12345678901234567.0')
    expect(of('"total":100.0,"pages":1e1,"more":1.0')).toMatchObject({
      totalRecords: 100,
      totalPages: 10,
      hasMore: true,
    })
    expect(of('"total":100.5,"more":0.0')).toMatchObject({ totalRecords: undefined, hasMore: false })
  })

  test('N-15 decimals, amounts and truth values do not depend on how a number is written', () => {
    const fields: Mapping = {
      id: { type: 'string', path: 'id', required: true },
      amount: { type: 'money', path: 'm', required: false, currency: 'JPY' },
      cents: { type: 'money', path: 'm', required: false, currency: 'EUR', minorUnits: 2 },
      weight: { type: 'decimal', path: 'd', required: false },
      flag: { type: 'boolean', path: 'b', required: false, trueValues: ['1'] },
    }
    const { records } = pageOf(
      '{"items":[{"id":1,"m":500.0,"d":-0.00,"b":1.0},{"id":2,"m":5e2,"d":1.10,"b":1}]}',
      fields,
    )
    expect(
      records.map(fieldsOf).map(({ amount, cents, weight, flag }) => [amount, cents, weight, flag]),
    ).toEqual([
      [{ amount: '500', currency: 'JPY' }, { amount: '5.00', currency: 'EUR' }, '0.00', true],
      [{ amount: '500', currency: 'JPY' }, { amount: '5.00', currency: 'EUR' }, '1.10', true],
    ])
  })
})

describe('lone surrogates', () => {
  test('N-12 an id with one is rejected as it was, for two of them would become one', () => {
    const page = pageOf(
      '{"items":[{"id":"a\\ud800"},{"id":"a\\ud801"},{"id":"\\ude00b"},{"id":"\\ud83d\\ude00"}]}',
    )
    expect(page.records.map(({ id }) => id)).toEqual(['😀'])
    expect(page.rejects.map(({ code, raw }) => [code, raw])).toEqual([
      ['LONE_SURROGATE', '{"id":"a\\ud800"}'],
      ['LONE_SURROGATE', '{"id":"a\\ud801"}'],
      ['LONE_SURROGATE', '{"id":"\\ude00b"}'],
    ])
  })

  test('N-12 a field keeps it; a cursor with one leads nowhere, and is no end', () => {
    const page = pageOf('{"items":[{"id":"a","v":"x\\ud800"}],"next":"c\\ud800"}')
    expect(page.records.map(record => fieldsOf(record)['text'])[0]).toBe('x\ud800')
    expect(page.paging).toMatchObject({ next: undefined, hasMore: true })
  })

  test('N-12 no message cuts a character in two', () => {
    const { rejects } = pageOf(`{"items":["${'x'.repeat(78)}😀 and more"]}`)
    expect(rejects[0]?.reason).toBe(`"${'x'.repeat(78)}… is not an object`)
  })
})

describe('errors in a body', () => {
  const judged = (body: string, errorPath?: string) => {
    const rules = new ResponseRules(defaultRules(errorPath))
    const { action, told } = rules.judge({ statusCode: 200, headers: {} }, readingOf(body))
    return { action, told }
  }

  test.each([
    '{}',
    '[]',
    '""',
    '" "',
    'null',
    'false',
    '0',
    '0.0',
    '-0',
    '{"base":[]}',
    '[{}]',
    '{"code":0,"text":null}',
  ])('N-7 errors: %s is no error, under a usual key or errorPath', nothing => {
    expect(judged(`{"items":[],"errors":${nothing}}`)).toEqual({ action: 'page' })
    expect(judged(`{"items":[],"problem":${nothing}}`, 'problem')).toEqual({ action: 'page' })
  })

  test.each(['"down"', '[{"message":"x"}]', '{"code":500}', 'true', '1.0'])(
    'N-7 errors: %s is one',
    something => {
      expect(judged(`{"items":[],"errors":${something}}`)).toMatchObject({ action: 'retry' })
      expect(judged(`{"items":[{"id":1}],"problem":${something}}`, 'problem')).toMatchObject({
        action: 'retry',
      })
    },
  )

  test('N-7 errors beside records are told, and the records taken', () => {
    expect(judged('{"items":[{"id":1}],"errors":[{"message":"no price"}]}')).toEqual({
      action: 'page',
      told: '[{"message":"no price"}]',
    })
    expect(judged('{"items":[{"id":1}],"errors":[]}')).toEqual({ action: 'page' })
  })
})
