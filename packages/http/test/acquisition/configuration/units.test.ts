import { expect, it } from 'vitest'
import { closest } from '../../../src/acquisition/configuration/closest.js'
import { parseDuration, parseSize } from '../../../src/acquisition/configuration/units.js'

it('durations are milliseconds', () => {
  expect(['0ms', '500ms', '5s', '1.5m', '2h'].map(parseDuration)).toEqual([0, 500, 5000, 90_000, 7_200_000])
  for (const text of ['5', 's', '-1s', '1 s', '1S', '1d', ''])
    expect(() => parseDuration(text)).toThrow(TypeError)
})

it('sizes are bytes', () => {
  expect(['10B', '1KB', '1KiB', '64MiB', '1.5GB', '1GiB'].map(parseSize)).toEqual([
    10,
    1000,
    1024,
    67_108_864,
    1.5e9,
    1024 ** 3,
  ])
  for (const text of ['64', 'MiB', '64mib', '-1KB']) expect(() => parseSize(text)).toThrow(TypeError)
})

it('the closest known word is named only when it is close', () => {
  const known = ['timeout', 'workers', 'output']
  expect(closest('timeot', known)).toBe('timeout')
  expect(closest('Workers', known)).toBe('workers')
  expect(closest('colour', known)).toBeUndefined()
})
