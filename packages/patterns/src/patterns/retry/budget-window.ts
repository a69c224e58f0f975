import type { Clock } from '../../core/index.js'

const SLICES = 10

/**
 * Calls and retries of the last `windowMs`, counted in ten slices. A slice leaves only when all of it is
 * older than the window, so what is counted covers the window and up to a tenth more: never less.
 */
export class BudgetWindow {
  readonly #sliceMs: number
  readonly #clock: Clock
  /** One slice more than fit into the window, for the window begins somewhere inside the oldest. */
  readonly #calls = Array.from({ length: SLICES + 1 }, () => 0)
  readonly #retries = Array.from({ length: SLICES + 1 }, () => 0)
  #slice = 0

  constructor(windowMs: number, clock: Clock) {
    this.#sliceMs = windowMs / SLICES
    this.#clock = clock
  }

  /** Nothing is remembered, so the entry may be dropped. */
  get idle(): boolean {
    const { calls, retries } = this.totals(this.#clock.now())
    return calls === 0 && retries === 0
  }

  addCall(now: number): void {
    this.#add(this.#calls, now)
  }

  addRetry(now: number): void {
    this.#add(this.#retries, now)
  }

  totals(now: number): { readonly calls: number; readonly retries: number } {
    this.#moveTo(now)
    return { calls: sum(this.#calls), retries: sum(this.#retries) }
  }

  clear(): void {
    this.#calls.fill(0)
    this.#retries.fill(0)
  }

  #add(counts: number[], now: number): void {
    this.#moveTo(now)
    const index = this.#slice % (SLICES + 1)
    counts[index] = (counts[index] as number) + 1
  }

  #moveTo(now: number): void {
    const slice = Math.floor(now / this.#sliceMs)
    const steps = Math.min(slice - this.#slice, SLICES + 1)
    for (let step = 0; step < steps; step += 1) {
      const index = (slice - step) % (SLICES + 1)
      this.#calls[index] = 0
      this.#retries[index] = 0
    }
    if (slice > this.#slice) this.#slice = slice
  }
}

function sum(counts: readonly number[]): number {
  let total = 0
  for (const count of counts) total += count
  return total
}
