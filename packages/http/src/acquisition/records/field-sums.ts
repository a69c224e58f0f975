import type { Mapping } from './mapping.js'
import type { FieldValue, Money } from './types/field-type.js'
import { fieldTypes } from './types/kinds.js'

/** How many numbers there are, and their exact sum as a decimal. */
interface FieldSum {
  readonly sum: string
  readonly count: number
}

/** By field, then by currency; numbers have the empty currency. */
export type FieldSums = Readonly<Record<string, Readonly<Record<string, FieldSum>>>>

/** The fields that hold numbers or amounts. */
export function numericFieldsOf(mapping: Mapping = {}): string[] {
  return Object.entries(mapping)
    .filter(([name, { type }]) => name !== 'id' && fieldTypes[type].isNumeric)
    .map(([name]) => name)
}

/** Adds up the numbers and amounts of a page's records, so that nobody has to read them again for averages. */
export class SumsOfFields {
  readonly #fields: readonly string[]
  readonly #sums = new Map<string, Map<string, DecimalSum>>()

  constructor(fields: readonly string[]) {
    this.#fields = fields
  }

  add(record: Readonly<Record<string, FieldValue>>): void {
    for (const field of this.#fields) {
      const value = record[field]
      if (typeof value === 'object' && value !== null) this.#addMoney(field, value as Money)
      else if (typeof value === 'number' || typeof value === 'string') this.#sumOf(field, '').add(`${value}`)
    }
  }

  #addMoney(field: string, { amount, currency }: Money): void {
    this.#sumOf(field, currency).add(amount)
  }

  values(): FieldSums {
    const entries = Array.from(this.#sums, ([field, sums]) => {
      const byCurrency = Array.from(sums, ([currency, sum]) => [currency, sum.value] as const)
      return [field, Object.fromEntries(byCurrency)] as const
    })
    return Object.fromEntries(entries)
  }

  #sumOf(field: string, currency: string): DecimalSum {
    let sums = this.#sums.get(field)
    if (sums === undefined) this.#sums.set(field, (sums = new Map<string, DecimalSum>()))
    let sum = sums.get(currency)
    if (sum === undefined) sums.set(currency, (sum = new DecimalSum()))
    return sum
  }
}

const DECIMAL = /^-?\d+(?:\.\d+)?$/
/** Beyond this, sums of doubles may be wrong. */
const LARGEST = 2 ** 52
const LONGEST_SMALL = 13

/** A sum of decimals, in integers: small ones in a double that holds them exactly, until it is full. */
class DecimalSum {
  #whole = 0n
  #part = 0
  #scale = 0
  #count = 0

  /** A decimal such as `-12.50`; any other text is left out. */
  add(decimal: string): void {
    if (!DECIMAL.test(decimal)) return
    const point = decimal.indexOf('.')
    const scale = point < 0 ? 0 : decimal.length - point - 1
    if (scale > this.#scale) this.#rescale(scale)
    const digits = (point < 0 ? decimal : decimal.slice(0, point) + decimal.slice(point + 1)).padEnd(
      decimal.length - (point < 0 ? 0 : 1) + this.#scale - scale,
      '0',
    )
    if (digits.length > LONGEST_SMALL) this.#whole += BigInt(digits)
    else this.#part += Number(digits)
    if (Math.abs(this.#part) > LARGEST) this.#carry()
    this.#count += 1
  }

  get value(): FieldSum {
    this.#carry()
    const digits = (this.#whole < 0n ? -this.#whole : this.#whole).toString().padStart(this.#scale + 1, '0')
    const at = digits.length - this.#scale
    const fraction = this.#scale === 0 ? '' : `.${digits.slice(at)}`
    return { sum: `${this.#whole < 0n ? '-' : ''}${digits.slice(0, at)}${fraction}`, count: this.#count }
  }

  #rescale(scale: number): void {
    this.#carry()
    this.#whole *= 10n ** BigInt(scale - this.#scale)
    this.#scale = scale
  }

  #carry(): void {
    this.#whole += BigInt(this.#part)
    this.#part = 0
  }
}
