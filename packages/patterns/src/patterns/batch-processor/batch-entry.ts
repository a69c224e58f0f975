import { onGivenUp } from '../../core/index.js'
import type { Clock, Linked, Within } from '../../core/index.js'

/**
 * An item on its way to its batch, with what settles its caller's promise: only the first settling counts.
 */
export class BatchEntry<T, R> implements Linked<BatchEntry<T, R>> {
  previous: BatchEntry<T, R> | undefined = undefined
  next: BatchEntry<T, R> | undefined = undefined
  readonly item: T
  /** From 1, in the order in which they were added. */
  readonly place: number
  readonly addedAt: number
  /** The caller has its answer, or has given up: nothing more is done for it. */
  settled = false
  readonly #resolve: (result: R) => void
  readonly #reject: (error: unknown) => void
  #release: () => void = nothing

  constructor(
    item: T,
    place: number,
    addedAt: number,
    resolve: (result: R) => void,
    reject: (error: unknown) => void,
  ) {
    this.item = item
    this.place = place
    this.addedAt = addedAt
    this.#resolve = resolve
    this.#reject = reject
  }

  /** Ends it when its caller gives up; `ended` is called however it ends. */
  watch(within: Within | undefined, clock: Clock, ended: () => void): void {
    const unsubscribe = onGivenUp(within, clock, reason => this.reject(reason))
    this.#release = () => {
      unsubscribe()
      ended()
    }
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
    this.#release()
    this.#release = nothing
  }
}

const nothing = (): void => undefined
