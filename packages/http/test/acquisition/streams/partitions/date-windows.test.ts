import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../../src/acquisition/configuration/load-config.js'
import type { DateWindows } from '../../../../src/acquisition/streams/partitions/date-windows.js'
import { windowsOf } from '../../../../src/acquisition/streams/partitions/date-windows.js'
import { fixedPartitions, partitionsFor } from '../../../../src/acquisition/streams/partitions/partitions.js'
import { spanOf } from '../../../../src/acquisition/streams/since/span.js'
import type { Span } from '../../../../src/acquisition/streams/since/span.js'

const NOW = Date.parse('2026-03-31T12:00:00.500Z')
const at = (text: string): number => Date.parse(text)
const span = (text: string): Span => spanOf(text) as Span

function all(windows: Partial<DateWindows>): string[] {
  const whole = { start: at('2026-01-31'), step: span('1mo'), format: 'date', ...windows }
  return Array.from(windowsOf('w', whole, NOW), one => `${one['w.from']} ${one['w.until']}`)
}

describe('windows of dates', () => {
  test('are counted from the start, each in its own month, and end with the run', () => {
    expect(all({})).toEqual([
      '"2026-01-31" "2026-02-28"',
      '"2026-02-28" "2026-03-31"',
      '"2026-03-31" "2026-03-31"',
    ])
  })

  test('end before the next one by a granularity; the last one ends with all', () => {
    const windows = { step: span('2w'), granularity: span('1d'), end: at('2026-02-20') }
    expect(all(windows)).toEqual(['"2026-01-31" "2026-02-13"', '"2026-02-14" "2026-02-20"'])
  })

  test('begin and end so long before the run; where nothing lies between, there are none', () => {
    const windows = { start: span('3d'), end: span('1d'), step: span('1d'), format: 'epochSeconds' }
    const ends = [3, 2, 1].map(days => Math.floor((NOW - days * 86_400_000) / 1_000))
    expect(all(windows)).toEqual([`${ends[0]} ${ends[1]}`, `${ends[1]} ${ends[2]}`])
    expect(all({ ...windows, start: span('1d') })).toEqual([])
  })
})

describe('products', () => {
  const windows: DateWindows = { start: 0, step: span('1ms'), format: 'epochMillis' }

  test('of lists and windows come one after the other, however many there are', () => {
    const parts = fixedPartitions(
      [
        { values: ['a', 'b'], as: 'v' },
        { windows, as: 'w' },
      ],
      NOW,
    )
    const [first, second] = parts
    expect(first).toEqual({ v: '"a"', 'w.from': '0', 'w.until': '1' })
    expect(second).toEqual({ v: '"a"', 'w.from': '1', 'w.until': '2' })
  })

  test('of parents and windows', () => {
    const parents = new Map([['p', [{ 'p.id': '1' }, { 'p.id': '2' }]]])
    const parts = [
      { each: 'a', as: 'p' },
      { windows: { ...windows, end: 2 }, as: 'w' },
    ]
    expect(Array.from(partitionsFor(parts, parents, NOW), one => `${one['p.id']} ${one['w.from']}`)).toEqual([
      '1 0',
      '1 1',
      '2 0',
      '2 1',
    ])
    expect([...fixedPartitions(parts, NOW)]).toEqual([])
  })
})

describe('windows in a file', () => {
  const load = (windows: string, more = "    query: { from: '{w.from}', to: '{w.until}' }\n") =>
    parseConfig(
      `sources:\n  - name: a\n    baseUrl: http://127.0.0.1\n    id: id\n    for: { windows: ${windows}, as: w }\n${more}`,
      'a.yaml',
      { flags: {}, environment: {} },
    ).config.streams[0]?.for

  test('are read in the words of since', () => {
    const text = "{ start: '2026-01-01', end: 1d, step: 30d, granularity: 1s, format: isoSeconds }"
    expect(load(text)).toEqual([
      {
        as: 'w',
        windows: {
          start: at('2026-01-01'),
          end: span('1d'),
          step: span('30d'),
          granularity: span('1s'),
          format: 'isoSeconds',
        },
      },
    ])
    expect(load('{ start: 90d, step: 1mo }')).toEqual([
      {
        as: 'w',
        windows: {
          start: span('90d'),
          end: undefined,
          step: span('1mo'),
          granularity: undefined,
          format: 'iso',
        },
      },
    ])
  })

  test.each([
    ["{ start: '2026-01-01', step: 0d }", undefined, 'a span from 1ms on'],
    ['{ start: yesterday, step: 1d }', undefined, 'a date such as 2024-01-01'],
    ["{ start: '2026-01-01', end: '2026-01-01', step: 1d }", undefined, 'a moment after the start'],
    ["{ start: '2026-01-01', step: 1d, format: QQ }", undefined, 'one of iso, isoSeconds'],
    ['{ start: 9d, step: 1d }', "    query: { from: '{w.since}' }\n", '{w.since} is none of its fields'],
    ['{ start: 9d, step: 1d }', "    add: { from: '{w.from}' }\n", 'do not refer to {w.from} or {w.until}'],
    [
      '{ start: 9d, step: 1d }',
      "    query: { from: '{w.from}' }\n    since: { field: at }\n",
      'is windows beside since',
    ],
    [
      '{ start: 9d, step: 1d }',
      "    path: '/{w.from}'\n    markDeleted: true\n",
      'a start of 9d before the run',
    ],
  ])('%s %s is refused', (windows, more, message) => {
    expect(() => load(windows, more)).toThrow(message)
  })

  test('may be referred to by an expression alone', () => {
    expect(load('{ start: 9d, step: 1d }', '    query: { from: { expr: w.from } }\n')).toHaveLength(1)
  })
})
