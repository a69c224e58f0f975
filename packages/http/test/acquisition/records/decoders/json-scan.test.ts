import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasLongNumber } from '../../../../src/acquisition/records/decoders/json-scan.js'
import { parsePage } from '../../../../src/acquisition/records/decoders/json.js'

describe('long numbers', () => {
  test.each([
    ['{"id":9007199254740993}', true],
    ['[-1234567890123456]', true],
    ['[0.1234567890123456]', true],
    ['[123456789012345]', false],
    ['{"id":"9007199254740993"}', false],
    ['{"a":"x","b":1}', false],
    ['1234567890123456', true],
    ['', false],
  ])('A-11 %s: %s', (text, isLong) => {
    expect(hasLongNumber(text)).toBe(isLong)
  })

  test('A-11 finds a long number wherever it stands, and loses no digit of it', () => {
    const digits = fc.stringMatching(/^[1-9]\d{0,30}$/)
    const padding = fc.stringMatching(/^[a-z0-9]{0,40}$/)
    fc.assert(
      fc.property(padding, digits, padding, (before, number, after) => {
        const text = `{"b":"${before}","n":${number},"a":"${after}"}`
        if (number.length >= 16) expect(hasLongNumber(text)).toBe(true)
        const { n } = parsePage(new TextEncoder().encode(text)) as { n: { toString(): string } }
        expect(n.toString()).toBe(number)
      }),
    )
  })
})
