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
  checkDuration,
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
  misuse,
} from '../../core/index.js'
import { TimeLimit } from '../timeout/index.js'

/** How much time a call has in all, and what happens when it is over. */
export interface DeadlineOptions {
  /** The time for everything inside together, waits included: at least 1. */
  readonly budgetMs: number
  /** The least that a call needs; with less left of an outer deadline nothing is started. Default 0. */
  readonly minimumMs?: number
  /** As for Timeout: wait for the operation to end before rejecting. Default false. */
  readonly cooperative?: boolean
  /** Default: the runtime's clock. */
  readonly clock?: Clock
  /** Takes a value that arrives too late. Default: disposes it and closes a response's body. */
  readonly discard?: Discard
}

/** The budget was used up, or what was left of an outer one was too little to start. */
export interface DeadlineEvent {
  readonly type: 'exceeded'
  readonly deadlineAt: number
  /** False when the operation was not even started. */
  readonly started: boolean
}

const DEFAULTS = Object.freeze({
  minimumMs: 0,
  cooperative: false,
  clock: systemClock,
  discard: disposeValue,
})

const RULES: OptionRules<DeadlineOptions> = {
  budgetMs: duration({ min: 1 }),
  minimumMs: duration(),
  cooperative: flag(),
  clock: clockLike(),
  discard: fn(),
}

/**
 * One time budget over all that is inside: waits for permits, attempts, backoffs, hedges. Outermost in a
 * stack.
 *
 * The policies inside read `context.deadlineAt`: a retry starts no attempt that could not begin before it, a
 * limiter waits no longer. When it passes, the context is aborted and the call rejects with
 * DeadlineExceededError. Of two nested deadlines the earlier holds.
 */
export class Deadline implements Policy {
  readonly #minimumMs: number
  readonly #clock: Clock
  readonly #limit: TimeLimit
  readonly #events = new Events<DeadlineEvent>('deadline')

  /** @throws RangeError or TypeError that names the option, its value and what is allowed. */
  constructor(options: DeadlineOptions) {
    const { budgetMs, minimumMs, cooperative, clock, discard } = optionsOf(
      'Deadline',
      DEFAULTS,
      RULES,
      options,
    )
    checkDuration('Deadline.minimumMs', minimumMs, { max: budgetMs })
    this.#minimumMs = minimumMs
    this.#clock = clock
    this.#limit = new TimeLimit(budgetMs, {
      clock,
      cooperative,
      discard,
      overrun: ({ deadlineAt }, cause) => deadlineExceeded(deadlineAt, clock.now(), { cause }),
      onOverrun: ({ deadlineAt }) => this.#report(deadlineAt, true),
    })
  }

  get budgetMs(): number {
    return this.#limit.limitMs
  }

  execute<T>(operation: Operation<T>, within?: Within): Promise<T> {
    const refused = misuse('Deadline', operation, within)
    if (refused !== undefined) return refused
    const outer = contextOf(within)
    if (outer.aborted) return Promise.reject(outer.reason)
    const now = this.#clock.now()
    const outerLeftMs = outer.deadlineAt - now
    if (outerLeftMs <= 0 || outerLeftMs < this.#minimumMs) return this.#refuse(outer, now)
    return this.#limit.run(operation, outer, now)
  }

  describe(): PolicyDescription {
    const { limitMs: budgetMs, rule } = this.#limit
    const { cooperative } = rule
    const minimumMs = this.#minimumMs
    return {
      pattern: 'deadline',
      role: 'deadline',
      options: { budgetMs, minimumMs, cooperative },
      limitMs: budgetMs,
      cooperative,
    }
  }

  /** Events arrive in the order in which they happened. Dispose the result to stop. */
  subscribe(listener: Listener<DeadlineEvent>): Disposable {
    return this.#events.subscribe(listener)
  }

  #refuse({ deadlineAt }: CallContext, now: number): Promise<never> {
    this.#report(deadlineAt, false)
    return Promise.reject(deadlineExceeded(deadlineAt, now, { neededMs: this.#minimumMs }))
  }

  #report(deadlineAt: number, started: boolean): void {
    if (this.#events.wanted('exceeded')) this.#events.emit({ type: 'exceeded', deadlineAt, started })
  }
}
