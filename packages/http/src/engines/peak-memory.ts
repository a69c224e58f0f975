/** Reading the resident set is a system call: once for so many results is enough to see a peak. */
const EVERY = 1_000
const MEBIBYTE = 1024 * 1024

/** The largest resident set of this process that was seen between its making and `stop`. */
export class PeakMemory {
  #peak = 0
  #count = 0

  constructor() {
    this.#look()
  }

  /** To be called for each result. */
  sample(): void {
    this.#count += 1
    if (this.#count % EVERY === 0) this.#look()
  }

  /** In MiB. */
  stop(): number {
    this.#look()
    return this.#peak / MEBIBYTE
  }

  #look(): void {
    this.#peak = Math.max(this.#peak, process.memoryUsage.rss())
  }
}
