import type { CallWindow, WindowRow } from './call-window.js'

const FAILED = 1
const SLOW = 2

/** The last `size` calls, however long ago they were. */
export class CountWindow implements CallWindow {
  calls = 0
  failures = 0
  slowCalls = 0
  readonly #ring: Uint8Array
  /** Where the next call goes: the oldest one once the ring is full. */
  #next = 0

  constructor(size: number) {
    this.#ring = new Uint8Array(size)
  }

  record(_now: number, failed: boolean, slow: boolean): void {
    if (this.calls === this.#ring.length) this.#count(this.#ring[this.#next] as number, -1)
    const flags = (failed ? FAILED : 0) | (slow ? SLOW : 0)
    this.#ring[this.#next] = flags
    this.#next = (this.#next + 1) % this.#ring.length
    this.#count(flags, 1)
  }

  slide(): void {
    // Calls leave when others come, not with time.
  }

  rows(): WindowRow[] {
    const size = this.#ring.length
    const oldest = this.#next - this.calls + size
    return Array.from({ length: this.calls }, (_, index) => {
      const flags = this.#ring[(oldest + index) % size] as number
      return [0, 1, (flags & FAILED) / FAILED, (flags & SLOW) / SLOW]
    })
  }

  restore(rows: readonly WindowRow[], now: number): void {
    for (const [, , failures, slowCalls] of rows) this.record(now, failures > 0, slowCalls > 0)
  }

  #count(flags: number, change: number): void {
    this.calls += change
    if ((flags & FAILED) !== 0) this.failures += change
    if ((flags & SLOW) !== 0) this.slowCalls += change
  }
}
