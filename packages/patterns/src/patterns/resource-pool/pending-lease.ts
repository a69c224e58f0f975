import { abortReason, deadlineOf, onAbort } from '../../core/index.js'
import type { Clock, TimerHandle, Within } from '../../core/index.js'
import type { PoolRejection } from './resource-pool-event.js'

/** What the one who keeps the queue has to do when somebody leaves it. */
export interface PendingLeaseHooks {
  /** It leaves the queue by itself. */
  readonly left: () => void
  /** It has left the queue, since its time is over. */
  readonly rejected: (error: PoolRejection) => void
  /** Makes the error for one who has waited as long as it may. */
  readonly timedOut: () => PoolRejection
  /** Makes the error for one whose deadline has passed. */
  readonly tooLate: (deadlineAt: number) => PoolRejection
}

/** An acquire that waits for its lease, until it comes, its time is over, or it is given up. */
export class PendingLease<V> {
  readonly #clock: Clock
  readonly #resolve: (value: V) => void
  readonly #reject: (reason: unknown) => void
  #isServed = false
  #timer: TimerHandle | undefined
  #unsubscribe: () => void = nothing

  constructor(clock: Clock, resolve: (value: V) => void, reject: (reason: unknown) => void) {
    this.#clock = clock
    this.#resolve = resolve
    this.#reject = reject
  }

  /** Whether it has had its answer. */
  get isServed(): boolean {
    return this.#isServed
  }

  /** Begins to watch for the end of its wait, for the caller's deadline and for its abort. */
  watch(maxWaitMs: number, within: Within | undefined, hooks: PendingLeaseHooks): void {
    const deadlineAt = deadlineOf(within)
    const leftMs = deadlineAt - this.#clock.now()
    const isDeadline = leftMs <= maxWaitMs && leftMs < Infinity
    const expire = (): void => {
      const error = isDeadline ? hooks.tooLate(deadlineAt) : hooks.timedOut()
      this.#end()
      hooks.left()
      hooks.rejected(error)
      this.#reject(error)
    }
    const waitMs = isDeadline ? leftMs : maxWaitMs
    if (waitMs !== Infinity) this.#timer = this.#clock.setTimer(expire, waitMs)
    this.#unsubscribe = onAbort(within, () => {
      this.#end()
      hooks.left()
      this.#reject(abortReason(within))
    })
  }

  resolve(value: V): void {
    this.#end()
    this.#resolve(value)
  }

  reject(reason: unknown): void {
    this.#end()
    this.#reject(reason)
  }

  #end(): void {
    this.#isServed = true
    this.#unsubscribe()
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer)
  }
}

const nothing = (): void => undefined
