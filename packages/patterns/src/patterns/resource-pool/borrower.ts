import { abortReason, onAbort } from '../../core/index.js'
import type { Clock, TimerHandle, Within } from '../../core/index.js'

export interface BorrowerHooks {
  /** The borrower leaves the line by itself. */
  readonly left: () => void
  /** Makes the error for one whose time is over. */
  readonly timedOut: () => Error
}

/** One who waits for something, until it comes, its time is over, or it is given up. */
export class Borrower<V> {
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

  /** Begins to watch for the end of its time and for the caller's abort. */
  watch(timeoutMs: number, within: Within | undefined, hooks: BorrowerHooks): void {
    const leave = (reason: () => unknown): void => {
      const error = reason()
      hooks.left()
      this.reject(error)
    }
    if (timeoutMs !== Infinity) {
      this.#timer = this.#clock.setTimer(() => leave(hooks.timedOut), timeoutMs)
    }
    this.#unsubscribe = onAbort(within, () => leave(() => abortReason(within)))
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
