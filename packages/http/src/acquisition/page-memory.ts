import type { Permit, Within } from 'async-patterns'
import { SemaphoreLimiter } from 'async-patterns'

/** What a page is taken to weigh before any of its source was seen. */
const FIRST_GUESS_BYTES = 64 * 1024

/**
 * Bound on the bytes of pages between fetch and commit, over all sources. A page's place is held from before its
 * request until its commit; its weight is a guess (the heaviest page of its source so far) until its size is known.
 * A page that turns out heavier is let in all the same, and others wait until the excess is back: so the bound can
 * be exceeded for a while, by what the pages in flight weigh beyond their guesses.
 */
export class PageMemory {
  readonly #bytes: SemaphoreLimiter
  readonly #largestGuess: number
  readonly #heaviest = new Map<string, number>()

  /** `pagesAtOnce`: so many guesses always fit, so that sources that only wait cannot block the others. */
  constructor(capacityBytes: number, pagesAtOnce: number) {
    this.#bytes = new SemaphoreLimiter({ maxConcurrent: capacityBytes, acquireTimeoutMs: Infinity })
    this.#largestGuess = Math.max(1, Math.floor(capacityBytes / pagesAtOnce))
  }

  get bytesInUse(): number {
    return this.#bytes.maxConcurrent - this.#bytes.available
  }

  reserve(source: string, within: Within): Promise<Permit> {
    const guess = this.#heaviest.get(source) ?? FIRST_GUESS_BYTES
    const weight = Math.max(1, Math.min(guess, this.#largestGuess))
    return this.#bytes.acquire({ weight, signal: within.signal })
  }

  /** The page of this permit weighs so much. */
  weigh(source: string, permit: Permit, bytes: number): void {
    permit.resize(bytes)
    this.#heaviest.set(source, Math.max(this.#heaviest.get(source) ?? 0, bytes))
  }
}
