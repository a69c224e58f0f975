import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Arrivals } from '../../../src/lab/load/arrivals.js'
import type { ArrivalOptions } from '../../../src/lab/load/arrivals.js'

const PLAIN: ArrivalOptions = {
  ratePerSecond: 100,
  process: 'constant',
  seed: 1,
  rampMs: 0,
  index: 0,
  shares: 1,
}

function until(limitMs: number, options: Partial<ArrivalOptions> = {}): number[] {
  const arrivals = new Arrivals({ ...PLAIN, ...options })
  const times: number[] = []
  while (arrivals.nextAt < limitMs) {
    times.push(arrivals.nextAt)
    arrivals.advance()
  }
  return times
}

describe('constant arrivals', () => {
  test('100 a second for 8 seconds are 800, the first at once, 10 ms apart', () => {
    const times = until(8_000)
    expect(times).toHaveLength(800)
    expect(times.slice(0, 3)).toEqual([0, 10, 20])
    expect(times.at(-1)).toBeCloseTo(7_990, 6)
  })

  test('a ramp sends half as many in its time, ever closer together, then goes on at the full rate', () => {
    const times = until(4_000, { rampMs: 2_000 })
    expect(times.filter(at => at < 2_000)).toHaveLength(100)
    expect(times.filter(at => at >= 2_000)).toHaveLength(200)
    const gaps = times.slice(1).map((at, index) => at - (times[index] as number))
    for (let i = 1; i < gaps.length; i++) expect(gaps[i]).toBeLessThanOrEqual((gaps[i - 1] as number) + 1e-6)
  })

  test('threads together keep the schedule of one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 3_000 }), (shares, rampMs) => {
        const parts = Array.from({ length: shares }, (_, index) => until(5_000, { rampMs, index, shares }))
        const together = parts.flat().sort((a, b) => a - b)
        const alone = until(5_000, { rampMs })
        expect(Math.abs(together.length - alone.length)).toBeLessThanOrEqual(1)
        alone.slice(0, together.length).forEach((at, index) => expect(together[index]).toBeCloseTo(at, 3))
      }),
      { numRuns: 50 },
    )
  })
})

describe('Poisson arrivals', () => {
  test('the same seed gives the same times, another seed others', () => {
    const poisson = (seed: number): number[] => until(1_000, { process: 'poisson', seed })
    expect(poisson(7)).toEqual(poisson(7))
    expect(poisson(7)).not.toEqual(poisson(8))
  })

  test('their gaps have the mean and the spread of an exponential', () => {
    const times = until(200_000, { process: 'poisson', seed: 3 })
    const gaps = times.slice(1).map((at, index) => at - (times[index] as number))
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length)
    expect(mean).toBeGreaterThan(9.6)
    expect(mean).toBeLessThan(10.4)
    expect(deviation / mean).toBeGreaterThan(0.95)
    expect(deviation / mean).toBeLessThan(1.05)
  })
})
