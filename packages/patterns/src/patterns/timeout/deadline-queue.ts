import { LinkedList } from '../../core/index.js'
import type { Clock, Linked, TimerHandle } from '../../core/index.js'

/** One whose time is limited, in a DeadlineQueue. `previous` and `next` are the queue's own to write. */
export interface Expiring extends Linked<Expiring> {
  /** When its time is over, on the scale of `clock.now()`; Infinity: never. */
  readonly deadlineAt: number
  /** Called once, when its time is over; it has left the queue by then. */
  expire(): void
}

/**
 * Watches over many deadlines with one timer, which is set for the first of them. All who enter are given the
 * same time, so the one that comes last ends last; entering and leaving take constant time and allocate nothing.
 *
 * The timer stays when the first leaves. It is then early, and is set again for the one that is first by then. It does
 * not outlive the turn of the event loop in which the queue becomes empty.
 */
export class DeadlineQueue<E extends Expiring = Expiring> {
  readonly #clock: Clock
  readonly #list = new LinkedList<Expiring>()
  #timer: TimerHandle | undefined
  /** One that enters meanwhile is not the first, so it does not set the timer. */
  #isExpiring = false
  #isTidying = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many are in it. */
  get size(): number {
    return this.#list.size
  }

  /** The one whose time is over first; undefined when it is empty. */
  get first(): E | undefined {
    return this.#list.first as E | undefined
  }

  /** Adds one that is in no queue. `delayMs` is what is left until its `deadlineAt`. */
  add(one: E, delayMs: number): void {
    this.#list.push(one)
    if (this.#timer === undefined && !this.#isExpiring) this.#setTimer(delayMs)
  }

  /** Takes one out; false, and without effect, when it has left or expired already. */
  remove(one: E): boolean {
    const wasIn = this.#list.remove(one)
    if (this.#list.size === 0) this.#tidy()
    return wasIn
  }

  #setTimer(delayMs: number): void {
    if (delayMs !== Infinity) this.#timer = this.#clock.setTimer(() => this.#expireDue(), delayMs)
  }

  #expireDue(): void {
    this.#timer = undefined
    this.#isExpiring = true
    const now = this.#clock.now()
    try {
      for (let one = this.#list.first; one !== undefined && one.deadlineAt <= now; one = this.#list.first) {
        this.#list.remove(one)
        one.expire()
      }
    } finally {
      // Whatever one of them throws, the others' time goes on.
      this.#isExpiring = false
      const { first } = this.#list
      if (first !== undefined) this.#setTimer(Math.max(0, first.deadlineAt - now))
    }
  }

  /**
   * One call often follows the other at once; the timer is not worth clearing and setting again in between.
   */
  #tidy(): void {
    if (this.#timer === undefined) return
    if (this.#clock.endOfTurn === undefined) this.#clearTimer()
    else if (!this.#isTidying) {
      this.#isTidying = true
      this.#clock.endOfTurn(() => {
        this.#isTidying = false
        if (this.#list.size === 0) this.#clearTimer()
      })
    }
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer)
    this.#timer = undefined
  }
}
