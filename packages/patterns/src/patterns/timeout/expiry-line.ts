import type { Clock, TimerHandle } from '../../core/index.js'

/** Something whose time is limited, as a link of the line in which it waits for its end. */
export interface Expiring {
  /** When its time is over, on the scale of `clock.now()`. */
  readonly deadlineAt: number
  previous: Expiring | undefined
  next: Expiring | undefined
  /** Called once, when its time is over; it has left the line then. */
  expire(): void
}

/**
 * Those whose time is limited, in the order in which they end, under one timer for the first of them: a timer for
 * each would cost as much as all the rest of a timed call. All must be given the same time, so that who comes last
 * ends last. The timer stays when the first leaves; it is then early, and is set again for who is first by then.
 * It does not outlive the turn of the event loop in which the line runs empty.
 */
export class ExpiryLine {
  readonly #clock: Clock
  #first: Expiring | undefined
  #last: Expiring | undefined
  #timer: TimerHandle | undefined
  #isTidying = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `delayMs` is what is left until the `deadlineAt` of the one who enters. */
  add(one: Expiring, delayMs: number): void {
    one.previous = this.#last
    if (this.#last === undefined) this.#first = one
    else this.#last.next = one
    this.#last = one
    if (this.#timer === undefined) this.#setTimer(delayMs)
  }

  /** Takes out one that is in the line. */
  remove(one: Expiring): void {
    const { previous, next } = one
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    one.previous = one.next = undefined
    if (this.#first === undefined) this.#tidy()
  }

  #setTimer(delayMs: number): void {
    this.#timer = this.#clock.setTimer(() => this.#expireDue(), delayMs)
  }

  #expireDue(): void {
    this.#timer = undefined
    const now = this.#clock.now()
    try {
      for (let one = this.#first; one !== undefined && one.deadlineAt <= now; one = this.#first) {
        this.remove(one)
        one.expire()
      }
    } finally {
      // Whatever one of them throws, the others' time goes on.
      if (this.#timer === undefined && this.#first !== undefined) {
        this.#setTimer(Math.max(0, this.#first.deadlineAt - now))
      }
    }
  }

  /** One call often follows the other at once; the timer is not worth clearing and setting again in between. */
  #tidy(): void {
    if (this.#clock.endOfTurn === undefined) this.#clearTimer()
    else if (!this.#isTidying) {
      this.#isTidying = true
      this.#clock.endOfTurn(() => {
        this.#isTidying = false
        if (this.#first === undefined) this.#clearTimer()
      })
    }
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer)
    this.#timer = undefined
  }
}
