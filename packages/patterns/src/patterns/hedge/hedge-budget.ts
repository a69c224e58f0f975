/** Hedges that may follow at once after a quiet time. */
const BURST = 10

/**
 * Keeps hedges to a share of the calls, so that a slow remote is not made slower by twice the load.
 * Each call earns `ratio` of a hedge, and each hedge spends one; ten are there from the start.
 */
export class HedgeBudget {
  readonly #ratio: number
  #balance = BURST

  constructor(ratio: number) {
    this.#ratio = ratio
  }

  earn(): void {
    this.#balance = Math.min(BURST, this.#balance + this.#ratio)
  }

  trySpend(): boolean {
    if (this.#balance < 1) return false
    this.#balance -= 1
    return true
  }
}
