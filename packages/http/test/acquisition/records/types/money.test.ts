import { describe, expect, test } from 'vitest'
import type { Money } from '../../../../src/acquisition/records/types/field-type.js'
import type { MoneyType } from '../../../../src/acquisition/records/types/money.js'
import { moneyType } from '../../../../src/acquisition/records/types/money.js'
import { Unreadable } from '../../../../src/acquisition/records/unreadable.js'

const read = (value: unknown, type: Partial<MoneyType> = {}, record: unknown = {}) => {
  const result = moneyType.reader({ type: 'money', ...type })(value, record)
  if (result instanceof Unreadable) return result.code
  const { amount, currency } = result as Money
  return `${amount} ${currency}`
}
const euros = { currency: 'EUR' }

describe('money', () => {
  test.each([
    ['12.50', 'en', '12.50'],
    ['.89', 'en', '0.89'],
    ['1,234.56', 'en', '1234.56'],
    ['1,234,567', 'en', '1234567.00'],
    ['12,34,567.5', 'en-IN', '1234567.50'],
    ['1.234,56 €', 'de', '1234.56'],
    ['1.234', 'de', '1234.00'],
    ['1 234,56', 'fr', '1234.56'],
    ['1\u00a0234,56', 'fr', '1234.56'],
    ['1\u202f234,56', 'fr', '1234.56'],
    ['1 234 567,5', 'fr', '1234567.50'],
    ['5,-', 'de', '5.00'],
    ['007', 'en', '7.00'],
    ['+3', 'en', '3.00'],
    ['12.3456', 'en', '12.3456'],
  ])('A-10 takes %j as %s writes it', (text, locale, amount) => {
    expect(read(text, { ...euros, locale })).toBe(`${amount} EUR`)
  })

  test.each([
    ["1'234.50", '1234.50'],
    ['1\u2019234.50', '1234.50'],
    ['CHF 5.-', '5.00'],
    ['CHF 5.–', '5.00'],
    ['Fr. 5.-', '5.00'],
  ])('A-10 takes %j as de-CH writes it', (text, amount) => {
    expect(read(text, { locale: 'de-CH', currency: 'CHF', symbols: { 'Fr.': 'CHF' } })).toBe(`${amount} CHF`)
  })

  test.each([
    ['1.234', 'AMBIGUOUS_NUMBER'],
    ['1,234', 'AMBIGUOUS_NUMBER'],
    ['-1,234', 'AMBIGUOUS_NUMBER'],
    ['free', 'NOT_A_NUMBER'],
    ['10-12', 'RANGE'],
    ['10 – 12', 'RANGE'],
    ['€10-€12', 'RANGE'],
    ['-3', 'NEGATIVE'],
    [-3, 'NEGATIVE'],
    ['', 'EMPTY_VALUE'],
    ['  ', 'EMPTY_VALUE'],
    ['12.50-', 'NOT_A_NUMBER'],
    ['5.', 'NOT_A_NUMBER'],
    ['(5)', 'NOT_A_NUMBER'],
    ['1 234', 'NOT_A_NUMBER'],
    ['12.34.56', 'NOT_A_NUMBER'],
    ['1e3', 'NOT_A_NUMBER'],
    ['$5', 'UNKNOWN_CURRENCY'],
    ['5 USD', 'CURRENCY_CONFLICT'],
    ['from 5', 'UNKNOWN_CURRENCY'],
    ['Rs.500', 'NOT_A_NUMBER'],
    ['10 €/kg', 'UNKNOWN_CURRENCY'],
    ['5 (was 7)', 'NOT_A_NUMBER'],
    [true, 'WRONG_TYPE'],
    [{ amount: 5 }, 'WRONG_TYPE'],
    [Infinity, 'NOT_FINITE'],
  ])('A-10 without a locale %j is rejected as %s', (value, code) => {
    expect(read(value, euros)).toBe(code)
  })

  test.each([
    ['12.50', '12.50'],
    ['12,50', '12.50'],
    ['1234.567', '1234.567'],
    ['1,234.56', '1234.56'],
    ['1.234,56', '1234.56'],
    ['0.500', '0.500'],
    ['1,234,567', '1234567.00'],
    [12.5, '12.50'],
    [0.1, '0.10'],
    [1e21, '1000000000000000000000.00'],
    [1e-7, '0.0000001'],
    [-0, '0.00'],
  ])('A-10 without a locale %j has one meaning only', (value, amount) => {
    expect(read(value, euros)).toBe(`${amount} EUR`)
  })

  test('A-10 a comma is no decimal point where the locale says otherwise', () => {
    expect(read('1.234,56', { ...euros, locale: 'en' })).toBe('NOT_A_NUMBER')
    expect(read('1,23', { ...euros, locale: 'en' })).toBe('NOT_A_NUMBER')
  })

  test('A-10 a word has the value that the mapping gives it', () => {
    expect(read('Free', { ...euros, words: { free: '0' } })).toBe('0.00 EUR')
  })

  test('A-10 negatives are taken when allowed, with the sign on either side of the symbol', () => {
    const type = { allowNegative: true, locale: 'en', symbols: { $: 'USD' } }
    expect(['-$3', '$-3', '$ -3', '\u2212$3', '-3 USD'].map(text => read(text, type))).toEqual(
      Array(5).fill('-3.00 USD'),
    )
    expect(read('-0.00', { currency: 'USD' })).toBe('0.00 USD')
  })

  test('A-10 a symbol stands for the currency that the mapping names for it', () => {
    expect(read('$1,299.00', { locale: 'en', symbols: { $: 'CAD' } })).toBe('1299.00 CAD')
    expect(read('5 kr', { symbols: { kr: 'SEK' } })).toBe('5.00 SEK')
    expect(read('5 €')).toBe('5.00 EUR')
    expect(read('5 eur')).toBe('5.00 EUR')
  })

  test('A-10 two currencies that disagree are rejected, two that agree are not', () => {
    const type = { currencyPath: 'cur', symbols: { $: 'USD' } }
    expect(read('$5', type, { cur: 'EUR' })).toBe('CURRENCY_CONFLICT')
    expect(read('$5', type, { cur: 'USD' })).toBe('5.00 USD')
    expect(read('$5 EUR', type)).toBe('CURRENCY_CONFLICT')
    expect(read(5, { ...type, currency: 'GBP' }, { cur: 'EUR' })).toBe('CURRENCY_CONFLICT')
    expect(read(5, { ...type, currency: 'GBP' }, { cur: null })).toBe('5.00 GBP')
    expect(read(5, type, { cur: 7 })).toBe('WRONG_TYPE')
    expect(read(5, type, {})).toBe('NO_CURRENCY')
  })

  test('A-10 minor units become units exactly, whole ones only', () => {
    const type = { minorUnits: 2, currency: 'MXN' }
    expect([1299, 5, 0, '1299', 123456789012345].map(value => read(value, type))).toEqual([
      '12.99 MXN',
      '0.05 MXN',
      '0.00 MXN',
      '12.99 MXN',
      '1234567890123.45 MXN',
    ])
    expect(read(12.5, type)).toBe('NOT_AN_INTEGER')
  })

  test("pads to the currency's usual digits and never rounds", () => {
    expect(read(5, { currency: 'JPY' })).toBe('5 JPY')
    expect(read(5, { currency: 'KWD' })).toBe('5.000 KWD')
    expect(read('0.125', { currency: 'USD', locale: 'en' })).toBe('0.125 USD')
  })

  test.each([
    ['JPY', '500 JPY'],
    ['USD', '5.00 USD'],
    ['BHD', '0.500 BHD'],
    ['CLF', '0.0500 CLF'],
    ['ISK', '500 ISK'],
    ['IQD', '0.500 IQD'],
    ['HUF', '5.00 HUF'],
  ])('N-16 minorUnits: iso takes 500 in %s as %s', (cur, expected) => {
    expect(read(500, { minorUnits: 'iso', currencyPath: 'cur' }, { cur })).toBe(expected)
    expect(read(`500 ${cur}`, { minorUnits: 'iso' })).toBe(expected)
    expect(read(500, { minorUnits: 'iso', currency: cur })).toBe(expected)
  })

  test('N-16 a number of minor units is refused for a currency of the record that has others', () => {
    const type = { minorUnits: 2, currencyPath: 'cur', symbols: { '¥': 'JPY' } }
    expect(read(500, type, { cur: 'USD' })).toBe('5.00 USD')
    for (const cur of ['JPY', 'KRW', 'BHD', 'CLF']) expect(read(500, type, { cur })).toBe('MINOR_UNITS')
    expect(read('¥500', type)).toBe('MINOR_UNITS')
    expect(read(500, { ...type, minorUnits: 3 }, { cur: 'USD' })).toBe('MINOR_UNITS')
    const refused = moneyType.reader({ type: 'money', ...type })(500, { cur: 'JPY' })
    expect(refused).toMatchObject({
      reason:
        "minor units of JPY have 0 digits, the mapping says 2; minorUnits: iso takes each currency's own",
    })
  })

  test('N-16 a fraction that is no minor unit, micros for example, is the same for all currencies', () => {
    const type = { minorUnits: 6, currencyPath: 'cur' }
    expect(read(5_000_000, type, { cur: 'USD' })).toBe('5.000000 USD')
    expect(read(5_000_000, type, { cur: 'JPY' })).toBe('5.000000 JPY')
  })

  test.each(['XYZ', 'XXX', 'XTS', 'dollars', ''])('N-16 %j names no currency', cur => {
    expect(read(500, { minorUnits: 'iso', currencyPath: 'cur' }, { cur })).toBe('UNKNOWN_CURRENCY')
  })
})
