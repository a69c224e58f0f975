/** Latencies that are remembered; enough for a p99 that follows the remote within a few hundred calls. */
const REMEMBERED = 256
/** The quantile is computed again after this many latencies: sorting for each call would be too slow. */
const STALE_AFTER = 16

/** A quantile of the last latencies, by nearest rank. */
export class LatencyQuantile {
  readonly #quantile: number
  readonly #ring = new Float64Array(REMEMBERED)
  #count = 0
  #value = 0
  #foundAt = 0

  constructor(quantile: number) {
    this.#quantile = quantile
  }

  /** How many latencies were recorded. */
  get count(): number {
    return this.#count
  }

  get value(): number {
    if (this.#foundAt === 0 || this.#count - this.#foundAt >= STALE_AFTER) this.#find()
    return this.#value
  }

  record(latencyMs: number): void {
    this.#ring[this.#count % REMEMBERED] = latencyMs
    this.#count += 1
  }

  #find(): void {
    const sorted = this.#ring.slice(0, Math.min(this.#count, REMEMBERED)).sort()
    const rank = Math.max(1, Math.ceil(this.#quantile * sorted.length))
    this.#value = sorted[rank - 1] ?? 0
    this.#foundAt = this.#count
  }
}
