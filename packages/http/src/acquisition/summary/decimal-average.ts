/** A decimal amount, `-12.50`, and how often it occurs. */
export interface CountedAmount {
  readonly amount: string
  readonly count: number
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/

/**
 * The mean as a decimal string, computed in integers: no float is involved. It has the places of the finest
 * amount and at least two, rounded half up (away from zero). Undefined when there is no amount.
 */
export function averageOf(amounts: readonly CountedAmount[]): string | undefined {
  const scale = Math.max(2, ...amounts.map(({ amount }) => (DECIMAL.exec(amount)?.[3] ?? '').length))
  let sum = 0n
  let count = 0n
  for (const one of amounts) {
    const units = unitsOf(one.amount, scale)
    if (units === undefined) continue
    sum += units * BigInt(one.count)
    count += BigInt(one.count)
  }
  return count === 0n ? undefined : format(divideRounded(sum, count), scale)
}

function unitsOf(amount: string, scale: number): bigint | undefined {
  const match = DECIMAL.exec(amount)
  if (match === null) return undefined
  const units = BigInt(`${match[2]}${(match[3] ?? '').padEnd(scale, '0')}`)
  return match[1] === '-' ? -units : units
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
