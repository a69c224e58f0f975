import type { Clock, TimerHandle } from 'async-patterns'
import type { RunEnd } from '../summary/index.js'

export interface RunControlOptions {
  readonly clock: Clock
  /** Bound on the whole run; Infinity for none. */
  readonly timeoutMs: number
  /** How long pages in flight may go on after an interruption or the timeout. */
  readonly graceMs: number
  /** Aborted by whoever wants the run to end early. */
  readonly signal?: AbortSignal | undefined
  readonly onStopping: (reason: 'interrupted' | 'timeout') => void
}

/**
 * When a run ends: `stop` lets no further page begin, `cut` ends those in flight. Between them lies the grace
 * time, unless the run failed for good.
 */
export class RunControl implements Disposable {
  readonly #options: RunControlOptions
  readonly #stop = new AbortController()
  readonly #cut = new AbortController()
  readonly #interrupt = (): void => this.#endEarly('interrupted')
  readonly #endsAt: number
  #timer: TimerHandle | undefined
  #end: Exclude<RunEnd, 'finished'> | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(options: RunControlOptions) {
    this.#options = options
    const { clock, timeoutMs } = options
    this.#endsAt = clock.now() + timeoutMs
    if (timeoutMs !== Infinity) this.#timer = clock.setTimer(() => this.#endEarly('timeout'), timeoutMs)
  }

  /** From now on the caller's signal counts, also one that was aborted before. */
  listen(): void {
    const { signal } = this.#options
    if (signal?.aborted === true) this.#interrupt()
    else signal?.addEventListener('abort', this.#interrupt, { once: true })
  }

  /** Aborted when no further page is to begin. */
  get stop(): AbortSignal {
    return this.#stop.signal
  }

  /** Aborted when pages in flight are to be given back. */
  get cut(): AbortSignal {
    return this.#cut.signal
  }

  /** How long pages may still begin; 0 when the time is over. */
  get leftMs(): number {
    return Math.max(0, this.#endsAt - this.#options.clock.now())
  }

  /** Why the run ended. */
  get end(): RunEnd {
    return this.#end ?? 'finished'
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  /**
   * Nothing is left to begin. Pages still in hand, those of a stream that was given up, can be interrupted
   * all the same.
   */
  finish(): void {
    this.#stop.abort()
  }

  /** The run cannot go on: its ledger fails. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#stop.abort()
    this.#cut.abort(error)
  }

  /** @throws what the run failed with, if it did. */
  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  [Symbol.dispose](): void {
    this.#clearTimer()
    this.#options.signal?.removeEventListener('abort', this.#interrupt)
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimer(this.#timer)
  }

  #endEarly(reason: 'interrupted' | 'timeout'): void {
    if (this.#end !== undefined || this.hasFailed) return
    const { clock, graceMs, onStopping } = this.#options
    this.#end = reason
    this.#clearTimer()
    this.#timer = clock.setTimer(() => this.#cut.abort(new Error(`The run was stopped: ${reason}`)), graceMs)
    onStopping(reason)
    this.#stop.abort()
  }
}
