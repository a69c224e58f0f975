import type { StreamConfig } from '../../acquisition/index.js'
import { atUnit, writtenMoment } from './moments.js'

export type Since = NonNullable<StreamConfig['since']>

/** What tells how new a record is: as it is compared, and as the record has it. */
export interface SinceValue {
  readonly order: number | string
  readonly raw: unknown
}

const DAY_MS = 86_400_000
const FIRST_MS = Date.UTC(2024, 0, 1)
const DAYS = 60

/** How new the records of a stream are: in which order they came, some of them at the same time. */
export class SinceScale {
  readonly #since: Since
  readonly #format: string
  readonly #zone: string | undefined
  /** Of the mock's start, in epoch milliseconds. */
  readonly #now: number

  constructor(stream: StreamConfig & { readonly since: Since }, now: number) {
    this.#since = stream.since
    const mapped = Object.values(stream.mapping ?? {}).find(({ path }) => path === stream.since.field)
    const date = mapped?.type === 'date' ? mapped : undefined
    this.#format = stream.since.fieldFormat ?? date?.format ?? 'iso'
    this.#zone = date?.zone
    this.#now = now
  }

  /** The value of the nth of so many. `later`: how often it was changed. */
  valueOf(n: number, count: number, later = 0): SinceValue {
    const { type } = this.#since
    if (type === 'date') return this.#momentOf(n, count, later)
    const number = Math.min(this.#start + n + 1 + later * count, this.#end)
    return type === 'number'
      ? { order: number, raw: number }
      : textOf(typeof this.#since.start === 'string' ? this.#since.start : '', number)
  }

  /** Whether a perfect first run takes it. */
  isIn({ order }: SinceValue, { leavesOutEqual = false } = {}): boolean {
    const { start, end, type } = this.#since
    const [first, last] = type === 'date' ? [this.#msOf(start), this.#msOf(end)] : [start, end]
    const least =
      type === 'number' ? (value: unknown) => Number(value) : (value: unknown) => value as number | string
    if (first !== undefined && (leavesOutEqual ? order <= least(first) : order < least(first))) return false
    return last === undefined || order <= least(last)
  }

  get #start(): number {
    const { start, type } = this.#since
    return type === 'number' && typeof start !== 'object' ? Number(start ?? 0) : 0
  }

  get #end(): number {
    const { end, type } = this.#since
    return type === 'number' && typeof end !== 'object' ? Number(end ?? Infinity) : Infinity
  }

  /** Two days before the start to the end; one in four at the moment of the one before. */
  #momentOf(n: number, count: number, later: number): SinceValue {
    const start = this.#msOf(this.#since.start) ?? FIRST_MS
    const end = Math.min(this.#msOf(this.#since.end) ?? start + DAYS * DAY_MS, this.#now - DAY_MS / 24)
    const place = n % 4 === 3 ? n - 1 : n
    const step = Math.max(0, end - start) / Math.max(1, count)
    const ms = n === 0 ? start - 2 * DAY_MS : start + Math.floor(step * (place - 0.5))
    const moved = Math.min(ms + later * step * count, end)
    const order = atUnit(atUnit(moved, 'isoSeconds'), this.#format, this.#zone)
    const raw = writtenMoment(order, this.#format, this.#zone)
    return { order, raw }
  }

  #msOf(moment: Since['start']): number | undefined {
    if (moment === undefined || typeof moment === 'string') return undefined
    if (typeof moment === 'number') return moment
    return this.#now - moment.ms - moment.months * 30 * DAY_MS
  }
}

function textOf(start: string, number: number): SinceValue {
  const text = start + String(number).padStart(12, '0')
  return { order: text, raw: text }
}
