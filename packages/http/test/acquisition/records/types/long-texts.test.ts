import { describe, expect, test } from 'vitest'
import type { FieldType } from '../../../../src/acquisition/records/types/kinds.js'
import { fieldReader, fieldTypes } from '../../../../src/acquisition/records/types/kinds.js'
import { parsePage } from '../../../../src/acquisition/records/decoders/json.js'

const long = 300_000
const texts: Readonly<Record<string, string>> = {
  dashes: `1${'-'.repeat(long)}`,
  'dashes and digits': '1-'.repeat(long / 2),
  spaces: ' '.repeat(long),
  'spaces before a digit': `${' '.repeat(long)}1`,
  digits: '1'.repeat(long),
  zeros: `${'0'.repeat(long)}x`,
  dots: '.'.repeat(long),
  'dots and digits': '1.'.repeat(long / 2),
  groups: '1,234'.repeat(long / 5),
  signs: '+-'.repeat(long / 2),
  letters: 'a'.repeat(long),
  'euro signs': '€'.repeat(long),
  fraction: `2026-03-01T12:00:00.${'1'.repeat(long)}`,
}
const options: Readonly<Record<string, object>> = {
  date: { format: 'iso', zone: 'UTC' },
  money: { currencyPath: 'cur', words: { free: '0' } },
}
const typesOf = (): FieldType[] =>
  Object.keys(fieldTypes)
    .filter(type => !['string', 'json', 'text[]'].includes(type))
    .map(type => ({ type, ...options[type] }) as FieldType)
const dates = ['dd.MM.yyyy', 'rfc1123', 'date', 'epoch-seconds', 'epoch-nanoseconds']

describe('long texts', () => {
  test.each(Object.keys(texts))(
    'N-25 a long text of %s is refused by its length, whatever the type',
    name => {
      for (const type of [...typesOf(), ...dates.map(format => ({ type: 'date', format }) as const)])
        expect(fieldReader(type)(texts[name], {})).toMatchObject({ code: 'TOO_LONG' })
    },
  )

  test('N-25 a long number is refused as well', () => {
    const number = parsePage(new TextEncoder().encode('9'.repeat(long)))
    for (const type of typesOf()) expect(fieldReader(type)(number, {})).toMatchObject({ code: 'TOO_LONG' })
  })

  test('N-25 the reason does not repeat the text', () => {
    expect(fieldReader({ type: 'integer' })(texts['dashes'], {})).toMatchObject({
      reason: 'it has 300001 characters, more than the 400 that are read',
    })
  })

  // Quadratic, it would be 9e10 steps and minutes; the bound is that of the test.
  test.each(Object.keys(texts))('N-25 the readers themselves are linear in a text of %s', name => {
    const text = texts[name] ?? ''
    for (const type of typesOf()) {
      const read = fieldTypes[type.type].reader as (
        options: FieldType,
      ) => (value: unknown, record: unknown) => unknown
      read(type)(text, { cur: text })
      read({ ...type, currencyPath: 'cur' } as FieldType)(5, { cur: text })
    }
    for (const format of dates) fieldTypes.date.reader({ type: 'date', format })(text, {})
    expect.assertions(0)
  })
})
