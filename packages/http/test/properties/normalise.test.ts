import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { notationsOf, readNumeral } from '../../src/acquisition/records/types/notation.js'
import { dateType } from '../../src/acquisition/records/types/date.js'
import { moneyType } from '../../src/acquisition/records/types/money.js'
import { zoneReader } from '../../src/acquisition/records/types/zone.js'

const locales = [
  'en',
  'de',
  'fr',
  'de-CH',
  'fr-CH',
  'de-AT',
  'it-CH',
  'es',
  'pt-PT',
  'pl',
  'sv',
  'en-IN',
  'en-ZA',
  'nb',
  'nl',
  'lv',
]

describe('normalisation, by property', () => {
  test('A-10 whatever a locale writes is read back as the same number', () => {
    const cents = fc.integer({ min: 0, max: 10 ** 12 })
    fc.assert(
      fc.property(fc.constantFrom(...locales), cents, (locale, amount) => {
        const written = new Intl.NumberFormat(locale, { minimumFractionDigits: 2 }).format(amount / 100)
        const expected = `${Math.trunc(amount / 100)}.${String(amount % 100).padStart(2, '0')}`
        expect(readNumeral(written, notationsOf(locale))).toBe(expected)
      }),
    )
  })

  test('A-10 no text at all makes the reader throw, and what it takes is a plain decimal', () => {
    const read = moneyType.reader({
      type: 'money',
      currency: 'EUR',
      symbols: { $: 'EUR' },
      allowNegative: true,
    })
    const likely = fc.string({
      unit: fc.constantFrom(...Array.from("0123456789.,-– $€ \u00a0\u202f'ACE")),
      maxLength: 14,
    })
    fc.assert(
      fc.property(fc.oneof(likely, fc.string({ unit: 'binary' })), text => {
        const money = read(text, {})
        if (typeof money === 'object' && money !== null && 'amount' in money)
          expect(money.amount).toMatch(/^-?(?:0|[1-9]\d*)\.\d{2,}$/)
      }),
    )
  })

  test('A-11 a wall clock in any zone is read as the instant that it showed', () => {
    const zones = [
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'UTC',
    ]
    const instants = fc
      .integer({ min: Date.UTC(1990, 0), max: Date.UTC(2035, 0) })
      .map(at => at - (at % 1000))
    fc.assert(
      fc.property(fc.constantFrom(...zones), instants, (zone, instant) => {
        const shown = new Intl.DateTimeFormat('sv-SE', {
          timeZone: zone,
          dateStyle: 'short',
          timeStyle: 'medium',
        }).format(instant)
        const candidates = zoneReader(zone)(Date.parse(`${shown.replace(' ', 'T')}Z`))
        expect(candidates).toContain(instant)
        const which = Math.max(...candidates) === instant ? 'second' : 'first'
        expect(dateType.reader({ type: 'date', format: 'iso', zone, repeatedHour: which })(shown, {})).toBe(
          new Date(instant).toISOString(),
        )
      }),
    )
  })
})
