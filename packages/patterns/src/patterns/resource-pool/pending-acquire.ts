import { abortReason, onAbort } from '../../core/index.js'
import type { Clock, TimerHandle, Within } from '../../core/index.js'

/** What the one who keeps the queue has to do when somebody leaves it. */
export interface PendingAcquireHooks {
  /** It leaves the queue by itself. */
  readonly left: () => void
  /** Makes the error for one who has waited as long as it may. */
  readonly timedOut: () => Error
  /** Makes the error for one whose deadline has passed. */
  readonly tooLate: (deadlineAt: number) => Error
}

/** One who waits for something, until it comes, its time is over, or it is given up. */
export class PendingAcquire<V> {
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
  watch(maxWaitMs: number, within: Within | undefined, hooks: PendingAcquireHooks): void {
    const { deadlineAt = Infinity } = within ?? {}
    const leftMs = deadlineAt - this.#clock.now()
    const isDeadline = leftMs <= maxWaitMs && leftMs < Infinity
    const leave = (reason: unknown): void => {
      hooks.left()
      this.reject(reason)
    }
    const expire = (): void => leave(isDeadline ? hooks.tooLate(deadlineAt) : hooks.timedOut())
    const waitMs = isDeadline ? leftMs : maxWaitMs
    if (waitMs !== Infinity) this.#timer = this.#clock.setTimer(expire, waitMs)
    this.#unsubscribe = onAbort(within, () => leave(abortReason(within)))
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
