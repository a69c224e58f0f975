import * as fc from 'fast-check'
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

  test('A-11 dates: what is written as it is stored is read as any other form of it', () => {
    const instants = fc.date({
      min: new Date(0),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(instants, instant => {
        const text = instant.toISOString()
        expect([read(text), read(text.replace('Z', '+00:00'))]).toEqual([text, text])
        const seconds = `${text.slice(0, 19)}Z`
        expect(read(seconds)).toBe(read(seconds.replace('T', ' ')))
      }),
    )
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

  test('N-14 a pattern of digits takes a number too', () => {
    expect(read(20260301, { format: 'yyyyMMdd' })).toBe('2026-03-01')
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

  test.each([
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2015-06-30T23:59:60.5Z', '2015-07-01T00:00:00.500Z'],
    ['2017-01-01T00:59:60+01:00', '2017-01-01T00:00:00.000Z'],
    ['2016-12-31T18:59:60-05:00', '2017-01-01T00:00:00.000Z'],
  ])('N-14 %s is a leap second', (text, instant) => expect(read(text)).toBe(instant))

  test.each([
    '2023-12-11T11:31:60.000Z',
    '2016-12-31T23:58:60Z',
    '2016-12-31T23:59:60+01:00',
    '2016-12-31T23:59:61Z',
    '2016-11-30T23:59:60Z',
    '2016-03-31T23:59:60Z',
    '1971-12-31T23:59:60Z',
  ])('N-14 %s is none', text => expect(read(text)).toBe('INVALID_DATE'))

  test('N-14 a leap second is judged in UTC, also for a text in the zone of the mapping', () => {
    expect(read('2017-01-01T08:59:60', { zone: 'Asia/Tokyo' })).toBe('2017-01-01T00:00:00.000Z')
    expect(read('2016-12-31T23:59:60', { zone: 'Asia/Tokyo' })).toBe('INVALID_DATE')
  })

  const instant = '2023-11-14T22:13:20.123Z'
  const epochs = {
    'epoch-seconds': '1700000000.123',
    'epoch-milliseconds': '1700000000123',
    'epoch-microseconds': '1700000000123456',
    'epoch-nanoseconds': '1700000000123456789',
  }

  test('N-14 an epoch is plausible in its own unit only, and the reason names the likely one', () => {
    for (const [format, text] of Object.entries(epochs)) {
      for (const other of Object.keys(epochs)) {
        const result = dateType.reader({ type: 'date', format: other })(text, {})
        if (other === format) expect(result).toBe(instant)
        else {
          const [unit, likely] = [other, format].map(name => name.slice('epoch-'.length))
          expect(result).toMatchObject({
            code: 'EPOCH_UNIT',
            reason: `"${text}" is implausible in ${unit}; is it in ${likely}?`,
          })
        }
      }
    }
    expect(read(-1.7e12, { format: 'epoch-seconds' })).toBe('EPOCH_UNIT')
    expect(read('9'.repeat(21), { format: 'epoch-nanoseconds' })).toBe('INVALID_DATE')
  })

  test.each([
    ['132465.311', '1970-01-02T12:47:45.311Z'],
    ['0.001', '1970-01-01T00:00:00.001Z'],
    ['4.35', '1970-01-01T00:00:04.350Z'],
    ['1.0005', '1970-01-01T00:00:01.000Z'],
    ['-0.001', '1969-12-31T23:59:59.999Z'],
    ['-1.9999', '1969-12-31T23:59:58.000Z'],
    ['1700000000.999999', '2023-11-14T22:13:20.999Z'],
  ])('N-14 %s seconds are exact to the millisecond', (text, expected) =>
    expect(read(text, { format: 'epoch-seconds' })).toBe(expected),
  )

  test('N-14 zero is one instant in every unit', () => {
    for (const format of Object.keys(epochs)) expect(read(0, { format })).toBe('1970-01-01T00:00:00.000Z')
  })

  test.each([
    ['dd.MM.yyyy', '31.12.2023', '2023-12-31'],
    ['d.M.yyyy', '1.2.2024', '2024-02-01'],
    ['MM/dd/yyyy', '02/29/2024', '2024-02-29'],
    ['yyyyMMdd', '20231231', '2023-12-31'],
    ['yyyyMMddHHmmssX', '20231231235959Z', '2023-12-31T23:59:59.000Z'],
    ["yyyyMMdd'T'HHmmssSSSXXX", '20231231T235959123+01:00', '2023-12-31T22:59:59.123Z'],
    ['dd.MM.yyyy HH:mm:ss XXX', '31.12.2023 12:00:00 +02:00', '2023-12-31T10:00:00.000Z'],
    ['MM/dd/yyyy hh:mm a z', '07/04/2023 12:30 am UTC', '2023-07-04T00:30:00.000Z'],
    ['M/d/yyyy h:mm:ss a X', '7/4/2023 3:05:09 PM -05', '2023-07-04T20:05:09.000Z'],
    ['EEEE, d MMMM yyyy', 'Tuesday, 4 July 2023', '2023-07-04'],
    ['yyyy年MM月dd日', '2023年07月04日', '2023-07-04'],
    ["dd MMM yyyy 'o''clock'", "04 jul 2023 o'clock", '2023-07-04'],
    ['dd.MM.yyyy[ HH:mm] X', '31.12.2023 Z', '2023-12-31T00:00:00.000Z'],
    ['EEE, dd MMM yyyy HH:mm:ss zzz', 'Sun, 06 Nov 1994 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
    ['rfc1123', 'Sun, 06 Nov 1994 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
    ['rfc1123', '6 Nov 1994 08:49 +0200', '1994-11-06T06:49:00.000Z'],
  ])('N-14 %s reads %s', (format, text, expected) => expect(read(text, { format })).toBe(expected))

  test.each([
    ['dd.MM.yyyy', '31.02.2023'],
    ['dd.MM.yyyy', '12/31/2023'],
    ['dd.MM.yyyy', '31.12.23'],
    ['dd.MM.yyyy', '31.12.2023 12:00'],
    ['MM/dd/yyyy', '31/12/2023'],
    ['yyyyMMdd', '20230229'],
    ['yyyyMMddHHmmssX', '20231231246000Z'],
    ['hh:mm a dd.MM.yyyy X', '13:00 PM 01.01.2023 Z'],
    ['hh:mm a dd.MM.yyyy X', '00:00 AM 01.01.2023 Z'],
    ['rfc1123', 'Mon, 06 Nov 1994 08:49:37 GMT'],
    ['rfc1123', 'Sun, 06 Nov 1994 08:49:60 GMT'],
    ['rfc1123', 'Sun, 06 Nov 94 08:49:37 GMT'],
  ])('N-14 %s does not read %s', (format, text) => expect(read(text, { format })).toBe('INVALID_DATE'))

  test('N-14 a pattern without an offset is read in the zone of the mapping, or not', () => {
    const format = 'dd.MM.yyyy HH:mm'
    expect(read('01.07.2023 12:00', { format })).toBe('NO_ZONE')
    expect(read('01.07.2023 12:00', { format, zone: 'Europe/Berlin' })).toBe('2023-07-01T10:00:00.000Z')
    expect(read('26.03.2023 02:30', { format, zone: 'Europe/Berlin' })).toBe('SKIPPED_TIME')
    expect(read('01.07.2023', { format: 'dd.MM.yyyy', zone: 'Europe/Berlin' })).toBe(
      '2023-06-30T22:00:00.000Z',
    )
  })

  test.each([
    ['dd.QQ.yyyy', 'QQ at 4 is none of'],
    ['YYYY-MM-dd', 'YYYY at 1 is none of'],
    ['yyyy-MM-ddTHH:mm', 'T at 11 is none of'],
    ['dd.mm.yyyy', 'it has no MM'],
    ['MM.yyyy', 'it has no dd'],
    ['dMyyyy', 'M at 2 follows one whose digits have no end'],
    ['dd.MM.yyyy dd', 'dd at 12 is there twice'],
    ['dd.MM.yyyy hh:mm', 'it has no a beside h'],
    ["dd.MM.yyyy 'at", "' at 12 is not closed"],
    ['dd.MM.yyyy[ HH:mm', '] is missing'],
    ['dd.MM.yyyy]', '] at 11 has no partner'],
    ['epoch-second', 'e at 1 is none of'],
  ])('N-14 %s is refused when the mapping is compiled', (format, reason) =>
    expect(() => dateType.reader({ type: 'date', format })).toThrow(reason),
  )
})
