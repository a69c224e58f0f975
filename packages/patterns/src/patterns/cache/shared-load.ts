import { CancellableContext, contextOf, Deferred, onGivenUp } from '../../core/index.js'
import type { Clock, Context, Within } from '../../core/index.js'

/** One load that any number of callers wait for. */
export class SharedLoad<V> {
  readonly #done = new Deferred<V>()
  readonly #context = new CancellableContext(contextOf(undefined), 1, Infinity)
  readonly #clock: Clock
  readonly #abandoned: () => void
  #callers = 0

  /** `abandoned` is called when every caller has given up; the load is then aborted. */
  constructor(clock: Clock, abandoned: () => void) {
    this.#clock = clock
    this.#abandoned = abandoned
    this.#done.promise.catch(nothing)
  }

  /** Begins the load; a part of it may run before this returns. */
  start(load: (context: Context) => Promise<V>): void {
    this.#done.resolve(load(this.#context))
  }

  /** Waits for the load until `within` is aborted or its deadline passes, which concerns no other caller. */
  join(within: Within | undefined): Promise<V> {
    this.#callers += 1
    if (within === undefined) return this.#done.promise
    return new Promise((resolve, reject) => {
      const unsubscribe = onGivenUp(within, this.#clock, reason => this.#leave(reason, reject))
      const settle = (): void => {
        unsubscribe()
        resolve(this.#done.promise)
      }
      this.#done.promise.then(settle, settle)
    })
  }

  #leave(reason: unknown, reject: (reason: unknown) => void): void {
    reject(reason)
    this.#callers -= 1
    if (this.#callers > 0) return
    this.#abandoned()
    this.#context.cancel(reason)
  }
}

const nothing = (): void => undefined
