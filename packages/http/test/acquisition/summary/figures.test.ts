import { SpacedLimiter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DecimalAverage } from '../../../src/acquisition/summary/decimal-average.js'
import { changesBetween } from '../../../src/acquisition/ledger/ledger-errors.js'
import { windowOf } from '../../../src/acquisition/fetch/rate-window.js'
import { POLITE } from '../../support/stream-at.js'
import { worstRollingSecond } from '../../../src/acquisition/summary/rolling-second.js'

describe('DecimalAverage', () => {
  const averageOf = (amounts: readonly { readonly amount: string; readonly count: number }[]) => {
    const average = new DecimalAverage()
    for (const { amount, count } of amounts) average.addSum(amount, count)
    return average.value
  }
  const average = (...amounts: string[]) => averageOf(amounts.map(amount => ({ amount, count: 1 })))

  test('is exact where floats are not', () => {
    expect(average('0.10', '0.20')).toBe('0.15')
    expect(average('1.005', '1.005')).toBe('1.005')
    expect(average('9007199254740993', '9007199254740993')).toBe('9007199254740993.00')
  })

  test('rounds half away from zero, at the places of the finest amount and at least two', () => {
    expect(average('0.01', '0.02')).toBe('0.02')
    expect(average('-0.01', '-0.02')).toBe('-0.02')
    expect(average('1', '2')).toBe('1.50')
    expect(average('0.001', '0.002')).toBe('0.002')
  })

  test('takes the sum of several, and is undefined for none', () => {
    expect(
      averageOf([
        { amount: '3.00', count: 3 },
        { amount: '2.00', count: 1 },
      ]),
    ).toBe('1.25')
    expect(average()).toBeUndefined()
    expect(average('free')).toBeUndefined()
  })

  test('lies between the least and the greatest, and does not depend on the order', () => {
    const cents = fc.integer({ min: -1_000_000, max: 1_000_000 })
    fc.assert(
      fc.property(fc.array(cents, { minLength: 1, maxLength: 20 }), values => {
        const texts = values.map(value => (value / 100).toFixed(2))
        const mean = Number(average(...texts))
        expect(mean).toBeGreaterThanOrEqual(Math.min(...values) / 100)
        expect(mean).toBeLessThanOrEqual(Math.max(...values) / 100)
        expect(average(...texts.toReversed())).toBe(average(...texts))
      }),
    )
  })
})

describe('worstRollingSecond', () => {
  test('counts half-open seconds', () => {
    expect(worstRollingSecond([])).toBe(0)
    expect(worstRollingSecond([0, 200, 400, 600, 800, 1_000, 1_200])).toBe(5)
    expect(worstRollingSecond([0, 999.9, 1_000.1])).toBe(2)
  })

  test('is not misled by the resolution of epoch moments', () => {
    const epoch = 1_795_258_976_034.3
    expect(worstRollingSecond([epoch, epoch + 999.9999])).toBe(1)
  })

  test('equals the count by hand', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 60 }), values => {
        const times = values.toSorted((a, b) => a - b)
        const counts = times.map(from => times.filter(at => at >= from && at < from + 1_000).length)
        expect(worstRollingSecond(times)).toBe(Math.max(0, ...counts))
      }),
    )
  })
})

describe('windowOf', () => {
  test('keeps whole numbers in any second, and a rate below 1 in its own interval', () => {
    expect(windowOf({ ...POLITE, ratePerSecond: 5 })).toEqual({ maxRequests: 5, windowMs: 1_000 })
    expect(windowOf({ ...POLITE, ratePerSecond: 0.1 * 30 })).toEqual({ maxRequests: 3, windowMs: 1_000 })
    expect(windowOf({ ...POLITE, ratePerSecond: 0.25 })).toEqual({ maxRequests: 1, windowMs: 4_000 })
  })

  test('N-23 a margin makes the window longer, and even pacing makes it that of a single request', () => {
    const limit = { ...POLITE, ratePerSecond: 5, marginMs: 20 }
    expect(windowOf(limit)).toEqual({ maxRequests: 5, windowMs: 1_020 })
    expect(windowOf({ ...limit, pacing: 'even' })).toEqual({ maxRequests: 1, windowMs: 220 })
    expect(windowOf({ ...limit, ratePerSecond: 2.5, pacing: 'even' })).toEqual({
      maxRequests: 1,
      windowMs: 520,
    })
    expect(windowOf({ ...limit, ratePerSecond: 0.25 })).toEqual({ maxRequests: 1, windowMs: 4_020 })
  })

  test('A-4 no second holds more than the rate, also when the rate is no whole number', async () => {
    for (const rate of [0.3, 0.999, 1.5, 2.5, 7.9]) {
      const clock = new ManualClock()
      const limiter = new SpacedLimiter({ ...windowOf({ ...POLITE, ratePerSecond: rate }), clock })
      const departures: number[] = []
      for (let count = 0; count < 60; count += 1) {
        await clock.run(limiter.acquire())
        departures.push(clock.now())
      }
      expect(worstRollingSecond(departures)).toBeLessThanOrEqual(Math.max(1, rate))
      const mean = (59 * 1_000) / (departures.at(-1) ?? 0)
      expect(mean).toBeCloseTo(rate < 1 ? rate : Math.floor(rate), 2)
    }
  })
})

describe('changesBetween', () => {
  test('names what was added, removed and changed', () => {
    const before = JSON.stringify({ 'a.mapping': '1', 'b.query': '1' })
    expect(changesBetween(before, { 'a.mapping': '2', 'c.query': '1' })).toEqual([
      'a.mapping changed',
      'source b removed',
      'source c added',
    ])
  })
})
