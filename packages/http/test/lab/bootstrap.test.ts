import { seededRandom } from 'async-patterns'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ratioInterval } from '../../src/lab/bootstrap.js'

/** Rates about `mean`, each off by up to five per cent, by seed. */
function rates(mean: number, seed: number, count = 10): number[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => mean * (0.95 + 0.1 * random()))
}

test('gives the ratio of the means', () => {
  expect(ratioInterval([10, 20, 30], [5, 5, 5]).value).toBe(4)
})

test('finds no difference between runs of one speed, whatever the noise', () => {
  const differ = Array.from({ length: 200 }, (_, seed) =>
    ratioInterval(rates(1_000, seed), rates(1_000, seed + 1_000)),
  )
  const wrong = differ.filter(({ low, high }) => low > 1 || high < 1).length
  // Five in a hundred by definition; a bootstrap over ten rounds is a little too sure of itself.
  expect(wrong / differ.length).toBeLessThan(0.15)
})

test('finds runs that are ten per cent apart', () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const { low, high } = ratioInterval(rates(1_100, seed), rates(1_000, seed + 1_000))
    expect(low).toBeGreaterThan(1)
    expect(high).toBeLessThan(1.2)
  }
})

test('is not misled by what disturbed both in a round', () => {
  const slow = [1, 0.2, 1, 0.5, 1]
  const { low, high } = ratioInterval(
    slow.map(factor => 3_000 * factor),
    slow.map(factor => 1_000 * factor),
  )
  expect(low).toBeCloseTo(3)
  expect(high).toBeCloseTo(3)
})

test('claims nothing from fewer than three rounds', () => {
  expect(ratioInterval([2, 2], [1, 1])).toEqual({ value: 2, low: 0, high: Infinity })
})

test('gives the same interval for the same numbers, and one that does not depend on the unit', () => {
  const rate = fc.double({ min: 1, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.tuple(rate, rate), { minLength: 3, maxLength: 8 }), rounds => {
      const [one, other] = [rounds.map(([rate]) => rate), rounds.map(([, rate]) => rate)]
      const interval = ratioInterval(one, other)
      expect(ratioInterval(one, other)).toEqual(interval)
      expect(interval.low).toBeLessThanOrEqual(interval.high)
      const double = ratioInterval(
        one.map(rate => rate * 2),
        other.map(rate => rate * 2),
      )
      expect(double.low).toBeCloseTo(interval.low, 9)
      expect(double.high).toBeCloseTo(interval.high, 9)
    }),
    { numRuns: 20 },
  )
})
