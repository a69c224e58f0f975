import type { Clock } from '../../core/index.js'

/** What a departure reports to: the count of what has gone, and what may still go. */
export interface DepartureBook {
  /** What was just taken departs later. Returns the ideal moment of the next, for `giveBack`. */
  hold(cost: number): number
  /** What was given back departs after all. */
  holdAgain(cost: number): void
  /** What was held departed at `at`. */
  settle(at: number, cost: number): void
  /** What departed at `at` counts as if it had done so at `later`. */
  postpone(at: number, later: number, cost: number): void
  /** What was held never departs; `nextAt` is what `hold` returned. */
  giveBack(nextAt: number, cost: number): void
}

/**
 * Leave for one departure that has not happened yet. Say when it has, or that it will not: until then it
 * keeps its place in every window to come. `using` cancels what was never sent.
 */
export class Departure implements Disposable {
  /** When leave was given, on the scale of `clock.now()`. */
  readonly grantedAt: number
  readonly #book: DepartureBook
  readonly #clock: Clock
  readonly #cost: number
  readonly #nextAt: number
  readonly #onKnown: () => void
  #state: 'held' | 'sent' | 'cancelled' = 'held'
  #departedAt = 0

  constructor(book: DepartureBook, clock: Clock, grantedAt: number, cost: number, onKnown: () => void) {
    this.grantedAt = grantedAt
    this.#book = book
    this.#clock = clock
    this.#cost = cost
    this.#nextAt = book.hold(cost)
    this.#onKnown = onKnown
  }

  /**
   * It departed at `at`: now, unless told (NaN tells nothing). To be said once it has happened: `at` is held
   * between the grant and now. Only the first call counts. What departed although it was cancelled is counted
   * all the same.
   */
  sent(at?: number): void {
    if (this.#state === 'sent') return
    if (this.#state === 'cancelled') this.#book.holdAgain(this.#cost)
    this.#state = 'sent'
    const now = this.#clock.now()
    const departedAt = at === undefined || Number.isNaN(at) ? now : at
    this.#departedAt = Math.min(Math.max(departedAt, this.grantedAt), now)
    this.#book.settle(this.#departedAt, this.#cost)
    this.#onKnown()
  }

  /**
   * It was longer on its way than others are, by so many milliseconds (0 or less changes nothing): it counts
   * as if it had departed later, so that the limit holds where it arrives too. Of effect while it is within
   * the window.
   */
  delayed(byMs: number): void {
    if (this.#state !== 'sent' || !(byMs > 0)) return
    const later = this.#departedAt + byMs
    this.#book.postpone(this.#departedAt, later, this.#cost)
    this.#departedAt = later
  }

  /** Nothing departs; the place is free again. Of no effect once it was sent. */
  cancel(): void {
    if (this.#state !== 'held') return
    this.#state = 'cancelled'
    this.#book.giveBack(this.#nextAt, this.#cost)
    this.#onKnown()
  }

  [Symbol.dispose](): void {
    this.cancel()
  }
}
