import { onAbort } from '../../core/index.js'
import type { TimerHandle, Within } from '../../core/index.js'
import { nextPlace } from './limiter-queue.js'
import type { LimiterQueue, Waiter } from './limiter-queue.js'
import type { WaitBounds } from './rate-queue.js'

/** How the wait ends: exactly one of these. */
export interface PendingOutcome {
  granted(now: number): void
  refused(now: number, waitMs: number): void
  tooHigh(maxCost: number): void
  dismissed(reason: unknown): void
  aborted(): void
}

/** What is asked for, since when, and until when. */
export interface PendingRequest extends WaitBounds {
  readonly cost: number
  readonly since: number
  readonly within: Within | undefined
}

/** An acquire that waits, until it is granted, out of time, or given up. */
export class PendingAcquire implements Waiter {
  readonly place = nextPlace()
  readonly cost: number
  readonly since: number
  readonly limitAt: number
  readonly deadlineAt: number
  readonly #queue: LimiterQueue
  readonly #outcome: PendingOutcome
  #limitTimer: TimerHandle | undefined
  readonly #unsubscribe: () => void
  #isOver = false

  constructor(queue: LimiterQueue, request: PendingRequest, outcome: PendingOutcome) {
    this.cost = request.cost
    this.since = request.since
    this.limitAt = request.limitAt
    this.deadlineAt = request.deadlineAt
    this.#queue = queue
    this.#outcome = outcome
    if (this.#endsAt !== Infinity) this.#setLimitTimer(this.since)
    this.#unsubscribe = onAbort(request.within, () => this.#abort())
    queue.join(this)
  }

  grant(now: number): void {
    this.#end()
    this.#outcome.granted(now)
  }

  refuse(now: number, waitMs: number): void {
    this.#end()
    this.#outcome.refused(now, waitMs)
  }

  refuseCost(maxCost: number): void {
    this.#end()
    this.#outcome.tooHigh(maxCost)
  }

  dismiss(reason: unknown): void {
    this.#end()
    this.#outcome.dismissed(reason)
  }

  get #endsAt(): number {
    return Math.min(this.limitAt, this.deadlineAt)
  }

  #setLimitTimer(now: number): void {
    this.#limitTimer = this.#queue.clock.setTimer(() => this.#expire(), this.#endsAt - now)
  }

  /**
   * A grant that is due at this very moment comes first, whichever timer fired first; and a timer of the
   * runtime, which counts in whole milliseconds, may fire a little early.
   */
  #expire(): void {
    this.#queue.pump()
    if (this.#isOver) return
    const now = this.#queue.clock.now()
    if (now < this.#endsAt) return this.#setLimitTimer(now)
    this.#queue.leave(this)
    this.refuse(now, this.#queue.waitMs(now, this.cost))
  }

  #abort(): void {
    this.#end()
    this.#queue.leave(this)
    this.#outcome.aborted()
  }

  #end(): void {
    this.#isOver = true
    this.#unsubscribe()
    if (this.#limitTimer !== undefined) this.#queue.clock.clearTimer(this.#limitTimer)
  }
}
