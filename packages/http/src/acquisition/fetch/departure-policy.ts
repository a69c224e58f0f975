import type { Clock, Departure, Operation, Policy, Within } from 'async-patterns'
import { contextOf, RateLimitedError } from 'async-patterns'
import type { DepartureLimiter } from './endpoint-limiter.js'

/**
 * The limiter's layer in the stack of one attempt. Leave to depart is used up when the request's head is
 * written, not when it is granted: the operation says `sent`, and what never departed frees its place. A
 * request that was given up but still runs may depart yet, so it keeps its place until it has settled.
 */
export class DeparturePolicy implements Policy {
  readonly #limiter: DepartureLimiter
  readonly #clock: Clock
  readonly #onDeparture: (attempt: number, at: number) => void
  /** Whether the request is to have a connection of its own. */
  readonly newConnection: boolean
  #departure: Departure | undefined
  #attempt = 1

  /** `onDeparture` is told the moment for which the limiter accounts, on the scale of `clock.now()`. */
  constructor(
    limiter: DepartureLimiter,
    clock: Clock,
    onDeparture: (attempt: number, at: number) => void,
    newConnection = false,
  ) {
    this.newConnection = newConnection
    this.#limiter = limiter
    this.#clock = clock
    this.#onDeparture = onDeparture
  }

  /** To be called at the moment at which the request's head is written. */
  sent(): void {
    const at = this.#clock.now()
    this.#departure?.sent(at)
    this.#onDeparture(this.#attempt, at)
  }

  /** Leave that was granted is given back. */
  giveBack(): void {
    this.#departure?.cancel()
  }

  /** Asks for leave, also for a second time after `giveBack`. */
  async acquire(within: Within): Promise<void> {
    this.#departure = await this.#limiter.acquireDeparture(undefined, within)
  }

  /** As `acquire`; false, as soon as that is known, where it would take longer than `maxWaitMs`. */
  async acquireWithin(maxWaitMs: number, within: Within): Promise<boolean> {
    try {
      this.#departure = await this.#limiter.acquireDeparture({ maxWaitMs }, within)
      return true
    } catch (error) {
      if (error instanceof RateLimitedError) return false
      throw error
    }
  }

  async execute<T>(operation: Operation<T>, within?: Within): Promise<T> {
    const context = contextOf(within)
    this.#attempt = context.attempt
    await this.acquire(context)
    try {
      return await operation(context)
    } finally {
      context.releaseWhenDone(() => this.giveBack())
    }
  }
}
