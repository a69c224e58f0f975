import type { Clock } from '../../core/index.js'

/**
 * The time as it was when this turn of the event loop first asked for it: a hit costs less than reading a
 * clock. Under a clock that knows no turns, a ManualClock, it is always read.
 */
export class CoarseClock {
  readonly #clock: Clock
  #now = 0
  #isCurrent = false
  readonly #forget = (): void => {
    this.#isCurrent = false
  }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#isCurrent ? this.#now : this.read()
  }

  /** The time at this moment; `now` is not behind it. */
  read(): number {
    this.#now = this.#clock.now()
    if (!this.#isCurrent && this.#clock.endOfTurn !== undefined) {
      this.#isCurrent = true
      this.#clock.endOfTurn(this.#forget)
    }
    return this.#now
  }
}
