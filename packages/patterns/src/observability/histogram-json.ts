import { checkCount, checkNumber } from '../core/index.js'

/** A histogram written down. Those of equal range can be read back and merged, whoever wrote them. */
export interface HistogramJson {
  readonly version: 1
  readonly lowest: number
  readonly highest: number
  readonly sum: number
  /** null when nothing was counted. */
  readonly min: number | null
  /** null when nothing was counted. */
  readonly max: number | null
  readonly belowRange: number
  readonly aboveRange: number
  /** Index and count of each bucket that holds something, one after the other: index, count, index, count. */
  readonly buckets: readonly number[]
}

/** What was read, with the buckets as pairs of index and count. */
interface ReadHistogram extends Omit<HistogramJson, 'version' | 'buckets'> {
  readonly buckets: readonly (readonly [bucket: number, count: number])[]
}

/** Checks what comes from outside, before anything is built from it. */
export function readHistogramJson(json: unknown): ReadHistogram {
  const { version, buckets, ...rest } = (json ?? {}) as HistogramJson
  if (version !== 1 || !Array.isArray(buckets)) {
    throw new TypeError('Histogram.fromJSON: allowed is what Histogram.toJSON of version 1 gives')
  }
  for (const name of ['lowest', 'highest', 'sum'] as const) check(name, rest[name])
  for (const name of ['min', 'max'] as const) if (rest[name] !== null) check(name, rest[name])
  for (const name of ['belowRange', 'aboveRange'] as const) check(name, rest[name], 0)
  return { ...rest, buckets: pairs(buckets) }
}

function check(name: string, value: unknown, min = -Infinity): void {
  checkNumber(`Histogram.fromJSON: ${name}`, value, { min })
}

function pairs(flat: readonly unknown[]): [number, number][] {
  const read: [number, number][] = []
  for (let i = 0; i < flat.length; i += 2) {
    const [bucket, count] = [flat[i], flat[i + 1]]
    checkCount('Histogram.fromJSON: bucket', bucket, { min: 0 })
    checkCount('Histogram.fromJSON: count', count)
    read.push([bucket as number, count as number])
  }
  return read
}
