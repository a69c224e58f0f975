import { expect, test } from 'vitest'
import { parseSize } from '../../../src/acquisition/schema/parse-size.js'

test('sizes are bytes', () => {
  expect(['10B', '1KB', '1KiB', '64MiB', '1.5GB', '1GiB'].map(parseSize)).toEqual([
    10,
    1000,
    1024,
    67_108_864,
    1.5e9,
    1024 ** 3,
  ])
  for (const text of ['64', 'MiB', '64mib', '-1KB']) expect(() => parseSize(text)).toThrow(RangeError)
})
