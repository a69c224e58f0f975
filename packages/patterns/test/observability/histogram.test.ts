import { Histogram } from 'async-patterns/observability'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const latency = fc.oneof(
  fc.double({ min: 0.001, max: 3_600_000, noNaN: true }),
  fc.double({ min: 0.001, max: 50, noNaN: true }),
)
const latencies = fc.array(latency, { minLength: 1, maxLength: 300 })

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}

function exactPercentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = Math.max(1, Math.ceil((percent * values.length) / 100 - 1e-9))
  return sorted[rank - 1] as number
}

describe('Histogram', () => {
  test('gives every percentile to within 0.4 % of the exact one', () => {
    fc.assert(
      fc.property(latencies, fc.integer({ min: 0, max: 1000 }), (values, permille) => {
        const exact = exactPercentile(values, permille / 10)
        const error = Math.abs(histogramOf(values).percentile(permille / 10) - exact) / exact
        expect(error).toBeLessThanOrEqual(0.004)
      }),
      { numRuns: 500 },
    )
  })

  test('gives min and max exactly, as percentiles 0 and 100 too', () => {
    fc.assert(
      fc.property(latencies, values => {
        const histogram = histogramOf(values)
        expect(histogram.min).toBe(Math.min(...values))
        expect(histogram.max).toBe(Math.max(...values))
        expect(histogram.percentile(0)).toBe(histogram.min)
        expect(histogram.percentile(100)).toBe(histogram.max)
      }),
    )
  })

  test('never answers outside min and max, and never less for a higher percentile', () => {
    fc.assert(
      fc.property(latencies, values => {
        const histogram = histogramOf(values)
        const asked = [0, 1, 25, 50, 75, 90, 99, 99.9, 100].map(percent => histogram.percentile(percent))
        expect(asked).toEqual(asked.toSorted((a, b) => a - b))
        expect(asked[0]).toBe(histogram.min)
        expect(asked.at(-1)).toBe(histogram.max)
      }),
    )
  })

  test('merges without loss: two parts say what the whole says', () => {
    fc.assert(
      fc.property(latencies, latencies, (some, others) => {
        const whole = histogramOf([...some, ...others])
        const merged = histogramOf(some).merge(histogramOf(others))
        expect([...merged.buckets()]).toEqual([...whole.buckets()])
        expect([merged.count, merged.min, merged.max]).toEqual([whole.count, whole.min, whole.max])
        expect(merged.mean).toBeCloseTo(whole.mean, 6)
        expect(merged.percentile(99)).toBe(whole.percentile(99))
      }),
    )
  })

  test('comes back from JSON as it was', () => {
    fc.assert(
      fc.property(latencies, values => {
        const histogram = histogramOf([...values, 0, 1e9])
        const back = Histogram.fromJSON(JSON.parse(JSON.stringify(histogram)))
        expect(back.toJSON()).toEqual(histogram.toJSON())
        expect(back.count).toBe(histogram.count)
        expect(back.percentile(50)).toBe(histogram.percentile(50))
      }),
    )
  })

  test('writes only buckets that hold something', () => {
    const histogram = new Histogram()
    histogram.record(12, 1_000_000)
    expect(histogram.toJSON().buckets).toHaveLength(2)
    expect(JSON.stringify(histogram).length).toBeLessThan(200)
  })

  test('comes back from JSON when empty', () => {
    const back = Histogram.fromJSON(JSON.parse(JSON.stringify(new Histogram())))
    back.record(5)
    expect([back.count, back.min, back.max]).toEqual([1, 5, 5])
  })

  test('records a value many times at once', () => {
    const histogram = new Histogram()
    histogram.record(1, 99)
    histogram.record(1000)
    expect(histogram.count).toBe(100)
    expect(histogram.percentile(99)).toBeCloseTo(1, 2)
    expect(histogram.percentile(100)).toBe(1000)
    expect(histogram.mean).toBeCloseTo(10.99)
  })

  test('takes the nearest rank where rounding would take the next', () => {
    const histogram = new Histogram()
    histogram.record(1, 999)
    histogram.record(100)
    expect(histogram.percentile(99.9)).toBeCloseTo(1, 2)
  })

  test('clamps what lies outside its range, counts it, and keeps the true extremes', () => {
    const histogram = new Histogram({ lowest: 1, highest: 1000 })
    histogram.record(0)
    histogram.record(-5, 2)
    histogram.record(5000)
    histogram.record(10)
    expect([histogram.belowRange, histogram.aboveRange, histogram.count]).toEqual([3, 1, 5])
    expect([histogram.min, histogram.max]).toEqual([-5, 5000])
    expect(histogram.percentile(100)).toBe(5000)
    expect(histogram.percentile(40)).toBeCloseTo(1, 2)
  })

  test('counts its own limits as inside', () => {
    const histogram = new Histogram({ lowest: 1, highest: 1000 })
    histogram.record(1)
    histogram.record(1000)
    expect([histogram.belowRange, histogram.aboveRange, histogram.count]).toEqual([0, 0, 2])
  })

  test('knows the standard deviation', () => {
    const histogram = histogramOf([2, 4, 4, 4, 5, 5, 7, 9])
    expect(histogram.stddev).toBeCloseTo(2, 1)
  })

  test('says NaN for what nothing was recorded of', () => {
    const empty = new Histogram()
    expect([empty.min, empty.max, empty.mean, empty.stddev, empty.percentile(50)]).toEqual(
      Array.from({ length: 5 }, () => NaN),
    )
  })

  test('forgets on clear', () => {
    const histogram = histogramOf([1, 2, 3])
    histogram.clear()
    expect(histogram.count).toBe(0)
    histogram.record(7)
    expect([histogram.min, histogram.max, histogram.mean]).toEqual([7, 7, 7])
  })

  test('refuses to record what is no number', () => {
    const histogram = new Histogram()
    for (const value of [NaN, Infinity, -Infinity]) {
      expect(() => histogram.record(value)).toThrow(/Histogram.record\(value\)/)
    }
    expect(histogram.count).toBe(0)
  })

  test('refuses options, ranges and JSON that it cannot work with', () => {
    expect(() => new Histogram({ lowest: 0 })).toThrow(/Histogram.lowest is 0/)
    expect(() => new Histogram({ lowest: 5, highest: 5 })).toThrow(/Histogram.highest is 5/)
    expect(() => new Histogram().merge(new Histogram({ highest: 10 }))).toThrow(/same range/)
    expect(() => new Histogram().percentile(101)).toThrow(/percentile/)
    const good = new Histogram().toJSON()
    for (const bad of [
      null,
      {},
      { ...good, version: 2 },
      { ...good, sum: 'x' },
      { ...good, buckets: [1] },
      { ...good, buckets: [99_999, 1] },
      { ...good, buckets: [1, -1] },
      { ...good, belowRange: -1 },
    ]) {
      expect(() => Histogram.fromJSON(bad), JSON.stringify(bad)).toThrow(/Histogram/)
    }
  })
})
