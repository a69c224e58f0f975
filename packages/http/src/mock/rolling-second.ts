/** At most `limit` in any half-open second: remembers the last `limit` that were taken. */
export class RollingSecond {
  readonly #taken: Float64Array
  #next = 0

  constructor(limit: number) {
    this.#taken = new Float64Array(limit).fill(-Infinity)
  }

  /** False when the second that ends at `now` (milliseconds) is full already. */
  tryTake(now: number): boolean {
    const oldest = this.#taken[this.#next] as number
    if (now - oldest < 1000) return false
    this.#taken[this.#next] = now
    this.#next = (this.#next + 1) % this.#taken.length
    return true
  }
}
