import { onGivenUp } from '../../core/index.js'
import type { Clock, Within } from '../../core/index.js'

/**
 * An item on its way to its batch, with what settles its caller's promise: only the first settling counts.
 */
export class BatchEntry<T, R> {
  readonly item: T
  readonly addedAt: number
  /** The caller has its answer, or has given up: nothing more is done for it. */
  settled = false
  readonly #resolve: (result: R) => void
  readonly #reject: (error: unknown) => void
  readonly #unsubscribe: () => void

  constructor(
    item: T,
    clock: Clock,
    within: Within | undefined,
    resolve: (result: R) => void,
    reject: (error: unknown) => void,
  ) {
    this.item = item
    this.addedAt = clock.now()
    this.#resolve = resolve
    this.#reject = reject
    this.#unsubscribe = onGivenUp(within, clock, reason => this.reject(reason))
  }

  settle(result: R | Error): void {
    if (result instanceof Error) return this.reject(result)
    this.#end()
    this.#resolve(result)
  }

  reject(error: unknown): void {
    this.#end()
    this.#reject(error)
  }

  #end(): void {
    this.settled = true
    this.#unsubscribe()
  }
}
