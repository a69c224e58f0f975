import { LONGEST_DELAY_MS, parseRetryAfter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { expect, test } from 'vitest'

const clock = new ManualClock({ wallStartMs: Date.UTC(2026, 0, 1) })

test.each([
  ['0', 0],
  ['120', 120_000],
  [' 7 ', 7_000],
  ['1.5', 1_500],
  ['Thu, 01 Jan 2026 00:10:00 GMT', 600_000],
  ['Thursday, 01-Jan-26 00:10:00 GMT', 600_000],
  ['Thu Jan  1 00:10:00 2026', 600_000],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
  ['Thu, 01 Jan 2099 00:00:00 GMT', LONGEST_DELAY_MS],
  ['99999999999999999999', LONGEST_DELAY_MS],
  ['9'.repeat(400), LONGEST_DELAY_MS],
  ['soon', undefined],
  ['-1', undefined],
  ['1e3', undefined],
  ['2 ducks', undefined],
  ['Mon, never', undefined],
  ['2026', 2_026_000],
  ['2026-01-01', undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
])('P-R7 Retry-After %o is %o ms', (value, expected) => {
  expect(parseRetryAfter(value, clock)).toBe(expected)
})
