import type { Operation, Policy, SpacedLimiter, Within } from 'async-patterns'
import { contextOf } from 'async-patterns'

/**
 * The limiter's layer in the stack of one page. Leave to depart is used up when the request's head is written, not
 * when it is granted: the operation says `sent`, and what never departed frees its place.
 */
export class Departing implements Policy {
  readonly #limiter: SpacedLimiter
  readonly #onDeparture: (attempt: number) => void
  #sent: () => void = () => undefined

  constructor(limiter: SpacedLimiter, onDeparture: (attempt: number) => void) {
    this.#limiter = limiter
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
      departure.sent()
      this.#onDeparture(context.attempt)
    }
    try {
      return await operation(context)
    } finally {
      departure.cancel()
    }
  }
}
