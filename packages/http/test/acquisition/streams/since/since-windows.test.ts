import { assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PageWindow } from '../../../../src/acquisition/ledger/page.js'
import type { SinceConfig } from '../../../../src/acquisition/streams/since/since-config.js'
import { momentFormat } from '../../../../src/acquisition/streams/since/since-format.js'
import { SinceWindows } from '../../../../src/acquisition/streams/since/since-windows.js'
import { spanOf } from '../../../../src/acquisition/streams/since/span.js'

const NOW = Date.parse('2026-03-31T12:00:00.500Z')

const windows = (config: Partial<SinceConfig>) =>
  new SinceWindows({ field: 'at', type: 'date', format: 'iso', order: 'ascending', ...config }, NOW)

function all(since: SinceWindows, first: PageWindow | undefined): PageWindow[] {
  const found: PageWindow[] = []
  for (let window = first; window !== undefined; window = since.after(window)) found.push(window)
  return found
}

const day = (text: string) => `${text}T00:00:00.000Z`
const START = Date.parse(day('2026-01-01'))

describe('how moments are sent', () => {
  test.each([
    ['iso', '"2026-03-31T12:00:00.500Z"', 1],
    ['isoSeconds', '"2026-03-31T12:00:00Z"', 1_000],
    ['date', '"2026-03-31"', 86_400_000],
    ['epochSeconds', String(Math.floor(NOW / 1_000)), 1_000],
    ['epochMillis', String(NOW), 1],
    ['epochMicros', `${NOW}000`, 1],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSSSSxx", '"2026-03-31T12:00:00.500000+0000"', 1],
    ["d.M.yyyy H 'Uhr'", '"31.3.2026 12 Uhr"', 3_600_000],
    ["yyyyMMddHHmm''xxx", '"202603311200\'+00:00"', 60_000],
  ])('%s: %s', (format, text, unitMs) => {
    expect(momentFormat(format).write(NOW)).toBe(text)
    expect(momentFormat(format).unitMs).toBe(unitMs)
  })

  test.each([
    ['yyyy-QQ', 'QQ at 6 is none of yyyy, '],
    ["yyyy'T", "' at 5 is not closed"],
  ])('%s is refused', (format, message) => {
    expect(() => momentFormat(format)).toThrow(message)
  })
})

describe('windows', () => {
  test('without a state and a start there is none; with one it begins there, and is not sent an end in vain', () => {
    expect(windows({}).first(undefined, false)).toBeUndefined()
    expect(windows({}).first(undefined, true)).toEqual({ until: '2026-03-31T12:00:00.500Z' })
    expect(windows({ start: START }).first(undefined, false)).toEqual({ since: day('2026-01-01') })
    expect(windows({ start: spanOf('1mo') }).first(undefined, false)).toEqual({
      since: '2026-02-28T12:00:00.500Z',
    })
  })

  test('a later run begins where the one before ended, what the format can tell apart before it', () => {
    const state = { field: 'at', since: day('2026-03-01') }
    expect(windows({ start: START }).first(state, false)?.since).toBe('2026-02-28T23:59:59.999Z')
    expect(windows({ format: 'date' }).first(state, false)?.since).toBe(day('2026-02-28'))
    expect(windows({ overlap: spanOf('1h') }).first(state, false)?.since).toBe('2026-02-28T23:00:00.000Z')
    const counted = windows({ type: 'number' })
    expect(counted.first({ since: '9007199254740993' }, true)).toEqual({ since: '9007199254740993' })
    expect(windows({ type: 'number', overlap: 3 }).first({ since: '9007199254740993' }, false)?.since).toBe(
      '9007199254740990',
    )
  })

  test('months have their own lengths, and the last window ends with the run', () => {
    const since = windows({ start: Date.parse(day('2025-12-31')), window: spanOf('1mo') })
    expect(all(since, since.first(undefined, false)).map(({ since: from, until }) => [from, until])).toEqual([
      [day('2025-12-31'), day('2026-01-31')],
      [day('2026-01-31'), day('2026-02-28')],
      [day('2026-02-28'), day('2026-03-28')],
      [day('2026-03-28'), '2026-03-31T12:00:00.500Z'],
    ])
  })

  test('with a granularity windows do not share their ends', () => {
    const since = windows({
      start: START,
      end: Date.parse(day('2026-01-04')),
      window: spanOf('2d'),
      granularity: spanOf('1s'),
    })
    expect(all(since, since.first(undefined, false))).toEqual([
      { since: day('2026-01-01'), until: '2026-01-02T23:59:59.000Z' },
      { since: day('2026-01-03'), until: day('2026-01-04') },
    ])
  })

  test('windows of numbers', () => {
    const since = windows({ type: 'number', start: '0', end: '25', window: 10 })
    expect(all(since, since.first(undefined, false)).map(({ until }) => until)).toEqual(['10', '20', '25'])
  })

  test('they leave no moment out, and end', () => {
    assert(
      property(
        integer({ min: 1, max: 400 }),
        integer({ min: 1, max: 90 }),
        integer({ min: 0, max: 23 }),
        (daysAgo, windowDays, hours) => {
          const since = windows({
            start: NOW - daysAgo * 86_400_000,
            window: spanOf(`${windowDays}d`),
            granularity: spanOf(`${hours}h`),
          })
          const found = all(since, since.first(undefined, false))
          expect(found.at(-1)?.until).toBe(new Date(NOW).toISOString())
          for (const [index, { since: from }] of found.slice(1).entries()) {
            const before = Date.parse(found[index]?.until ?? '')
            expect(Date.parse(from ?? '') - before).toBe(hours * 3_600_000)
          }
        },
      ),
    )
  })

  test('nothing that lies ahead of the run is kept', () => {
    expect(windows({}).clamped('2126-01-01T00:00:00.000Z')).toBe('2026-03-31T12:00:00.500Z')
    expect(windows({}).clamped(day('2026-01-01'))).toBe(day('2026-01-01'))
    expect(windows({ type: 'number' }).clamped('9e9')).toBe('9e9')
  })
})
