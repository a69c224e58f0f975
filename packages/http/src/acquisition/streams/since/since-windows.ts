import type { PageState, PageWindow } from '../../ledger/index.js'
import type { Scope } from '../../references/index.js'
import type { PageParameter } from '../requests/param-place.js'
import type { MomentFormat } from './since-format.js'
import { momentFormat } from './since-format.js'
import type { SinceConfig } from './since-config.js'
import type { Span } from './span.js'
import { earlier, later } from './span.js'

/**
 * The windows of a stream that is asked for what is new: where the first one begins, which follows which, and how
 * their ends are sent. What is kept of a partition between runs is `{ since }`, the highest value that it has
 * taken, as canonical text.
 */
export class SinceWindows {
  readonly #config: SinceConfig
  readonly #scale: Scale

  /** `startedAt`: of the run, in epoch milliseconds. */
  constructor(config: SinceConfig, startedAt: number) {
    this.#config = config
    this.#scale = config.type === 'date' ? new Moments(config.format, startedAt) : plainScale(config.type)
  }

  /** The first window of a partition, of which `state` is kept. Undefined: all, without ends. */
  first(state: PageState | undefined, sendsUntil: boolean): PageWindow | undefined {
    const { start, end, overlap = this.#scale.unit, window } = this.#config
    const known = state?.['since']
    const since = known === undefined ? this.#scale.of(start) : this.#scale.before(String(known), overlap)
    const last = this.#scale.of(end) ?? (sendsUntil || window !== undefined ? this.#scale.now : undefined)
    if (since === undefined) return last === undefined ? undefined : { until: last }
    return this.#from(since, last)
  }

  /** The window behind one; undefined when it is the last. */
  after({ since, until }: PageWindow): PageWindow | undefined {
    const { window, granularity = 0, end } = this.#config
    if (window === undefined || since === undefined || until === undefined) return undefined
    const last = this.#scale.of(end) ?? this.#scale.now
    const next = this.#scale.after(until, granularity)
    if (last === undefined || this.#scale.compare(next, last) >= 0) return undefined
    return this.#from(next, last)
  }

  /** What references and parameters have of a window. */
  scopeOf({ since, until }: PageWindow = {}): Scope {
    return {
      ...(since !== undefined && { since: this.#scale.write(since) }),
      ...(until !== undefined && { until: this.#scale.write(until) }),
    }
  }

  parametersOf(window: PageWindow | undefined): PageParameter[] {
    const scope = this.scopeOf(window)
    const { param, untilParam } = this.#config
    const told = [
      [param, scope['since']],
      [untilParam, scope['until']],
    ] as const
    return told.flatMap(([place, json]) =>
      place === undefined || json === undefined
        ? []
        : [{ place, value: JSON.parse(json) as string | number }],
    )
  }

  /** The higher of two values; what lies ahead of the run's start is its start. */
  clamped(value: string): string {
    const { now } = this.#scale
    return now !== undefined && this.#scale.compare(value, now) > 0 ? now : value
  }

  #from(since: string, last: string | undefined): PageWindow {
    const { window, granularity = 0 } = this.#config
    if (window === undefined || last === undefined)
      return last === undefined ? { since } : { since, until: last }
    const next = this.#scale.after(since, window)
    const until = this.#scale.before(next, granularity)
    return { since, until: this.#scale.compare(next, last) >= 0 ? last : until }
  }
}

type Amount = Span | number

/** How values are reckoned with: canonical texts all of them. */
interface Scale {
  /** The default overlap. */
  readonly unit: Amount
  /** When the run began, where values are moments. */
  readonly now: string | undefined
  of(value: number | string | Span | undefined): string | undefined
  before(value: string, amount: Amount): string
  after(value: string, amount: Amount): string
  compare(a: string, b: string): number
  /** As it is sent, as JSON. */
  write(value: string): string
}

class Moments implements Scale {
  readonly unit: Span
  readonly now: string
  readonly #startedAt: number
  readonly #format: MomentFormat

  constructor(format: string, startedAt: number) {
    this.#format = momentFormat(format)
    this.unit = { months: 0, ms: this.#format.unitMs }
    this.#startedAt = startedAt
    this.now = iso(startedAt)
  }

  of(value: number | string | Span | undefined): string | undefined {
    if (typeof value === 'object') return iso(earlier(this.#startedAt, value))
    return typeof value === 'number' ? iso(value) : value
  }

  before(value: string, amount: Amount): string {
    return iso(earlier(Date.parse(value), spanned(amount)))
  }

  after(value: string, amount: Amount): string {
    return iso(later(Date.parse(value), spanned(amount)))
  }

  compare(a: string, b: string): number {
    return Date.parse(a) - Date.parse(b)
  }

  write(value: string): string {
    return this.#format.write(Date.parse(value))
  }
}

function spanned(amount: Amount): Span {
  return typeof amount === 'number' ? { months: 0, ms: amount } : amount
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

/** Numbers are whole ones where something is added to them. */
function plainScale(type: 'number' | 'text'): Scale {
  const isNumber = type === 'number'
  const plus = (value: string, amount: Amount, sign: 1n | -1n): string =>
    typeof amount === 'number' && amount !== 0 && /^-?\d+$/.test(value)
      ? String(BigInt(value) + sign * BigInt(amount))
      : value
  return {
    unit: 0,
    now: undefined,
    of: value => (value === undefined || typeof value === 'object' ? undefined : String(value)),
    before: (value, amount) => plus(value, amount, -1n),
    after: (value, amount) => plus(value, amount, 1n),
    compare: isNumber ? (a, b) => Number(a) - Number(b) : (a, b) => (a < b ? -1 : a > b ? 1 : 0),
    write: value => (isNumber ? value : JSON.stringify(value)),
  }
}
