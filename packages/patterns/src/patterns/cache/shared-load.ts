import {
  CancellableContext,
  checkDuration,
  contextOf,
  Deferred,
  keepShape,
  onGivenUp,
} from '../../core/index.js'
import type { Clock, Context, Within } from '../../core/index.js'

/** What a load learns, besides its caller's signal, and what it may say about its value. */
export interface LoadContext<V> extends Context {
  /** The value that is there already, stale or about to be replaced: for a request that asks "changed since?". */
  readonly known: V | undefined
  /**
   * How long the loaded value is fresh, in milliseconds from when it is stored, in place of the cache's
   * `ttlMs`; 0 keeps it stale from the first. The last call counts.
   * @throws TypeError or RangeError when it is not 0 or more, or Infinity.
   */
  keepFor(ttlMs: number): void
}

class OwnLoadContext<V> extends CancellableContext implements LoadContext<V> {
  readonly known: V | undefined
  ttlMs: number | undefined

  constructor(known: V | undefined) {
    super(contextOf(undefined), 1, Infinity)
    this.known = known
    this.ttlMs = undefined
  }

  keepFor(ttlMs: number): void {
    checkDuration('Cache.keepFor.ttlMs', ttlMs, { orInfinity: true })
    this.ttlMs = ttlMs
  }
}

keepShape(new OwnLoadContext(undefined))

/** One load that any number of callers wait for. */
export class SharedLoad<V> {
  readonly #done = new Deferred<V>()
  readonly #context: OwnLoadContext<V>
  readonly #clock: Clock
  readonly #abandoned: () => void
  #callers = 0

  /** `abandoned` is called when every caller has given up; the load is then aborted. */
  constructor(clock: Clock, known: V | undefined, abandoned: () => void) {
    this.#context = new OwnLoadContext(known)
    this.#clock = clock
    this.#abandoned = abandoned
    this.#done.promise.catch(nothing)
  }

  /** What the load has said about how long its value is fresh. */
  get ttlMs(): number | undefined {
    return this.#context.ttlMs
  }

  /** Begins the load; a part of it may run before this returns. */
  start(load: (context: LoadContext<V>) => Promise<V>): void {
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
