import { abortReason, onAbort } from '../../core/index.js'
import type { TimerHandle, Within } from '../../core/index.js'
import type { Gate, Waiter } from './gate.js'

/** What one who waits learns in the end: exactly one of these. */
export interface PendingOutcome {
  granted(now: number): void
  refused(now: number, waitMs: number): void
  tooHigh(maxCost: number): void
  aborted(reason: unknown): void
}

export interface PendingOptions {
  readonly cost: number
  readonly since: number
  readonly limitAt: number
  readonly within: Within | undefined
}

/** An acquire that stands in line, until it is granted, out of time, or given up. */
export class PendingAcquire implements Waiter {
  readonly cost: number
  readonly since: number
  readonly limitAt: number
  readonly #gate: Gate
  readonly #outcome: PendingOutcome
  #limitTimer: TimerHandle | undefined
  readonly #unsubscribe: () => void
  #isOver = false

  constructor(gate: Gate, options: PendingOptions, outcome: PendingOutcome) {
    this.cost = options.cost
    this.since = options.since
    this.limitAt = options.limitAt
    this.#gate = gate
    this.#outcome = outcome
    if (this.limitAt !== Infinity) this.#setLimitTimer(this.since)
    this.#unsubscribe = onAbort(options.within, () => this.#abort(abortReason(options.within)))
    gate.join(this)
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

  #setLimitTimer(now: number): void {
    this.#limitTimer = this.#gate.clock.setTimer(() => this.#expire(), this.limitAt - now)
  }

  /**
   * A grant that is due at this very moment comes first, whichever timer fired first; and a timer of the runtime, which
   * counts in whole milliseconds, may fire a little early.
   */
  #expire(): void {
    this.#gate.pump()
    if (this.#isOver) return
    const now = this.#gate.clock.now()
    if (now < this.limitAt) return this.#setLimitTimer(now)
    this.#gate.leave(this)
    this.refuse(now, this.#gate.waitMs(now, this.cost))
  }

  #abort(reason: unknown): void {
    this.#end()
    this.#gate.leave(this)
    this.#outcome.aborted(reason)
  }

  #end(): void {
    this.#isOver = true
    this.#unsubscribe()
    if (this.#limitTimer !== undefined) this.#gate.clock.clearTimer(this.#limitTimer)
  }
}
