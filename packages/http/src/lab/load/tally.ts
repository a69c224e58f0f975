import { Histogram } from 'async-patterns/observability'
import type { HistogramJson } from 'async-patterns/observability'
import type { OutcomeReport } from '../../measurements/index.js'

/** The class of responses whose status is accepted; the others are `HTTP_503` and the like, or error codes. */
export const OK = 'OK'

/** One second of a run, as one thread saw it. */
export interface IntervalReport {
  readonly index: number
  /** False for the last one, which the end of the run cuts short. */
  readonly isWhole: boolean
  readonly requests: number
  readonly errors: number
  /** Of class OK; from the intended send in an open loop. */
  readonly times: HistogramJson
}

/** What one thread counted. */
export interface TallyReport {
  readonly statusCodes: Readonly<Record<string, number>>
  readonly bytes: number
  readonly outcomes: Readonly<Record<string, OutcomeReport>>
  /** How long connections took that were made while it measured. */
  readonly connectTimesMs: HistogramJson
  /** Requests that ended, by slots of SLOT_MS from the start of what is measured. */
  readonly slots: readonly number[]
  /** When the last one ended, from the start of what is measured; 0 if there was none. */
  readonly lastEndedMs: number
}

/** For the comparison of halves. */
export const SLOT_MS = 50
/** Of the timeline. */
export const INTERVAL_MS = 1_000
const SLOTS_PER_INTERVAL = INTERVAL_MS / SLOT_MS

class Outcomes {
  readonly service = new Histogram()
  readonly response: Histogram | undefined
  count = 0

  constructor(isOpenLoop: boolean) {
    this.response = isOpenLoop ? new Histogram() : undefined
  }

  toJSON(): OutcomeReport {
    const { count, service, response } = this
    return { count, serviceTimeMs: service.toJSON(), responseTimeMs: response?.toJSON() ?? null }
  }
}

/**
 * Counts outcomes, each in exactly one class. Times of all arguments are those of one clock; a request that
 * was due before the measurement began is counted nowhere.
 */
export class Tally {
  readonly #isOpenLoop: boolean
  /** 1 in the place of each status that is no failure. */
  readonly #accepted: Uint8Array
  readonly #connectTimes = new Histogram()
  readonly #onInterval: (report: IntervalReport) => void
  readonly #ok: Outcomes
  readonly #failures = new Map<string, Outcomes>()
  readonly #statuses = new Float64Array(1_000)
  readonly #slots: number[] = []
  readonly #times = new Histogram()
  #bytes = 0
  #from = Infinity
  #lastEndedAt = -Infinity
  #slot = 0
  #slotEndsAt = Infinity
  #intervalRequests = 0
  #intervalErrors = 0

  constructor(isOpenLoop: boolean, accepted: Uint8Array, onInterval: (report: IntervalReport) => void) {
    this.#isOpenLoop = isOpenLoop
    this.#accepted = accepted
    this.#onInterval = onInterval
    this.#ok = new Outcomes(isOpenLoop)
  }

  /** What is due from `from` on counts. */
  begin(from: number): void {
    this.#from = from
    this.#lastEndedAt = from
    this.#slotEndsAt = from + SLOT_MS
  }

  /** A connection was made; those from before the measurement count nowhere. */
  connected(tookMs: number, now: number): void {
    if (now >= this.#from) this.#connectTimes.record(tookMs)
  }

  response(statusCode: number, bytes: number, sentAt: number, intendedAt: number, now: number): void {
    if (intendedAt < this.#from) return
    this.#statuses[statusCode] = (this.#statuses[statusCode] as number) + 1
    this.#bytes += bytes
    if (this.#accepted[statusCode] === 1) this.#succeeded(now - sentAt, now - intendedAt)
    else this.#failed(`HTTP_${statusCode}`, now - sentAt, now - intendedAt)
    this.#ended(now)
  }

  /** No response. `sentAt` is NaN for what was never sent. */
  failure(code: string, sentAt: number, intendedAt: number, now: number): void {
    if (intendedAt < this.#from) return
    this.#failed(code, now - sentAt, now - intendedAt)
    this.#ended(now)
  }

  /** Ends the slots that are over. Called now and then where nothing happens. */
  advance(now: number): void {
    while (now >= this.#slotEndsAt) {
      this.#slotEndsAt += SLOT_MS
      this.#slot += 1
      if (this.#slot % SLOTS_PER_INTERVAL === 0) this.#endInterval(true)
    }
  }

  /** Ends the last interval, however short, and gives everything. */
  report(): TallyReport {
    if (this.#intervalRequests > 0) {
      this.#slot = (Math.floor(this.#slot / SLOTS_PER_INTERVAL) + 1) * SLOTS_PER_INTERVAL
      this.#endInterval(false)
    }
    const classes = new Map([[OK, this.#ok], ...this.#failures])
    const outcomes = Object.fromEntries([...classes].map(([name, one]) => [name, one.toJSON()]))
    const lastEndedMs = this.#from === Infinity ? 0 : this.#lastEndedAt - this.#from
    return {
      statusCodes: this.#statusCodes(),
      bytes: this.#bytes,
      outcomes,
      connectTimesMs: this.#connectTimes.toJSON(),
      slots: this.#slots,
      lastEndedMs,
    }
  }

  #succeeded(serviceMs: number, responseMs: number): void {
    const { service, response } = this.#ok
    this.#ok.count += 1
    service.record(serviceMs)
    if (response !== undefined) response.record(responseMs)
    this.#times.record(this.#isOpenLoop ? responseMs : serviceMs)
  }

  #failed(code: string, serviceMs: number, responseMs: number): void {
    const outcomes = this.#outcomesOf(code)
    outcomes.count += 1
    if (!Number.isNaN(serviceMs)) outcomes.service.record(serviceMs)
    outcomes.response?.record(responseMs)
    this.#intervalErrors += 1
  }

  #outcomesOf(code: string): Outcomes {
    const known = this.#failures.get(code)
    if (known !== undefined) return known
    const made = new Outcomes(this.#isOpenLoop)
    this.#failures.set(code, made)
    return made
  }

  #ended(now: number): void {
    if (now >= this.#slotEndsAt) this.advance(now)
    const slots = this.#slots
    while (slots.length <= this.#slot) slots.push(0)
    slots[this.#slot] = (slots[this.#slot] as number) + 1
    this.#intervalRequests += 1
    this.#lastEndedAt = now
  }

  #endInterval(isWhole: boolean): void {
    const index = this.#slot / SLOTS_PER_INTERVAL - 1
    const [requests, errors] = [this.#intervalRequests, this.#intervalErrors]
    this.#onInterval({ index, isWhole, requests, errors, times: this.#times.toJSON() })
    this.#times.clear()
    this.#intervalRequests = 0
    this.#intervalErrors = 0
  }

  #statusCodes(): Record<string, number> {
    const counts: Record<string, number> = {}
    this.#statuses.forEach((count, status) => {
      if (count > 0) counts[status] = count
    })
    return counts
  }
}
