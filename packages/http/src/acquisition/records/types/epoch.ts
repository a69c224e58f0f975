import { canonical, isJsonNumber, movePoint, plainDecimal } from '../exact-number.js'
import { shown, Unreadable, wrongType } from '../unreadable.js'
import { invalidDate, isoText } from './instant.js'

/** By the power of ten that makes milliseconds of them. */
const units = { seconds: 3, milliseconds: 0, microseconds: -3, nanoseconds: -6 } as const

type EpochUnit = keyof typeof units

export const epochFormats = [
  'epoch-seconds',
  'epoch-milliseconds',
  'epoch-microseconds',
  'epoch-nanoseconds',
] as const

/**
 * An instant as a number since 1970, computed in its digits. Each unit has numbers of its own, the instants
 * from March 1973 to the year 5138; smaller ones are seconds. A number of another unit is taken for a
 * mistake.
 */
export function epochReader(format: (typeof epochFormats)[number]): (value: unknown) => string | Unreadable {
  const unit = format.slice('epoch-'.length) as EpochUnit
  return value => {
    const text = isJsonNumber(value) ? plainDecimal(value) : value
    if (typeof text !== 'string') return wrongType(value, `a number of ${unit} since 1970`)
    const [, minus, digits, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text.trim()) ?? []
    if (digits === undefined) return invalidDate(value, 'a number since 1970')
    const whole = canonical(digits, '')
    const likely = likelyUnit(whole.length)
    if (likely === undefined) return invalidDate(value, `a number of ${unit} since 1970: it is too large`)
    const isZero = !/[1-9]/.test(whole + fraction)
    return likely === unit || isZero
      ? isoText(milliseconds(minus === '-', whole, fraction, units[unit]))
      : new Unreadable('EPOCH_UNIT', `${shown(value)} is implausible in ${unit}; is it in ${likely}?`)
  }
}

/** Up to 11 digits are seconds, and three more are the next finer unit. */
function likelyUnit(digits: number): EpochUnit | undefined {
  return (Object.keys(units) as EpochUnit[])[Math.max(0, Math.ceil((digits - 11) / 3))]
}

/** Finer fractions are cut off, downwards before 1970 as well. */
function milliseconds(isNegative: boolean, whole: string, fraction: string, power: number): number {
  const [size = '', rest = ''] = movePoint(whole, fraction, power).split('.')
  if (!isNegative) return Number(size)
  return -Number(size) - (/[1-9]/.test(rest) ? 1 : 0)
}
