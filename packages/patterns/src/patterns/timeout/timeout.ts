import type {
  CallContext,
  Clock,
  Discard,
  Listener,
  Operation,
  OptionRules,
  Policy,
  PolicyDescription,
  Within,
} from '../../core/index.js'
import {
  clockLike,
  contextOf,
  deadlineExceeded,
  disposeValue,
  duration,
  Events,
  flag,
  fn,
  optionsOf,
  systemClock,
  TimeoutError,
  misuse,
} from '../../core/index.js'
import { TimeLimit } from './time-limit.js'

/** How a Timeout is set. */
export interface TimeoutOptions {
  /** How long one call may take, in milliseconds: at least 1. */
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

const RULES: OptionRules<TimeoutOptions> = {
  timeoutMs: duration({ min: 1 }),
  cooperative: flag(),
  clock: clockLike(),
  discard: fn(),
}

/**
 * Limits the time of each call. When it is over, `context.signal` is aborted and the call rejects with
 * TimeoutError; work that ignores the signal is handed to `context.waitUntil`, so that a limiter
 * outside keeps its permit until it ends.
 *
 * A deadline that comes earlier holds too, with DeadlineExceededError, and nothing starts after it. A
 * caller's abort reaches the operation by its signal; whoever ignores it is still bound by the limit.
 */
export class Timeout implements Policy {
  readonly #clock: Clock
  readonly #limit: TimeLimit
  readonly #events = new Events<TimeoutEvent>('timeout')

  /** @throws TypeError or RangeError when an option is out of range. */
  constructor(options: TimeoutOptions) {
    const { timeoutMs, cooperative, clock, discard } = optionsOf('Timeout', DEFAULTS, RULES, options)
    this.#clock = clock
    this.#limit = new TimeLimit(timeoutMs, {
      clock,
      cooperative,
      discard,
      overrun: (call, cause) => this.#overrun(call, cause),
      onOverrun: call => this.#report(call),
    })
  }

  get timeoutMs(): number {
    return this.#limit.limitMs
  }

  execute<T>(operation: Operation<T>, within?: Within): Promise<T> {
    const refused = misuse('Timeout', operation, within)
    if (refused !== undefined) return refused
    const outer = contextOf(within)
    if (outer.aborted) return Promise.reject(outer.reason)
    const now = this.#clock.now()
    if (outer.deadlineAt <= now) return Promise.reject(deadlineExceeded(outer.deadlineAt, now))
    return this.#limit.run(operation, outer, now)
  }

  describe(): PolicyDescription {
    const { limitMs, rule } = this.#limit
    const { cooperative } = rule
    return {
      pattern: 'timeout',
      role: 'timeout',
      options: { timeoutMs: limitMs, cooperative },
      limitMs,
      cooperative,
    }
  }

  /** Events arrive in the order in which they happened. Dispose the result to stop. */
  subscribe(listener: Listener<TimeoutEvent>): Disposable {
    return this.#events.subscribe(listener)
  }

  #overrun(call: CallContext, cause: unknown): Error {
    const outerDeadlineAt = call.outerDeadlineAt
    if (call.deadlineAt === outerDeadlineAt) {
      return deadlineExceeded(outerDeadlineAt, this.#clock.now(), { cause })
    }
    const { timeoutMs } = this
    const message = `The operation took longer than ${timeoutMs} ms`
    return new TimeoutError(message, timeoutMs, cause === undefined ? undefined : { cause })
  }

  #report({ attempt }: CallContext): void {
    if (!this.#events.wanted('timeout')) return
    this.#events.emit({ type: 'timeout', timeoutMs: this.timeoutMs, attempt })
  }
}
