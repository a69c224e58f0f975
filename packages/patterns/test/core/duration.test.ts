import { parseDuration } from 'async-patterns'
import { expect, test } from 'vitest'

test.each([
  ['500ms', 500],
  ['0ms', 0],
  ['1.5s', 1500],
  [' 1m ', 60_000],
  ['2h', 7_200_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration('--timeout', text)).toBe(ms)
})

test.each(['5', '', '-1s', 's', '5 s', '1e3ms', 'Infinity', '5s5ms'])(
  '%j is refused, and the error names the option and what is allowed',
  text => {
    expect(() => parseDuration('--timeout', text)).toThrow(/^--timeout is .*500ms, 5s or 1m/)
  },
)
