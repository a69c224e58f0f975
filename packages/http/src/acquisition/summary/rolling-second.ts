const WINDOW_MS = 1_000
/**
 * Epoch milliseconds as a double resolve a quarter of a microsecond: two moments a second apart may seem
 * nearer.
 */
const RESOLUTION_MS = 0.001

/** The most moments in any half-open second. It holds the moments of the last second alone. */
export class RollingSecond {
  #recent: number[] = []
  #first = 0
  #worst = 0

  get worst(): number {
    return this.#worst
  }

  /** In milliseconds; no earlier than the one before. */
  add(at: number): void {
    const recent = this.#recent
    recent.push(at)
    while (at - (recent[this.#first] as number) >= WINDOW_MS - RESOLUTION_MS) this.#first += 1
    this.#worst = Math.max(this.#worst, recent.length - this.#first)
    if (this.#first < 1_000) return
    this.#recent = recent.slice(this.#first)
    this.#first = 0
  }
}

/** The most moments that lie in any half-open second. `times` in milliseconds, in ascending order. */
export function worstRollingSecond(times: Iterable<number>): number {
  const seconds = new RollingSecond()
  for (const at of times) seconds.add(at)
  return seconds.worst
}
