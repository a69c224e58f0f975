import type { Clock, Operation, Policy, SpacedLimiter, Within } from 'async-patterns'
import { contextOf } from 'async-patterns'

/**
 * The limiter's layer in the stack of one page. Leave to depart is used up when the request's head is written, not
 * when it is granted: the operation says `sent`, and what never departed frees its place. A request that was given up
 * but still runs may depart yet, so it keeps its place until it has settled.
 */
export class Departing implements Policy {
  readonly #limiter: SpacedLimiter
  readonly #clock: Clock
  readonly #onDeparture: (attempt: number, at: number) => void
  #sent: () => void = () => undefined

  /** `onDeparture` is told the moment for which the limiter accounts, on the scale of `clock.now()`. */
  constructor(limiter: SpacedLimiter, clock: Clock, onDeparture: (attempt: number, at: number) => void) {
    this.#limiter = limiter
    this.#clock = clock
    this.#onDeparture = onDeparture
  }

  /** To be called at the moment at which the request's head is written. */
  sent(): void {
    this.#sent()
  }

  async execute<T>(operation: Operation<T>, within?: Within): Promise<T> {
    const context = contextOf(within)
    const departure = await this.#limiter.acquireDeparture({ within: context })
    this.#sent = () => {
      const at = this.#clock.now()
      departure.sent(at)
      this.#onDeparture(context.attempt, at)
    }
    try {
      return await operation(context)
    } finally {
      context.releaseWhenDone(() => departure.cancel())
    }
  }
}
