import { abortReason, checkCount, checkDuration, contextOf, Events, isAborted } from '../../core/index.js'
import type {
  Clock,
  Listener,
  Operation,
  PatternEvent,
  Policy,
  PolicyDescription,
  Within,
} from '../../core/index.js'
import { CostTooHighError, RateLimitedError } from './errors.js'
import type { Gate } from './gate.js'
import { PendingAcquire } from './pending-acquire.js'
import { isTooLong } from './timed-gate.js'

/** What one acquire may ask for. */
export interface RateAcquireOptions extends Within {
  /** How much is taken at once: an integer of at least 1. Default 1. */
  readonly cost?: number
  /** The longest wait, in milliseconds from now: 0 or more. Default: no limit of its own. */
  readonly maxWaitMs?: number
  /** The Context of the call that this is for; it stands in place of `signal` and `deadlineAt`. */
  readonly within?: Within
}

export interface RateLimiterMetrics {
  /** Granted, whatever their cost. */
  readonly acquired: number
  /** Refused: out of time, or `tryAcquire` that was false. */
  readonly rejected: number
  /** Given up by their callers while in line. */
  readonly aborted: number
  /** In line now. */
  readonly waiting: number
}

export type RateLimiterEvent =
  | RateLimiterWaitEvent
  | RateLimiterRejectEvent
  | { readonly type: 'block'; readonly untilMs: number }
  | { readonly type: 'rate-change' }

/** A call has to stand in line. */
export interface RateLimiterWaitEvent extends PatternEvent {
  readonly type: 'wait'
  readonly cost: number
  /** The least time that it will take; Infinity when it is not known. */
  readonly waitMs: number
  readonly waiting: number
}

/** A call was refused for want of time. */
export interface RateLimiterRejectEvent extends PatternEvent {
  readonly type: 'reject'
  readonly error: RateLimitedError
}

/** The key by which `allOf` finds a limiter's gate. */
export const gateOf: unique symbol = Symbol('gate')

const granted: Promise<void> = Promise.resolve()
const nothing = (): void => undefined

/**
 * What all rate limiters have in common. Waiters are served in the order in which they came, and nobody who
 * comes later goes past them, however little he needs. A wait that cannot end in time is refused at once,
 * and whoever is refused or gives up has taken nothing. The wall clock plays no part.
 */
export abstract class RateLimiter implements Policy {
  readonly [gateOf]: Gate
  protected readonly clock: Clock
  protected readonly events: Events<RateLimiterEvent>
  readonly #pattern: string
  #acquired = 0
  #rejected = 0
  #aborted = 0

  constructor(pattern: string, gate: Gate) {
    this[gateOf] = gate
    this.clock = gate.clock
    this.events = new Events(pattern)
    this.#pattern = pattern
  }

  /** True when nobody waits, no block holds and nothing that was taken matters any more. */
  get idle(): boolean {
    return this[gateOf].isIdle(this.clock.now())
  }

  /**
   * Takes `cost` if that is possible at once and nobody waits.
   * @throws CostTooHighError when it never could be; RangeError when `cost` is no integer of at least 1.
   */
  tryAcquire(cost = 1): boolean {
    this.#checkCost(cost)
    return this.#tryTake(cost) || this.#missed()
  }

  /**
   * Resolves when `cost` was taken.
   *
   * Rejects with RateLimitedError as soon as it is clear that the wait cannot end by the deadline or `maxWaitMs`,
   * with CostTooHighError when no wait would be long enough, and with the caller's own abort reason.
   */
  acquire(options?: RateAcquireOptions): Promise<void> {
    if (options === undefined && this.#tryTake(1)) return granted
    return this.enter(options, nothing)
  }

  /** Runs the operation as soon as the rate allows. Its `signal` and `deadlineAt` bound the wait. */
  async execute<T>(operation: Operation<T>, within?: Within): Promise<T> {
    const context = contextOf(within)
    const isPlain = !context.aborted && context.deadlineAt === Infinity
    if (isPlain && this.#tryTake(1)) return operation(context)
    await this.enter({ within: context }, nothing)
    // The caller may have given up between the grant and this continuation.
    if (context.aborted) throw context.reason
    return operation(context)
  }

  metrics(): RateLimiterMetrics {
    return {
      acquired: this.#acquired,
      rejected: this.#rejected,
      aborted: this.#aborted,
      waiting: this[gateOf].waiting,
    }
  }

  /** How long a line may become is not known, so neither is the wait; a deadline outside limits it. */
  describe(): PolicyDescription {
    const { maxCost } = this[gateOf]
    return { pattern: this.#pattern, role: 'rate', options: { maxCost }, waitMs: Infinity }
  }

  /** Events: `wait`, `reject`, `block`, `rate-change`. Dispose the result to stop. */
  subscribe(listener: Listener<RateLimiterEvent>): Disposable {
    return this.events.subscribe(listener)
  }

  /** The way in: `take` runs at the very moment of the grant. */
  protected async enter<T>(options: RateAcquireOptions | undefined, take: (now: number) => T): Promise<T> {
    const cost = options?.cost ?? 1
    const within = options?.within ?? options
    this.#checkCost(cost)
    if (isAborted(within)) throw abortReason(within)
    const now = this.clock.now()
    const limitAt = limitOf(now, options?.maxWaitMs, within)
    if (now <= limitAt && this[gateOf].tryTake(now, cost)) {
      this.#acquired += 1
      return take(now)
    }
    return this.#queue({ cost, since: now, limitAt, within }, take)
  }

  #queue<T>(asked: Asked, take: (now: number) => T): Promise<T> {
    const gate = this[gateOf]
    const waitMs = gate.waitMs(asked.since, asked.cost)
    if (isTooLong(asked.since, waitMs, asked.limitAt)) throw this.#rejection(asked, waitMs)
    if (this.events.wanted('wait')) {
      this.events.emit({ type: 'wait', cost: asked.cost, waitMs, waiting: gate.waiting })
    }
    return new Promise((resolve, reject) => {
      const granted = (now: number): void => {
        this.#acquired += 1
        resolve(take(now))
      }
      const refused = (_now: number, waitMs: number): void => reject(this.#rejection(asked, waitMs))
      const tooHigh = (maxCost: number): void => {
        this.#rejected += 1
        reject(new CostTooHighError(this.#pattern, asked.cost, maxCost))
      }
      const aborted = (reason: unknown): void => {
        this.#aborted += 1
        reject(reason)
      }
      void new PendingAcquire(gate, asked, { granted, refused, tooHigh, aborted })
    })
  }

  #rejection({ cost, since, limitAt }: Asked, waitMs: number): RateLimitedError {
    this.#rejected += 1
    const facts = { cost, waitMs, timeoutMs: limitAt - since, waiting: this[gateOf].waiting }
    const error = new RateLimitedError(this.#pattern, facts)
    if (this.events.wanted('reject')) this.events.emit({ type: 'reject', error })
    return error
  }

  #tryTake(cost: number): boolean {
    const isTaken = this[gateOf].tryTake(this.clock.now(), cost)
    if (isTaken) this.#acquired += 1
    return isTaken
  }

  #missed(): false {
    this.#rejected += 1
    return false
  }

  #checkCost(cost: number): void {
    if (cost === 1) return
    checkCount(`${this.#pattern}.cost`, cost)
    const { maxCost } = this[gateOf]
    if (cost > maxCost) throw new CostTooHighError(this.#pattern, cost, maxCost)
  }
}

interface Asked {
  readonly cost: number
  readonly since: number
  readonly limitAt: number
  readonly within: Within | undefined
}

function limitOf(now: number, maxWaitMs: number | undefined, within: Within | undefined): number {
  const deadlineAt = within?.deadlineAt ?? Infinity
  if (maxWaitMs === undefined) return deadlineAt
  checkDuration('acquire.maxWaitMs', maxWaitMs, { orInfinity: true })
  return Math.min(deadlineAt, now + maxWaitMs)
}
