import { describe, expect, test } from 'vitest'
import type { DateType } from '../../../../src/acquisition/records/types/date.js'
import { dateType } from '../../../../src/acquisition/records/types/date.js'
import { Unreadable } from '../../../../src/acquisition/records/unreadable.js'

const read = (value: unknown, type: Partial<DateType> = {}) => {
  const result = dateType.reader({ type: 'date', format: 'iso', ...type })(value, {})
  return result instanceof Unreadable ? result.code : result
}

describe('dates', () => {
  test.each([
    ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01T12:00:00+02:00', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01T12:00:00-0530', '2026-03-01T17:30:00.000Z'],
    ['2026-03-01T12:00+02', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01 12:00:00.1Z', '2026-03-01T12:00:00.100Z'],
    ['2026-03-01T12:00:00.123456789Z', '2026-03-01T12:00:00.123Z'],
    ['2026-03-01t12:00:00,5z', '2026-03-01T12:00:00.500Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('A-11 dates: %s, with its offset, is %s', (text, instant) => {
    expect(read(text)).toBe(instant)
  })

  test.each([
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T12:60:00Z',
    '2026-03-01T12:00:00+25:00',
    '01.03.2026',
    '3/1/2026',
    '',
    'yesterday',
  ])('A-11 dates: %j is none', text => {
    expect(read(text)).toBe('INVALID_DATE')
  })

  test('A-11 dates: without a zone a time is rejected, with one it is read there', () => {
    expect(read('2026-03-01T12:00:00')).toBe('NO_ZONE')
    expect(read('2026-03-01')).toBe('NO_ZONE')
    expect(read('2026-03-01T12:00:00', { zone: 'Europe/Berlin' })).toBe('2026-03-01T11:00:00.000Z')
    expect(read('2026-07-01T12:00:00', { zone: 'Europe/Berlin' })).toBe('2026-07-01T10:00:00.000Z')
    expect(read('2026-07-01', { zone: 'America/New_York' })).toBe('2026-07-01T04:00:00.000Z')
    expect(read('2026-07-01T12:00:00', { zone: '+05:45' })).toBe('2026-07-01T06:15:00.000Z')
  })

  test('A-11 dates: an offset in the text wins over the zone of the mapping', () => {
    expect(read('2026-07-01T12:00:00Z', { zone: 'Europe/Berlin' })).toBe('2026-07-01T12:00:00.000Z')
  })

  test('A-11 dates: a time that clocks skipped is rejected, one that happened twice needs repeatedHour', () => {
    const zone = 'Europe/Berlin'
    expect(read('2026-03-29T02:30:00', { zone })).toBe('SKIPPED_TIME')
    expect(read('2026-10-25T02:30:00', { zone })).toBe('REPEATED_TIME')
    expect(read('2026-10-25T02:30:00', { zone, repeatedHour: 'first' })).toBe('2026-10-25T00:30:00.000Z')
    expect(read('2026-10-25T02:30:00', { zone, repeatedHour: 'second' })).toBe('2026-10-25T01:30:00.000Z')
    expect(read('2026-10-25T03:00:00', { zone })).toBe('2026-10-25T02:00:00.000Z')
  })

  test('A-11 dates: epochs in seconds and milliseconds, as numbers and texts', () => {
    expect(read(1772366400, { format: 'epoch-seconds' })).toBe('2026-03-01T12:00:00.000Z')
    expect(read('1772366400.5', { format: 'epoch-seconds' })).toBe('2026-03-01T12:00:00.500Z')
    expect(read(1772366400123, { format: 'epoch-milliseconds' })).toBe('2026-03-01T12:00:00.123Z')
    expect(read(-1, { format: 'epoch-seconds' })).toBe('1969-12-31T23:59:59.000Z')
  })

  test('A-11 dates: an epoch in the wrong unit is noticed', () => {
    expect(read(1772366400, { format: 'epoch-milliseconds' })).toBe('EPOCH_UNIT')
    expect(read(1772366400123, { format: 'epoch-seconds' })).toBe('EPOCH_UNIT')
  })

  test('takes calendar dates as they are and nothing beside them', () => {
    expect(read('2026-03-01', { format: 'date' })).toBe('2026-03-01')
    expect(read('2026-02-30', { format: 'date' })).toBe('INVALID_DATE')
    expect(read('2026-03-01T00:00:00Z', { format: 'date' })).toBe('INVALID_DATE')
  })

  test('refuses values of other types', () => {
    expect(read(5)).toBe('WRONG_TYPE')
    expect(read(5, { format: 'date' })).toBe('WRONG_TYPE')
    expect(read(true, { format: 'epoch-seconds' })).toBe('WRONG_TYPE')
    expect(read('soon', { format: 'epoch-seconds' })).toBe('INVALID_DATE')
    expect(read(1e300, { format: 'epoch-milliseconds' })).toBe('INVALID_DATE')
  })

  test('refuses a zone that does not exist when the mapping is compiled', () => {
    expect(() => dateType.reader({ type: 'date', format: 'iso', zone: 'Mars/Olympus' })).toThrow(RangeError)
  })
})
