/** More than this is not taken for lateness: a server whose answers take long is not asked much less for it. */
const MOST_MS = 100

/**
 * How late a request may have arrived, by how long its answer took. The quickest answer so far is the measure:
 * what took longer was perhaps as much longer on its way, on a busy machine or line, and what departs a window
 * later may be quick. Of the first one nothing is known, so all its time counts.
 */
export class Lateness {
  #quickestMs = Infinity

  of(tookMs: number): number {
    const usualMs = this.#quickestMs === Infinity ? 0 : this.#quickestMs
    this.#quickestMs = Math.min(this.#quickestMs, tookMs)
    return Math.min(MOST_MS, Math.max(0, tookMs - usualMs))
  }
}
