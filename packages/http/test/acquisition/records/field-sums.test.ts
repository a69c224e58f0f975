import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SumsOfFields } from '../../../src/acquisition/records/field-sums.js'
import type { Money } from '../../../src/acquisition/records/types/field-type.js'
import { DecimalAverage } from '../../../src/acquisition/summary/decimal-average.js'

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(25), fc.boolean())
  .map(([units, scale, small]) => {
    const digits = `${units < 0n ? -units : units}`.slice(0, small ? 10 : 31).padStart(scale + 1, '0')
    const at = digits.length - scale
    return `${units < 0n ? '-' : ''}${digits.slice(0, at)}${scale === 0 ? '' : `.${digits.slice(at)}`}`
  })

describe('SumsOfFields', () => {
  test('the average of the sum is that of the decimals, to the last digit', () => {
    fc.assert(
      fc.property(fc.array(decimal, { minLength: 1, maxLength: 60 }), decimals => {
        const sums = new SumsOfFields(['price'])
        const average = new DecimalAverage()
        for (const one of decimals) {
          sums.add({ price: one })
          average.add(one)
        }
        const ofSum = new DecimalAverage()
        const { sum = '', count = 0 } = sums.values()?.['price']?.[''] ?? {}
        ofSum.addSum(sum, count)
        expect(count).toBe(decimals.length)
        expect(ofSum.value).toBe(average.value)
      }),
    )
  })

  test('a sum of many is exact where that of doubles is not', () => {
    const sums = new SumsOfFields(['n'])
    for (let index = 0; index < 2_000; index += 1) sums.add({ n: '999999999999.9' })
    expect(sums.values()).toEqual({ n: { '': { sum: '1999999999999800.0', count: 2_000 } } })
  })

  test('amounts are added up by currency; null, and texts that are no numbers, are left out', () => {
    const sums = new SumsOfFields(['price', 'stock', 'nothing'])
    const money = (amount: string, currency: string): Money => ({ amount, currency })
    sums.add({ price: money('1.10', 'EUR'), stock: 3, nothing: null })
    sums.add({ price: money('2.2', 'EUR'), stock: -5, nothing: null })
    sums.add({ price: money('500', 'JPY'), stock: null, nothing: null })
    expect(sums.values()).toEqual({
      price: { EUR: { sum: '3.30', count: 2 }, JPY: { sum: '500', count: 1 } },
      stock: { '': { sum: '-2', count: 2 } },
    })
  })
})
