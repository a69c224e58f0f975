import type { Clock, Operation, Policy, Within } from 'async-patterns'
import { contextOf, RateLimitedError } from 'async-patterns'
import type { DepartureLimiter } from './endpoint-limiter.js'
import type { Lateness } from './lateness.js'
import type { Leave } from './leave.js'
import { tooLongQuiet } from './quiet-error.js'

const SLACK_MS = 10

/**
 * The limiter's layer in the stack of one attempt. Leave to depart is used up when the request's head is
 * written, not when it is granted: the operation says `sent`, and what never departed frees its place. A
 * request that was given up but still runs may depart yet, so it keeps its place until it has settled.
 */
export class DeparturePolicy implements Policy {
  readonly #limiter: DepartureLimiter
  readonly #longestQuietMs: () => number
  readonly #clock: Clock
  readonly #onDeparture: (attempt: number, at: number) => void
  /** Whether the request is to have a connection of its own. */
  readonly newConnection: boolean
  #departure: Leave | undefined
  #sentAt: number | undefined
  #attempt = 1
  #hasLeave = false

  /**
   * `longestQuietMs`: the quiet that is waited out, from now on. `onDeparture` is told the moment for which
   * the limiter accounts, on the scale of `clock.now()`.
   */
  constructor(
    limiter: DepartureLimiter,
    longestQuietMs: () => number,
    clock: Clock,
    onDeparture: (attempt: number, at: number) => void,
    newConnection = false,
  ) {
    this.newConnection = newConnection
    this.#limiter = limiter
    this.#longestQuietMs = longestQuietMs
    this.#clock = clock
    this.#onDeparture = onDeparture
  }

  /** To be called at the moment at which the request's head is written. */
  sent(): void {
    const at = this.#clock.now()
    this.#sentAt = at
    this.#departure?.sent(at)
    this.#onDeparture(this.#attempt, at)
  }

  /** To be called when the answer has come: what was long on its way may have arrived late. */
  answered(lateness: Lateness): void {
    if (this.#sentAt !== undefined) this.#departure?.delayed(lateness.of(this.#clock.now() - this.#sentAt))
  }

  /** Whether the request's head was written. */
  get wasSent(): boolean {
    return this.#sentAt !== undefined
  }

  /** Whether it has leave that was not given back. */
  get hasLeave(): boolean {
    return this.#hasLeave
  }

  /** Leave that was granted is given back. */
  giveBack(): void {
    this.#hasLeave = false
    this.#departure?.cancel()
  }

  /**
   * Asks for leave, also for a second time after `giveBack`.
   * @throws QuietError (rejects) as soon as the server has asked for quiet that is not waited out, or a quota
   *   is used up for longer than that.
   */
  async acquire(within: Within): Promise<void> {
    let queueMs = 0
    for (;;) {
      const quietMs = this.#longestQuietMs()
      const tooLong = tooLongQuiet(this.#limiter, quietMs, this.#clock)
      if (tooLong !== undefined) throw tooLong
      const waitMs = await this.#refusedFor(queueMs + quietMs, within)
      if (waitMs === undefined) return
      // It is the rate that is so low, and that is waited for; how long is never known to the last moment, and
      // who asked for just that would ask for ever, with no turn for those that are to depart before.
      queueMs = waitMs + SLACK_MS
    }
  }

  /** As `acquire`; false, as soon as that is known, where it would take longer than `maxWaitMs`. */
  async acquireWithin(maxWaitMs: number, within: Within): Promise<boolean> {
    return (await this.#refusedFor(maxWaitMs, within)) === undefined
  }

  /** How long it would take, where that is too long. */
  async #refusedFor(maxWaitMs: number, within: Within): Promise<number | undefined> {
    try {
      const maxQuietMs = this.#longestQuietMs()
      this.#departure = await this.#limiter.acquireDeparture({ maxWaitMs, maxQuietMs }, within)
      this.#hasLeave = true
      return undefined
    } catch (error) {
      if (error instanceof RateLimitedError) return error.retryAfterMs ?? maxWaitMs
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
