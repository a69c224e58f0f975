import type { CallContext, Clock, Discard, Listener, Operation, Policy, Within } from '../../core/index.js'
import {
  checkDuration,
  contextOf,
  deadlineExceeded,
  disposeValue,
  Events,
  systemClock,
  TimeoutError,
  withDefaults,
} from '../../core/index.js'
import { runTimed } from './timed-call.js'

export interface TimeoutOptions {
  /** How long one call may take: at least 1. */
  readonly timeoutMs: number
  /**
   * False: the caller gets TimeoutError at once, whatever the operation does. True: the operation is told by
   * its signal and waited for, for work that must not go on unseen: its value is still taken, its rejection
   * becomes a TimeoutError. Default false.
   */
  readonly cooperative?: boolean
  /** Default: the runtime's clock. */
  readonly clock?: Clock
  /** Takes a value that arrives too late. Default: disposes it and closes a response's body. */
  readonly discard?: Discard
}

/** A call took too long. */
export interface TimeoutEvent {
  readonly type: 'timeout'
  readonly timeoutMs: number
  /** Of the nearest retry, from 1. */
  readonly attempt: number
}

const DEFAULTS = Object.freeze({ cooperative: false, clock: systemClock, discard: disposeValue })

/**
 * Limits the time of each call. When it is over, `context.signal` is aborted and the call rejects with
 * TimeoutError; work that does not heed the signal is handed to `context.waitUntil`, so that a limiter
 * outside keeps its permit until it ends.
 *
 * A deadline that comes earlier holds too, with DeadlineExceededError, and nothing starts after it. A caller's
 * abort reaches the operation by its signal; whoever ignores it is still bound by the limit.
 */
export class Timeout implements Policy {
  readonly #timeoutMs: number
  readonly #cooperative: boolean
  readonly #clock: Clock
  readonly #discard: Discard
  readonly #events = new Events<TimeoutEvent>('timeout')

  /** @throws TypeError or RangeError when an option is out of range. */
  constructor(options: TimeoutOptions) {
    const { timeoutMs, cooperative, clock, discard } = withDefaults(DEFAULTS, options)
    checkDuration('Timeout.timeoutMs', timeoutMs, { min: 1 })
    this.#timeoutMs = timeoutMs
    this.#cooperative = cooperative
    this.#clock = clock
    this.#discard = discard
  }

  get timeoutMs(): number {
    return this.#timeoutMs
  }

  execute<T>(operation: Operation<T>, within?: Within): Promise<T> {
    const outer = contextOf(within)
    if (outer.aborted) return Promise.reject(outer.reason)
    const now = this.#clock.now()
    if (outer.deadlineAt <= now) return Promise.reject(deadlineExceeded(outer.deadlineAt, now))
    return runTimed(operation, outer, {
      clock: this.#clock,
      now,
      deadlineAt: Math.min(outer.deadlineAt, now + this.#timeoutMs),
      cooperative: this.#cooperative,
      discard: this.#discard,
      overrun: cause => this.#overrun(outer, cause),
      onOverrun: () => this.#report(outer),
    })
  }

  subscribe(listener: Listener<TimeoutEvent>): Disposable {
    return this.#events.subscribe(listener)
  }

  #overrun(outer: CallContext, cause: unknown): Error {
    const now = this.#clock.now()
    if (outer.deadlineAt <= now) return deadlineExceeded(outer.deadlineAt, now, { cause })
    const message = `The operation took longer than ${this.#timeoutMs} ms`
    return new TimeoutError(message, this.#timeoutMs, cause === undefined ? undefined : { cause })
  }

  #report({ attempt }: CallContext): void {
    if (!this.#events.wanted('timeout')) return
    this.#events.emit({ type: 'timeout', timeoutMs: this.#timeoutMs, attempt })
  }
}
