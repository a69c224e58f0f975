import type { LimitSample } from './limit.js'

/** One window's mean needs so many calls, or as many as the limit if that is smaller. */
const ENOUGH = 10

/**
 * Makes one sample of all calls in a window: mean latency, most in flight, whether any was dropped. A limit
 * that learnt from each call by itself would jump by the whole of a batch that ends at once, long before it
 * could see what its last step has done. A window lasts `windowMs`, and two of its own least latencies.
 * Source: Netflix concurrency-limits, WindowedLimit.
 */
export class SampleWindow {
  readonly #windowMs: number
  #startedAt = 0
  #calls = 0
  #totalMs = 0
  #leastMs = Infinity
  #inFlight = 0
  #dropped = false

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  /** Adds a call that ended at `now`; gives the window's sample when that ends it. */
  add({ rttMs, inFlight, dropped }: LimitSample, now: number, limit: number): LimitSample | undefined {
    if (this.#calls === 0) this.#startedAt = now - rttMs
    this.#calls += 1
    this.#totalMs += rttMs
    this.#leastMs = Math.min(this.#leastMs, rttMs)
    this.#inFlight = Math.max(this.#inFlight, inFlight)
    this.#dropped ||= dropped
    const isLong = now - this.#startedAt >= Math.max(this.#windowMs, 2 * this.#leastMs)
    return isLong && this.#calls >= Math.min(ENOUGH, limit) ? this.#take() : undefined
  }

  #take(): LimitSample {
    const sample = { rttMs: this.#totalMs / this.#calls, inFlight: this.#inFlight, dropped: this.#dropped }
    this.#calls = this.#totalMs = this.#inFlight = 0
    this.#leastMs = Infinity
    this.#dropped = false
    return sample
  }
}
