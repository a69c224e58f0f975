import type { CallWindow, WindowRow } from './call-window.js'

const BUCKETS = 10
/** Numbers in one bucket: calls, failures, slow calls. */
const WIDTH = 3
/** Copied, for that is ten times as fast as making it. */
const EMPTY: readonly number[] = Array.from({ length: BUCKETS * WIDTH }, () => 0)

/**
 * The calls of the last `windowMs`, in a ring of ten buckets: what is older never counts, and what is younger
 * than nine tenths of the window always does. It moves with time, not with traffic: after an idle gap as long
 * as the window nothing is left, and no timer is needed for it.
 */
export class TimeWindow implements CallWindow {
  calls = 0
  failures = 0
  slowCalls = 0
  readonly #bucketMs: number
  readonly #ring = EMPTY.slice()
  /** Number of the current bucket since the clock's zero; any will do while the ring is empty. */
  #bucket = 0
  /** Where the current bucket starts in the ring. */
  #head = 0
  #endsAt = -Infinity

  constructor(windowMs: number) {
    this.#bucketMs = windowMs / BUCKETS
  }

  record(now: number, failed: boolean, slow: boolean): void {
    this.#add(now, 1, failed ? 1 : 0, slow ? 1 : 0)
  }

  slide(now: number): void {
    if (now < this.#endsAt) return
    const bucket = Math.floor(now / this.#bucketMs)
    // More than one turn of the ring forgets no more than one turn does.
    for (let step = Math.min(bucket - this.#bucket, BUCKETS); step > 0; step--) this.#forgetOldest()
    this.#bucket = bucket
    this.#endsAt = (bucket + 1) * this.#bucketMs
  }

  rows(now: number): WindowRow[] {
    this.slide(now)
    const rows: WindowRow[] = []
    for (let age = BUCKETS - 1; age >= 0; age--) {
      const at = (this.#head + (BUCKETS - age) * WIDTH) % this.#ring.length
      const [calls, failures, slowCalls] = this.#ring.slice(at, at + WIDTH) as [number, number, number]
      const middle = (this.#bucket - age + 0.5) * this.#bucketMs
      if (calls > 0) rows.push([Math.max(0, now - middle), calls, failures, slowCalls])
    }
    return rows
  }

  restore(rows: readonly WindowRow[], now: number): void {
    for (const [ageMs, calls, failures, slowCalls] of rows) {
      this.#add(now - ageMs, calls, failures, slowCalls)
    }
    this.slide(now)
  }

  #add(at: number, calls: number, failures: number, slowCalls: number): void {
    if (at >= this.#endsAt) this.slide(at)
    this.#change(this.#head, calls, failures, slowCalls)
  }

  #forgetOldest(): void {
    const ring = this.#ring
    const oldest = (this.#head + WIDTH) % ring.length
    const [calls, failures, slowCalls] = ring.slice(oldest, oldest + WIDTH) as [number, number, number]
    this.#change(oldest, -calls, -failures, -slowCalls)
    this.#head = oldest
  }

  #change(at: number, calls: number, failures: number, slowCalls: number): void {
    const ring = this.#ring
    ring[at] = (ring[at] as number) + calls
    ring[at + 1] = (ring[at + 1] as number) + failures
    ring[at + 2] = (ring[at + 2] as number) + slowCalls
    this.calls += calls
    this.failures += failures
    this.slowCalls += slowCalls
  }
}
