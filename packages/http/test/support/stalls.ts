const SAMPLE_MS = 5
/** What timers are late by on an idle machine. */
const USUAL_MS = 5

/**
 * How long this process did not get to run: what a test in real time must allow for on a busy machine. An
 * idle one has none, and the bound is the one that the case states.
 */
export class Stalls implements Disposable {
  #worstMs = 0
  #totalMs = 0
  #last = performance.now()
  readonly #timer = setInterval(() => this.#sample(), SAMPLE_MS)

  get worstMs(): number {
    this.#sample()
    return this.#worstMs
  }

  get totalMs(): number {
    this.#sample()
    return this.#totalMs
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #sample(): void {
    const now = performance.now()
    const lateMs = now - this.#last - SAMPLE_MS
    this.#last = now
    if (lateMs <= USUAL_MS) return
    this.#worstMs = Math.max(this.#worstMs, lateMs)
    this.#totalMs += lateMs
  }
}
