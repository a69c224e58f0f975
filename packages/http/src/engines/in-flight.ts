import { Deferred, TimeoutError } from 'async-patterns'
import type { Clock, TimerHandle } from 'async-patterns'

/** A request that is under way; it is its own place in the list of `InFlight`, so that joining and leaving allocate nothing. */
export abstract class InFlightCall {
  /** When it joined, on the scale of `clock.now()`. */
  startedAt = 0
  next: InFlightCall | undefined = undefined
  previous: InFlightCall | undefined = undefined

  /** Ends the call with this error and frees its connection. */
  abstract cancel(error: unknown): void
}

/**
 * All requests that are under way, the oldest first. Since all have the same time limit, one timer set for the
 * oldest watches over all of them; none lives while nothing is in flight.
 */
export class InFlight {
  readonly #clock: Clock
  readonly #timeoutMs: number
  #count = 0
  #first: InFlightCall | undefined = undefined
  #last: InFlightCall | undefined = undefined
  #timer: TimerHandle | undefined = undefined
  #drained: Deferred<void> | undefined = undefined

  /** `timeoutMs` may be Infinity: no limit. */
  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock
    this.#timeoutMs = timeoutMs
  }

  get count(): number {
    return this.#count
  }

  add(call: InFlightCall): void {
    call.startedAt = this.#clock.now()
    call.previous = this.#last
    if (this.#last === undefined) this.#first = call
    else this.#last.next = call
    this.#last = call
    this.#count += 1
    if (this.#timer === undefined) this.#watch(this.#timeoutMs)
  }

  remove(call: InFlightCall): void {
    const { next, previous } = call
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    call.next = undefined
    call.previous = undefined
    this.#count -= 1
    if (this.#count === 0) this.#rest()
  }

  /** Waits until nothing is in flight; what still is after `graceMs` is cancelled with `reason`. */
  async drain(graceMs: number, reason: unknown): Promise<void> {
    if (this.#count === 0) return
    this.#drained ??= new Deferred<void>()
    const timer = this.#clock.setTimer(() => this.#cancelAll(reason), graceMs)
    await this.#drained.promise
    this.#clock.clearTimer(timer)
  }

  #watch(delayMs: number): void {
    if (this.#timeoutMs !== Infinity) this.#timer = this.#clock.setTimer(() => this.#expire(), delayMs)
  }

  #expire(): void {
    this.#timer = undefined
    const now = this.#clock.now()
    for (let call = this.#first; call !== undefined; call = this.#first) {
      const leftMs = call.startedAt + this.#timeoutMs - now
      if (leftMs > 0) return this.#watch(leftMs)
      call.cancel(new TimeoutError(`no whole response within ${this.#timeoutMs} ms`, this.#timeoutMs))
    }
  }

  #cancelAll(reason: unknown): void {
    for (let call = this.#first; call !== undefined; call = this.#first) call.cancel(reason)
  }

  #rest(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer)
    this.#timer = undefined
    this.#drained?.resolve()
    this.#drained = undefined
  }
}
