import * as fc from 'fast-check'
import {
  ConstantBackoff,
  DecorrelatedBackoff,
  ExponentialBackoff,
  LONGEST_DELAY_MS,
  seededRandom,
} from 'async-patterns'
import { describe, expect, test } from 'vitest'

const random = seededRandom(7)
const numbers = {
  baseDelayMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
  maxDelayMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
}

describe('ExponentialBackoff', () => {
  test('grows by its base up to the maximum', () => {
    const backoff = new ExponentialBackoff({
      baseDelayMs: 100,
      maxDelayMs: 1_000,
      exponentialBase: 3,
      jitter: 'none',
    })
    expect([1, 2, 3, 4, 5_000].map(step => backoff.delayMs(step))).toEqual([100, 300, 900, 1_000, 1_000])
  })

  test('P-R2 jitter is not lost at the cap', () => {
    const backoff = new ExponentialBackoff({ baseDelayMs: 100, maxDelayMs: 1_000, jitter: 0.1 })
    const delays = Array.from({ length: 1_000 }, () => backoff.delayMs(50, random))
    expect(new Set(delays).size).toBeGreaterThan(990)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(900)
    expect(Math.min(...delays)).toBeLessThan(905)
    expect(Math.max(...delays)).toBeLessThanOrEqual(1_000)
  })

  test('full jitter covers everything from 0', () => {
    const backoff = new ExponentialBackoff({ baseDelayMs: 100, jitter: 'full' })
    const delays = Array.from({ length: 2_000 }, () => backoff.delayMs(1, random))
    expect(Math.min(...delays)).toBeLessThan(2)
    expect(Math.max(...delays)).toBeGreaterThan(98)
  })

  test('is never NaN, negative or above its maximum, even where the power overflows', () => {
    const steps = fc.integer({ min: 1, max: 1e9 })
    const base = fc.double({ min: 1, max: 100, noNaN: true })
    fc.assert(
      fc.property(
        fc.record({ ...numbers, exponentialBase: base }),
        steps,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (options, step, chance) => {
          const backoff = new ExponentialBackoff(options)
          const delay = backoff.delayMs(step, () => chance)
          expect(delay).toBeGreaterThanOrEqual(0)
          expect(delay).toBeLessThanOrEqual(options.maxDelayMs)
        },
      ),
    )
  })
})

describe('DecorrelatedBackoff', () => {
  test('P-R2 never gives NaN and keeps its chance at the cap', () => {
    fc.assert(
      fc.property(fc.record(numbers), fc.integer(), (options, seed) => {
        const backoff = new DecorrelatedBackoff(options)
        const chance = seededRandom(seed)
        for (let step = 1, previous = 0; step < 60; step += 1) {
          previous = backoff.delayMs(step, chance, previous)
          expect(previous).toBeGreaterThanOrEqual(Math.min(options.baseDelayMs, options.maxDelayMs))
          expect(previous).toBeLessThanOrEqual(options.maxDelayMs)
        }
      }),
    )
    const backoff = new DecorrelatedBackoff({ baseDelayMs: 10, maxDelayMs: 100 })
    const atCap = Array.from({ length: 500 }, () => backoff.delayMs(9, random, 100))
    expect(atCap.filter(delay => delay === 100)).toEqual([])
    expect(new Set(atCap).size).toBeGreaterThan(490)
  })

  test('the first delay lies between the base and three times that', () => {
    const backoff = new DecorrelatedBackoff({ baseDelayMs: 10 })
    expect([backoff.delayMs(1, () => 0), backoff.delayMs(1, () => 0.5)]).toEqual([10, 20])
  })
})

test('P-R1 no backoff goes beyond what a timer holds', () => {
  const all = [
    new ConstantBackoff(Infinity),
    new ExponentialBackoff({ maxDelayMs: Infinity, jitter: 'none' }),
    new DecorrelatedBackoff({ maxDelayMs: Infinity }),
  ]
  for (const backoff of all) {
    expect(backoff.maxDelayMs).toBe(LONGEST_DELAY_MS)
    expect(backoff.delayMs(1_000, () => 0.999_999, 1e300)).toBeLessThanOrEqual(LONGEST_DELAY_MS)
  }
})

test('a constant delay may have jitter', () => {
  expect(new ConstantBackoff(100).delayMs(3)).toBe(100)
  expect(new ConstantBackoff(100, { jitter: 0.5 }).delayMs(3, () => 0.5)).toBe(75)
})
