import type { FieldSums, FieldValue, Money } from '../records/index.js'
import type { FieldAverage } from '../../measurements/index.js'
import { DecimalAverage } from './decimal-average.js'

/**
 * Averages of one stream's fields, record by record. Its size depends on the fields and currencies, not on
 * the records.
 */
export class FieldAverages {
  readonly #fields: readonly string[]
  /** By field, then by currency; numbers have the empty currency. */
  readonly #sums = new Map<string, Map<string, DecimalAverage>>()

  /** `fields`: those that hold numbers or amounts. */
  constructor(fields: readonly string[]) {
    this.#fields = fields
  }

  add(record: Readonly<Record<string, FieldValue>>): void {
    for (const field of this.#fields) {
      const value = record[field]
      if (typeof value === 'object' && value !== null) this.#addMoney(field, value as Money)
      else if (typeof value === 'number' || typeof value === 'string')
        this.#sumOf(field, '').add(String(value))
    }
  }

  /** What the numbers of a page add up to. */
  addSums(page: FieldSums): void {
    for (const field of this.#fields)
      for (const [currency, { sum, count }] of Object.entries(page[field] ?? {}))
        this.#sumOf(field, currency).addSum(sum, count)
  }

  #addMoney(field: string, { amount, currency }: Money): void {
    this.#sumOf(field, currency).add(amount)
  }

  /** Fields without any number are left out. */
  values(): Record<string, FieldAverage> {
    const values: Record<string, FieldAverage> = {}
    for (const [field, sums] of this.#sums) {
      const averages = [...sums].flatMap(([currency, { value }]) =>
        value === undefined ? [] : [[currency, value]],
      )
      const byCurrency = Object.fromEntries(averages) as Record<string, string>
      if (averages.length > 0) values[field] = byCurrency[''] ?? byCurrency
    }
    return values
  }

  #sumOf(field: string, currency: string): DecimalAverage {
    let sums = this.#sums.get(field)
    if (sums === undefined) this.#sums.set(field, (sums = new Map()))
    let sum = sums.get(currency)
    if (sum === undefined) sums.set(currency, (sum = new DecimalAverage()))
    return sum
  }
}
