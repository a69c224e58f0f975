import { checkNumber, numeric, optionsOf } from '../core/index.js'
import { readHistogramJson } from './histogram-json.js'
import type { HistogramJson } from './histogram-json.js'

/** The range of values that a Histogram tells apart. */
export interface HistogramOptions {
  /**
   * The smallest value told apart, above 0. Default 0.001: one microsecond, where values are milliseconds.
   */
  readonly lowest?: number
  /**
   * The largest value told apart, above `lowest`. Default 3,600,000: one hour, where values are milliseconds.
   */
  readonly highest?: number
}

/** A bucket that holds something: values of at least `from` and below `to`. */
export interface HistogramBucket {
  readonly from: number
  readonly to: number
  readonly count: number
}

const DEFAULTS = Object.freeze({ lowest: 0.001, highest: 3_600_000 })
const RULES = { lowest: numeric({ above: 0 }), highest: numeric() }

/** Each power of two is cut into 2 ** 7 = 128 equal buckets; the mantissa's next 13 bits are dropped. */
const DROPPED_BITS = 20 - 7

/** The statistics lie before the buckets, in the same array, so that a record touches one object only. */
const COUNT = 0
const SUM = 1
const MIN = 2
const MAX = 3
const BELOW = 4
const ABOVE = 5
const FIRST_BUCKET = 6

const scratch = new Float64Array(1)
const words = new Uint32Array(scratch.buffer)
scratch[0] = 1
/** Which half of a double holds sign, exponent and the top 20 bits of the mantissa, on this machine. */
const HIGH = words[1] === 0 ? 0 : 1

/** Exponent and the first bits of the mantissa as one integer: it grows with the value. */
function bucketOf(value: number): number {
  scratch[0] = value
  return (words[HIGH] as number) >>> DROPPED_BITS
}

/** The smallest value of a bucket: the inverse of `bucketOf`. */
function startOf(bucket: number): number {
  scratch[0] = 0
  words[HIGH] = bucket << DROPPED_BITS
  return scratch[0]
}

/**
 * Counts values in buckets that grow with the value, so that any percentile is known to within 0.4 %
 * in constant memory (32 KiB for the default range), and histograms add up without loss.
 *
 * `count`, `min`, `max` and `mean` are of the values as given. A value outside the range is counted in the
 * outermost bucket and in `belowRange` or `aboveRange`. Percentiles must never be averaged: merge instead.
 * Source: the log-linear layout of HdrHistogram (G. Tene), with the buckets read off the double's own bits.
 */
export class Histogram {
  readonly lowest: number
  readonly highest: number
  readonly #cells: Float64Array
  /** What takes a bucket to its cell. */
  readonly #offset: number

  /** @throws TypeError or RangeError that names the option. */
  constructor(options?: HistogramOptions) {
    const { lowest, highest } = optionsOf('Histogram', DEFAULTS, RULES, options)
    if (highest <= lowest) {
      throw new RangeError(`Histogram.highest is ${highest}; allowed is a number above lowest (${lowest})`)
    }
    this.lowest = lowest
    this.highest = highest
    this.#offset = FIRST_BUCKET - bucketOf(lowest)
    this.#cells = new Float64Array(bucketOf(highest) + this.#offset + 1)
    this.clear()
  }

  /**
   * Counts `value`, `count` times (a positive integer; it is not checked, for this runs on hot paths).
   * @throws RangeError when the value is NaN or infinite.
   */
  record(value: number, count = 1): void {
    const cells = this.#cells
    const inRange = value >= this.lowest && value <= this.highest
    const cell = bucketOf(inRange ? value : this.#clamp(value, count)) + this.#offset
    cells[cell] = (cells[cell] as number) + count
    cells[COUNT] = (cells[COUNT] as number) + count
    cells[SUM] = (cells[SUM] as number) + value * count
    if (value < (cells[MIN] as number)) cells[MIN] = value
    if (value > (cells[MAX] as number)) cells[MAX] = value
  }

  #clamp(value: number, count: number): number {
    checkNumber('Histogram.record(value)', value)
    const isBelow = value < this.lowest
    const outside = isBelow ? BELOW : ABOVE
    this.#cells[outside] = this.#cell(outside) + count
    return isBelow ? this.lowest : this.highest
  }

  #cell(cell: number): number {
    return this.#cells[cell] as number
  }

  get count(): number {
    return this.#cell(COUNT)
  }

  /** The sum of all values, as given. */
  get sum(): number {
    return this.#cell(SUM)
  }

  /** The smallest value, as given; NaN while there is none. */
  get min(): number {
    return this.count === 0 ? NaN : this.#cell(MIN)
  }

  /** The largest value, as given; NaN while there is none. */
  get max(): number {
    return this.count === 0 ? NaN : this.#cell(MAX)
  }

  /** The arithmetic mean of the values as given; NaN while there is none. */
  get mean(): number {
    return this.sum / this.count
  }

  /** How many values were smaller than `lowest`. */
  get belowRange(): number {
    return this.#cell(BELOW)
  }

  /** How many values were larger than `highest`. */
  get aboveRange(): number {
    return this.#cell(ABOVE)
  }

  /**
   * The standard deviation (of the population), from the buckets, so to within their width; NaN while empty.
   */
  get stddev(): number {
    const { mean } = this
    let squares = 0
    for (const { from, to, count } of this.buckets()) squares += count * (this.#middle(from, to) - mean) ** 2
    return Math.sqrt(squares / this.count)
  }

  /**
   * The value that `percent` of all values do not exceed (nearest rank), `percent` from 0 to 100.
   * 0 gives `min` and 100 gives `max` exactly; between them the middle of the bucket. NaN while empty.
   */
  percentile(percent: number): number {
    checkNumber('Histogram.percentile(percent)', percent, { min: 0, max: 100 })
    if (this.count === 0) return NaN
    const rank = rankOf(percent, this.count)
    if (rank >= this.count) return this.max
    if (rank <= 1) return this.min
    return this.#valueAt(rank)
  }

  #valueAt(rank: number): number {
    let seen = 0
    let cell = FIRST_BUCKET
    while ((seen += this.#cell(cell)) < rank) cell += 1
    const bucket = cell - this.#offset
    return this.#middle(startOf(bucket), startOf(bucket + 1))
  }

  /** No value was smaller than `min` or larger than `max`, so no answer is. */
  #middle(from: number, to: number): number {
    return Math.min(Math.max((from + to) / 2, this.#cell(MIN)), this.#cell(MAX))
  }

  /** The buckets that hold something, from the smallest values to the largest. */
  *buckets(): Generator<HistogramBucket, void> {
    for (let cell = FIRST_BUCKET; cell < this.#cells.length; cell += 1) {
      const count = this.#cell(cell)
      const bucket = cell - this.#offset
      if (count > 0) yield { from: startOf(bucket), to: startOf(bucket + 1), count }
    }
  }

  /**
   * Adds what another histogram of the same range has counted: bucket by bucket, without loss.
   * @throws RangeError when the ranges differ.
   */
  merge(other: Histogram): this {
    if (other.lowest !== this.lowest || other.highest !== this.highest) {
      const range = `${other.lowest} to ${other.highest}`
      throw new RangeError(`Histogram.merge: the other's range is ${range}; allowed is the same range`)
    }
    const min = Math.min(this.#cell(MIN), other.#cell(MIN))
    const max = Math.max(this.#cell(MAX), other.#cell(MAX))
    other.#cells.forEach((count, cell) => {
      this.#cells[cell] = this.#cell(cell) + count
    })
    this.#cells[MIN] = min
    this.#cells[MAX] = max
    return this
  }

  /** Forgets all values. */
  clear(): void {
    this.#cells.fill(0)
    this.#cells[MIN] = Infinity
    this.#cells[MAX] = -Infinity
  }

  /** All of it, in a form that JSON and `structuredClone` carry: only buckets that hold something. */
  toJSON(): HistogramJson {
    const buckets: number[] = []
    this.#cells.forEach((count, cell) => {
      if (cell >= FIRST_BUCKET && count > 0) buckets.push(cell - FIRST_BUCKET, count)
    })
    const { lowest, highest, sum, belowRange, aboveRange } = this
    const [min, max] = this.count === 0 ? [null, null] : [this.min, this.max]
    return { version: 1, lowest, highest, sum, min, max, belowRange, aboveRange, buckets }
  }

  /**
   * The histogram that `toJSON` wrote down.
   * @throws TypeError or RangeError when it is something else.
   */
  static fromJSON(json: unknown): Histogram {
    const { lowest, highest, ...rest } = readHistogramJson(json)
    const histogram = new Histogram({ lowest, highest })
    const cells = histogram.#cells
    for (const [bucket, count] of rest.buckets) {
      checkNumber('Histogram.fromJSON: bucket', bucket, { max: cells.length - FIRST_BUCKET - 1 })
      cells[bucket + FIRST_BUCKET] = count
      cells[COUNT] = (cells[COUNT] as number) + count
    }
    cells.set([rest.sum, rest.min ?? Infinity, rest.max ?? -Infinity, rest.belowRange, rest.aboveRange], SUM)
    return histogram
  }
}

/**
 * Of `count` values in order, the 1-based place of a percentile; rounding errors of the product do not count.
 */
function rankOf(percent: number, count: number): number {
  const exact = (percent * count) / 100
  return Math.ceil(exact - exact * 1e-12)
}
