import { describe, expect, test } from 'vitest'
import { booleanType } from '../../../../src/acquisition/records/types/boolean.js'
import { decimalType } from '../../../../src/acquisition/records/types/decimal.js'
import { integerType } from '../../../../src/acquisition/records/types/integer.js'
import { stringType } from '../../../../src/acquisition/records/types/string.js'
import { compilePath } from '../../../../src/acquisition/references/path.js'
import { parsePage } from '../../../../src/acquisition/records/decoders/json.js'
import { Unreadable } from '../../../../src/acquisition/records/unreadable.js'

const numberOf = (text: string) => parsePage(new TextEncoder().encode(text))
const code = (value: unknown) => (value instanceof Unreadable ? value.code : value)

describe('integers and decimals', () => {
  const integer = (value: unknown, locale?: string) =>
    code(integerType.reader({ type: 'integer', locale })(value, {}))
  const decimal = (value: unknown, locale?: string) =>
    code(decimalType.reader({ type: 'decimal', locale })(value, {}))

  test('A-11 an integer beyond 2^53 stays digits, a smaller one is a number', () => {
    expect(integer(numberOf('9223372036854775807'))).toBe('9223372036854775807')
    expect(integer('9223372036854775807')).toBe('9223372036854775807')
    expect(integer(numberOf('42'))).toBe(42)
    expect(integer('42')).toBe(42)
    expect(integer(42)).toBe(42)
    expect(Object.is(integer(-0), 0)).toBe(true)
    expect(integer('-7')).toBe(-7)
    expect(integer(1e20)).toBe('100000000000000000000')
  })

  test('takes whole numbers only', () => {
    expect(integer('12.0')).toBe(12)
    expect(integer(3.5)).toBe('NOT_AN_INTEGER')
    expect(integer('1.234')).toBe('AMBIGUOUS_NUMBER')
    expect(integer('1.234', 'de')).toBe(1234)
    expect(integer('many')).toBe('NOT_A_NUMBER')
    expect(integer([])).toBe('WRONG_TYPE')
  })

  test('keeps every digit of a decimal', () => {
    expect(decimal(4.5)).toBe('4.5')
    expect(decimal(numberOf('0.1234567890123456789'))).toBe('0.1234567890123456789')
    expect(decimal('-1.234,5', 'de')).toBe('-1234.5')
    expect(decimal('-0.0')).toBe('0.0')
    expect(decimal(1e-9)).toBe('0.000000001')
    expect(decimal(numberOf('1e999999999'))).toBe('NOT_FINITE')
    expect(decimal('9'.repeat(100))).toBe('NOT_A_NUMBER')
  })
})

describe('texts and booleans', () => {
  const readString = (value: unknown) => stringType.reader({ type: 'string' })(value, {})

  test('takes a text as it is and a number by its digits', () => {
    expect(readString(' a ')).toBe(' a ')
    expect(readString(12)).toBe('12')
    expect(readString(numberOf('9007199254740993'))).toBe('9007199254740993')
    expect(code(readString(true))).toBe('WRONG_TYPE')
    expect(code(readString({}))).toBe('WRONG_TYPE')
  })

  test('takes for true and false what the mapping names, and no more', () => {
    const reader = booleanType.reader({
      type: 'boolean',
      trueValues: ['Ja', '1'],
      falseValues: ['nein', '0'],
    })
    const read = (value: unknown) => reader(value, {})
    expect([true, 'true', 'JA', 1, '1'].map(read)).toEqual([true, true, true, true, true])
    expect([false, 'False', 'nein', 0].map(read)).toEqual([false, false, false, false])
    expect(code(read('maybe'))).toBe('NOT_A_BOOLEAN')
    expect(code(read(null))).toBe('WRONG_TYPE')
    expect(code(booleanType.reader({ type: 'boolean' })(1, {}))).toBe('NOT_A_BOOLEAN')
  })
})

describe('paths', () => {
  const at = (path: string, value: unknown) => compilePath(path)(value)

  test('reads through objects and arrays', () => {
    const value = { a: { b: [{ c: 1 }, { 'd.e': 2, 'f"': 3 }] }, 'x-y': 4 }
    expect(at('a.b[0].c', value)).toBe(1)
    expect(at('a.b[1]["d.e"]', value)).toBe(2)
    expect(at('a.b[1]["f\\""]', value)).toBe(3)
    expect(at('x-y', value)).toBe(4)
    expect(at('', value)).toBe(value)
    expect(at('[1]', [5, 6])).toBe(6)
  })

  test('finds nothing where nothing is', () => {
    for (const path of ['b', 'a.b.c', 'a[0]', 'n.x']) expect(at(path, { a: 'text', n: null })).toBeUndefined()
    expect(at('a[0]', { a: { 0: 'x' } })).toBeUndefined()
  })

  test('takes the first of a list that has a value', () => {
    const links = [{ rel: 'self' }, null, 'next', { rel: 'next', href: 'a' }, { rel: 'next', href: 'b' }]
    expect(at('links[rel=next].href', { links })).toBe('a')
    expect(at('[n=2].x', [{ n: 1 }, { n: 2, x: 'y' }])).toBe('y')
    expect(at('[on=true]', [{ on: {} }, { on: true }])).toEqual({ on: true })
    for (const path of ['links[rel=last]', 'links[constructor=1]', 'links[0][rel=next]', 'none[rel=next]'])
      expect(at(path, { links })).toBeUndefined()
  })

  test('sees nothing that the source did not send', () => {
    for (const path of ['constructor', '__proto__.toString', 'a.length', 'list.map']) {
      expect(at(path, { a: 'text', list: {} })).toBeUndefined()
    }
  })

  test.each(['a..b', '.a', 'a.', 'a[x]', 'a[x=]', 'a[=x]', 'a[x=[]', 'a[', 'a["b', '[-1]', 'a b."'])(
    'refuses %j',
    path => {
      expect(() => compilePath(path)).toThrow(TypeError)
    },
  )
})
