/** On a quiet machine and line requests are less late than this. */
export const LEAST_MARGIN_MS = 5

/** On a busy one, and as long as nothing is known. */
const MOST_MARGIN_MS = 20

/** About so many answers are remembered. */
const MEMORY = 16

/** A single request says little. */
const MOST_LATENESS_MS = 100

/**
 * By how much a window is longer, so that it holds at the server too. How late a request was shows its answer,
 * and each is reckoned with by itself; but the first answers are no measure yet, and those to come may take
 * longer. So an adaptive margin is wide at first, and twice the usual lateness from then on.
 */
export class Margin {
  readonly #leastMs: number
  readonly #isAdaptive: boolean
  #usualMs = MOST_MARGIN_MS / 2

  constructor(leastMs: number, isAdaptive: boolean) {
    this.#leastMs = leastMs
    this.#isAdaptive = isAdaptive
  }

  get ms(): number {
    if (!this.#isAdaptive) return this.#leastMs
    return Math.max(this.#leastMs, Math.min(MOST_MARGIN_MS, Math.ceil(2 * this.#usualMs)))
  }

  /** A request was so late, or not at all. */
  saw(lateMs: number): void {
    this.#usualMs += (Math.min(lateMs, MOST_LATENESS_MS) - this.#usualMs) / MEMORY
  }
}
