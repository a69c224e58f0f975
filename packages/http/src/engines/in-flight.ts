import { DeadlineQueue, Deferred, TimeoutError } from 'async-patterns'
import type { Clock, Expiring } from 'async-patterns'

/**
 * A request that is under way; it is its own link in `InFlight`, so that joining and leaving allocate
 * nothing.
 */
export abstract class InFlightCall implements Expiring {
  /** When its time is over, on the scale of `clock.now()`; set by `InFlight.add`. */
  deadlineAt = Infinity
  /** Its time limit, in milliseconds; set by `InFlight.add`. */
  timeoutMs = Infinity
  next: Expiring | undefined = undefined
  previous: Expiring | undefined = undefined

  /** Ends the call with this error and frees its connection. */
  abstract cancel(error: unknown): void

  expire(): void {
    this.cancel(new TimeoutError(`no whole response within ${this.timeoutMs} ms`, this.timeoutMs))
  }
}

/** All requests that are under way, the oldest first. All have the same time limit. */
export class InFlight {
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #calls: DeadlineQueue<InFlightCall>
  #drained: Deferred<void> | undefined = undefined

  /** `timeoutMs` may be Infinity: no limit. */
  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock
    this.#timeoutMs = timeoutMs
    this.#calls = new DeadlineQueue(clock)
  }

  get count(): number {
    return this.#calls.size
  }

  add(call: InFlightCall): void {
    call.timeoutMs = this.#timeoutMs
    call.deadlineAt = this.#clock.now() + this.#timeoutMs
    this.#calls.add(call, this.#timeoutMs)
  }

  /** The call has ended; one that has expired has left already. */
  remove(call: InFlightCall): void {
    this.#calls.remove(call)
    if (this.#calls.size > 0) return
    this.#drained?.resolve()
    this.#drained = undefined
  }

  /** Waits until nothing is in flight; what still is after `graceMs` is cancelled with `reason`. */
  async drain(graceMs: number, reason: unknown): Promise<void> {
    if (this.#calls.size === 0) return
    this.#drained ??= new Deferred<void>()
    const timer = this.#clock.setTimer(() => this.#cancelAll(reason), graceMs)
    await this.#drained.promise
    this.#clock.clearTimer(timer)
  }

  #cancelAll(reason: unknown): void {
    for (let call = this.#calls.first; call !== undefined; call = this.#calls.first) call.cancel(reason)
  }
}
