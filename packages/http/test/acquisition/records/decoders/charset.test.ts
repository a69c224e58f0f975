import { describe, expect, test } from 'vitest'
import { decodeText } from '../../../../src/acquisition/records/decoders/charset.js'

const text = '{"title":"What’s café 😀"}'
const utf8 = new TextEncoder().encode(text)
const codeOf = (bytes: Uint8Array, type?: string) => {
  try {
    return decodeText(bytes, type)
  } catch (error) {
    return (error as { code: string }).code
  }
}
const wide = (size: 2 | 4, littleEndian: boolean, mark = '') => {
  const units = size === 2 ? (mark + text).split('') : Array.from(mark + text)
  const view = new DataView(new ArrayBuffer(units.length * size))
  units.forEach((unit, index) => {
    if (size === 2) view.setUint16(index * 2, unit.charCodeAt(0), littleEndian)
    else view.setUint32(index * 4, unit.codePointAt(0) ?? 0, littleEndian)
  })
  return new Uint8Array(view.buffer)
}

describe('character sets', () => {
  test.each([
    undefined,
    'application/json',
    'application/json;charset=ISO-8859-1',
    'application/json; charset=us-ascii',
    'application/json; charset=utf-8, application/json; charset=utf-8',
    'application/json; charset=charset=UTF-8',
    "application/json; charset='utf-8'",
    'application/json; charset="utf-8"',
    'application/json; charset="UTF-8" ; charset=latin1',
    'application/json; charset = utf8',
    'application/json; charset=',
    'application/json; charset=UTF-16',
    'application/json; charset=klingon',
    'application/json; charset=windows-1252; boundary=x',
  ])('N-12 UTF-8 bytes are UTF-8 under %j', type => expect(decodeText(utf8, type)).toBe(text))

  test.each([
    ['application/json; charset=ISO-8859-1', 'é'],
    ['application/json; charset="latin1"', 'é'],
    ['application/json; charset=charset=windows-1252', 'é'],
    ["application/json; charset='iso-8859-15'", 'é'],
    ['application/json; charset=utf-8; charset=iso-8859-1', 'é'],
    ['application/json; charset=klingon; charset=koi8-r', 'И'],
  ])('N-12 bytes that are no UTF-8 are what %s says', (type, letter) =>
    expect(decodeText(Uint8Array.of(0x22, 0xe9, 0x22), type)).toBe(`"${letter}"`),
  )

  test('N-12 what is neither UTF-8 nor what is announced is an error that says so', () => {
    const bytes = Uint8Array.of(0x22, 0xe9, 0x22)
    expect(codeOf(bytes)).toBe('INVALID_ENCODING')
    expect(codeOf(bytes, 'application/json; charset=utf-8')).toBe('INVALID_ENCODING')
    expect(codeOf(bytes, 'application/json; charset=klingon')).toBe('UNSUPPORTED_CHARSET')
    expect(codeOf(bytes, 'application/json; charset=')).toBe('INVALID_ENCODING')
  })

  test.each([
    [2, true],
    [2, false],
    [4, true],
    [4, false],
  ] as const)('N-12 UTF-%j bytes wide, little-endian %j, with a mark or without', (size, littleEndian) => {
    expect(decodeText(wide(size, littleEndian), 'application/json; charset=utf-8')).toBe(text)
    expect(decodeText(wide(size, littleEndian, '\ufeff'))).toBe(text)
  })

  test('N-12 UTF-32 that is none is an error', () => {
    expect(codeOf(Uint8Array.of(0, 0, 0xd8, 0, 0, 0, 0, 0x22))).toBe('INVALID_ENCODING')
    expect(codeOf(Uint8Array.of(0, 0, 0, 0x22, 0))).toBe('INVALID_ENCODING')
  })

  test('N-12 a charset of seven bits is not taken for UTF-8', () => {
    const bytes = new TextEncoder().encode('"\u001b$B%+\u001b(B"')
    expect(decodeText(bytes, 'application/json; charset=ISO-2022-JP')).toBe('"カ"')
  })
})
