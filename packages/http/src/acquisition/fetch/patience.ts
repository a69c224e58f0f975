import type { Within } from 'async-patterns'
import { abortReason, isAborted, onAbort } from 'async-patterns'

/**
 * How long one page is fetched: its waits (for its turn, for memory, for the next try) end when no further
 * page is to begin, a request that is on its way only when it is cut.
 */
export class Patience implements Disposable {
  readonly #own = new AbortController()
  readonly #stop: AbortSignal | undefined
  readonly #listeners: readonly (() => void)[]
  #isAsking = false

  constructor(cut: Within, stop: AbortSignal | undefined) {
    this.#stop = stop
    const onCut = (): void => this.#own.abort(abortReason(cut))
    const onStop = (): void => this.#endWait()
    this.#listeners = [onAbort(cut, onCut), onAbort({ signal: stop }, onStop)]
    if (isAborted(cut)) onCut()
    onStop()
  }

  /** Aborted when nothing more is to be done for the page. */
  get signal(): AbortSignal {
    return this.#own.signal
  }

  /** From now on a request is on its way, or none is. */
  asks(isAsking: boolean): void {
    this.#isAsking = isAsking
    this.#endWait()
  }

  [Symbol.dispose](): void {
    for (const unsubscribe of this.#listeners) unsubscribe()
  }

  #endWait(): void {
    if (this.#stop?.aborted === true && !this.#isAsking) this.#own.abort(this.#stop.reason)
  }
}
