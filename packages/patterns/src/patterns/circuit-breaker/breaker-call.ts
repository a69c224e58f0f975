import type { Verdict } from './circuit-breaker-options.js'

/**
 * One call that was let through, in the caller's own hands: for a stream or a callback interface. The first
 * of its methods counts, the others then do nothing. Its latency is the time from `acquire` until then.
 * `using call = breaker.acquire()` ends as `ignore` if nothing was said before the block is left.
 */
export class BreakerCall implements Disposable {
  #end: ((verdict: Verdict) => void) | undefined

  constructor(end: (verdict: Verdict) => void) {
    this.#end = end
  }

  /**
   * The remote answered as it should; say it at the first byte of a long stream, which has no latency later.
   */
  succeed(): void {
    this.#settle('success')
  }

  /** The remote failed. */
  fail(): void {
    this.#settle('failure')
  }

  /** Nothing was learnt about the remote; a probe's place is given back. */
  ignore(): void {
    this.#settle('ignore')
  }

  [Symbol.dispose](): void {
    this.#settle('ignore')
  }

  #settle(verdict: Verdict): void {
    const end = this.#end
    this.#end = undefined
    end?.(verdict)
  }
}
