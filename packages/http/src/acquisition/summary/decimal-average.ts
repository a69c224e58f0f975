const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/

/**
 * The mean of decimals, computed in integers: no float is involved. It has the places of the finest decimal
 * and at least two, rounded half up (away from zero). It holds one sum, however many decimals it was given.
 */
export class DecimalAverage {
  #sum = 0n
  #scale = 2
  #count = 0n

  /** A decimal such as `-12.50`; any other text is left out. */
  add(decimal: string): void {
    this.addSum(decimal, 1)
  }

  /** The sum of so many decimals. */
  addSum(decimal: string, count: number): void {
    const match = DECIMAL.exec(decimal)
    if (match === null) return
    const [, sign, whole = '', fraction = ''] = match
    if (fraction.length > this.#scale) {
      this.#sum *= 10n ** BigInt(fraction.length - this.#scale)
      this.#scale = fraction.length
    }
    const units = BigInt(whole + fraction.padEnd(this.#scale, '0'))
    this.#sum += sign === '-' ? -units : units
    this.#count += BigInt(count)
  }

  /** Undefined when there was no decimal. */
  get value(): string | undefined {
    return this.#count === 0n ? undefined : format(divideRounded(this.#sum, this.#count), this.#scale)
  }
}

function divideRounded(sum: bigint, count: bigint): bigint {
  const doubled = (sum < 0n ? -sum : sum) * 2n + count
  const rounded = doubled / (count * 2n)
  return sum < 0n ? -rounded : rounded
}

function format(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  return `${units < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
