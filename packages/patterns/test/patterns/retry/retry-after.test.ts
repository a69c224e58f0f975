import { delayAskedFor, LONGEST_DELAY_MS, LONGEST_PLAUSIBLE_WISH_MS, parseRetryAfter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
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
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
])('P-R7 Retry-After %o is %o ms', (value, expected) => {
  expect(parseRetryAfter(value, clock)).toBe(expected)
})

/** 00:00 on New Year's Day 2026. */
const EPOCH = 1_767_225_600

test.each([
  ['2026-01-01T00:00:02.500Z', 2_500],
  ['2026-01-01T01:00:02+01:00', 2_000],
  ['2026-01-01 00:00:02', 2_000],
  ['2026-01-01T00:01', 60_000],
  ['2026-01-02', 86_400_000],
  ['2026-13-01', undefined],
  ['2026-01-01 00:00:02 UTC', 2_000],
  ['2026-01-01t00:00:02z', 2_000],
  ['01 Jan 2026 00:00:07 GMT', 7_000],
  ['thu, 01 jan 2026 00:00:07 gmt', 7_000],
  [`${EPOCH + 2}`, 2_000],
  [`${EPOCH + 2}.25`, 2_250],
  [`${EPOCH + 2}000`, 2_000],
  [`${EPOCH + 2}000000`, 2_000],
  [`${EPOCH + 2}000000000`, 2_000],
  [`${EPOCH - 2}`, 0],
  ['Thu, 01 Jan 2026 00:00:07 UTC', 7_000],
  ['Thu, 01 Jan 2026 01:00:07 +0100', 7_000],
  ['2, 5, 1', 5_000],
  ['2, 99999999999', 2_000],
  ['5, soon', 5_000],
  ['Thu, 01 Jan 2026 00:00:07 GMT, 3', 7_000],
  ['Thu, 01 Jan 2026 00:00:07 GMT, Thu, 01 Jan 2026 00:00:09 GMT', 9_000],
  ['"30"', 30_000],
  ['500ms', 500],
  ['1m30s', 90_000],
  ['1h', 3_600_000],
  ['s', undefined],
  [', ,', undefined],
] as const)('N-17 a wait is read as servers write it: %o is %o ms', (value, expected) => {
  expect(parseRetryAfter(value, clock)).toBe(expected)
})

test('N-17 what cannot be meant is told by its length', () => {
  for (const value of ['99999999999', '999999999', '99999999999999', 'Thu, 01 Jan 2099 00:00:00 GMT'])
    expect(delayAskedFor(value, clock.wallNow())).toBeGreaterThan(LONGEST_PLAUSIBLE_WISH_MS)
})

test('N-17 any moment of the next month is the same in every notation, and no text is read as a negative wait', () => {
  const now = clock.wallNow()
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 31 * 86_400 }), seconds => {
      const at = new Date(now + seconds * 1_000)
      const forms = [
        at.toUTCString(),
        at.toISOString(),
        `${at.getTime() / 1_000}`,
        `${at.getTime()}`,
        `${seconds}`,
      ]
      for (const form of forms) expect(delayAskedFor(form, now)).toBe(seconds * 1_000)
      expect(delayAskedFor(forms.join(', '), now)).toBe(seconds * 1_000)
    }),
  )
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\dTZ:., hms+-]{1,40}$/)), text => {
      expect(delayAskedFor(text, now) ?? 0).toBeGreaterThanOrEqual(0)
    }),
  )
})
