import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePage } from '../../../../src/acquisition/records/decoders/json.js'
import { markNumbers } from '../../../../src/acquisition/records/decoders/mark-numbers.js'
import { exactJson } from '../../../../src/acquisition/records/exact-number.js'

const read = (text: string) => exactJson(parsePage(new TextEncoder().encode(text)))

describe('numbers as they were written', () => {
  test.each([
    '1.10',
    '1e3',
    '-0',
    '-0.0',
    '1E+2',
    '1e400',
    '9007199254740993',
    '0.1234567890123456789',
    '1.0',
  ])('N-15 %s keeps its digits, wherever it stands', number => {
    const text = `{"a":[${number},{"b":${number}}],"${number}":"${number} \\" ${number}"}`
    expect(markNumbers(text)).not.toBe(text)
    expect(read(text)).toBe(text)
  })

  test.each(['{"a":[0,-1,1.5,0.1,9007199254740991,52.52000659999,true,null]}', '[]', '"1.10"', ''])(
    'N-15 %j needs no second look',
    text => expect(markNumbers(text)).toBe(text),
  )

  test.each([
    '01.10',
    '1.',
    '.10',
    '1.10.1',
    '+1.0',
    '{1.10:1}',
    'a1.10',
    '1.10 2.10',
    '"1.10',
    '1.0-1.0',
    '1e',
  ])('N-15 %j stays no JSON', text => expect(() => read(text)).toThrow('JSON'))

  test('N-15 what JSON holds of texts and numbers is read as JSON.parse reads it, but for digits', () => {
    fc.assert(
      fc.property(fc.json(), text => {
        const exact = read(text) ?? ''
        expect(JSON.parse(exact)).toEqual(JSON.parse(text))
        if (markNumbers(text) === text) expect(exact).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })

  test('N-15 finds a number wherever it stands, and loses no digit of it', () => {
    const digits = fc.stringMatching(/^-?(?:0|[1-9]\d{0,30})(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?$/)
    const padding = fc.string({ unit: 'grapheme', maxLength: 40 }).map(text => JSON.stringify(text))
    fc.assert(
      fc.property(padding, digits, padding, (before, number, after) => {
        const text = `{"b":${before},"n":${number},"a":${after}}`
        expect(read(text)).toBe(text)
      }),
    )
  })
})
