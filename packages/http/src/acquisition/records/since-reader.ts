import { compareDecimals } from './decimal-order.js'
import { canonicalDecimal, isJsonNumber, writtenDigits } from './exact-number.js'
import type { AddedValues, FieldPath } from './field-path.js'
import { fieldPath } from './field-path.js'
import { fieldReader } from './types/kinds.js'

/** How a stream's records tell which are new. */
export interface SinceReading {
  /** Path in a record, that of an added field too. */
  readonly field: string
  readonly type: 'date' | 'number' | 'text'
  /** How its dates are written, as the `format` of a date's mapping. Default: ISO 8601 or seconds of the epoch. */
  readonly fieldFormat?: string | undefined
  /** Whether records from before are left out. */
  readonly filter: boolean
}

/** The values of the records of a page. */
export interface SinceValues {
  /** False for a record that is left out. */
  take(record: unknown, added: AddedValues): boolean
  /** Canonical text of the highest value. */
  readonly highest: string | undefined
  /** A record is older than `since`. */
  readonly reachedKnown: boolean
  /** Records that have a value that cannot be read; they are taken. */
  readonly unread: number
}

/**
 * Compiles the reading once; the values of a page are read against where its window begins.
 * @throws TypeError or RangeError for a path or a pattern that is malformed.
 */
export function sinceReader(
  reading: SinceReading,
  added: readonly string[] = [],
): (since: string | undefined) => SinceValues {
  const valueOf = canonicalReader(reading, added)
  const isBefore = beforeOf(reading.type)
  return since => new PageValues(valueOf, isBefore, reading.filter, since)
}

class PageValues implements SinceValues {
  highest: string | undefined
  reachedKnown = false
  unread = 0
  readonly #valueOf: ReturnType<typeof canonicalReader>
  readonly #isBefore: (a: string, b: string) => boolean
  readonly #filter: boolean
  readonly #since: string | undefined

  constructor(
    valueOf: ReturnType<typeof canonicalReader>,
    isBefore: (a: string, b: string) => boolean,
    filter: boolean,
    since: string | undefined,
  ) {
    this.#valueOf = valueOf
    this.#isBefore = isBefore
    this.#filter = filter
    this.#since = since
  }

  take(record: unknown, added: AddedValues): boolean {
    const value = this.#valueOf(record, added)
    if (value === undefined) {
      this.unread += 1
      return true
    }
    if (this.highest === undefined || this.#isBefore(this.highest, value)) this.highest = value
    if (this.#since === undefined || !this.#isBefore(value, this.#since)) return true
    this.reachedKnown = true
    return !this.#filter
  }
}

/** Undefined for what cannot be read. */
function canonicalReader(
  { field, type, fieldFormat }: SinceReading,
  added: readonly string[],
): (...from: Parameters<FieldPath>) => string | undefined {
  const at = fieldPath(field, added)
  const read = type === 'date' ? momentReader(fieldFormat) : type === 'number' ? numberOf : textOf
  return (...from) => {
    const value = at(...from)
    return value === undefined || value === null ? undefined : read(value)
  }
}

/** Numbers that are no moments in seconds, milliseconds or microseconds do not come in this century. */
const units = [
  [1e11, 'epoch-seconds'],
  [1e14, 'epoch-milliseconds'],
  [1e17, 'epoch-microseconds'],
  [Infinity, 'epoch-nanoseconds'],
] as const

function momentReader(fieldFormat: string | undefined): (value: unknown) => string | undefined {
  const readAs = (format: string): ((value: unknown) => string | undefined) => {
    const read = fieldReader({ type: 'date', format, zone: 'UTC' })
    return value => {
      const found = read(value, undefined)
      return typeof found === 'string' ? moment(found) : undefined
    }
  }
  if (fieldFormat !== undefined) return readAs(fieldFormat)
  const iso = readAs('iso')
  const epochs = units.map(([below, format]) => [below, readAs(format)] as const)
  return value => {
    const digits = isJsonNumber(value) ? writtenDigits(value) : String(value)
    if (!/^-?\d+(?:\.\d+)?$/.test(digits)) return iso(value)
    return epochs.find(([below]) => Math.abs(Number(digits)) < below)?.[1](
      isJsonNumber(value) ? value : Number(digits),
    )
  }
}

/** A day of the calendar begins in UTC. */
function moment(text: string): string | undefined {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString()
}

function numberOf(value: unknown): string | undefined {
  if (isJsonNumber(value)) return canonicalDecimal(value)
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? value : undefined
}

function textOf(value: unknown): string | undefined {
  if (isJsonNumber(value)) return writtenDigits(value)
  return typeof value === 'string' ? value : undefined
}

function beforeOf(type: SinceReading['type']): (a: string, b: string) => boolean {
  return type === 'number' ? (a, b) => compareDecimals(a, b) < 0 : (a, b) => a < b
}
