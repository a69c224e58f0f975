import { seededRandom, systemRandom } from 'async-patterns'
import { expect, test } from 'vitest'

const take = (seed: number, count: number): number[] => {
  const random = seededRandom(seed)
  return Array.from({ length: count }, random)
}

test('the same seed gives the same numbers, another seed gives others', () => {
  expect(take(1, 100)).toEqual(take(1, 100))
  expect(take(1, 100)).not.toEqual(take(2, 100))
})

test.each([0, 1, -1, 2 ** 31, 123_456_789])('seed %o spreads evenly over [0, 1)', seed => {
  const numbers = take(seed, 100_000)
  expect(numbers.every(number => number >= 0 && number < 1)).toBe(true)
  const bins = Array.from({ length: 10 }, () => 0)
  for (const number of numbers) {
    const bin = Math.floor(number * 10)
    bins[bin] = (bins[bin] as number) + 1
  }
  // Nine degrees of freedom: 27.9 is exceeded once in a thousand; the seeds are fixed, so this never
  // flickers.
  const chiSquare = bins.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)
  expect(chiSquare).toBeLessThan(27.9)
})

test('the system source gives numbers in [0, 1)', () => {
  const number = systemRandom()
  expect(number >= 0 && number < 1).toBe(true)
})
