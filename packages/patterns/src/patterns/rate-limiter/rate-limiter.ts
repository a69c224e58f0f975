import {
  abortReason,
  checkCount,
  checkDuration,
  checkOptions,
  checkWithin,
  ClearedError,
  contextOf,
  deadlineExceeded,
  deadlineOf,
  Events,
  isAborted,
  tooLate,
  misuse,
  runOperation,
} from '../../core/index.js'
import type {
  CallContext,
  Clock,
  DeadlineExceededError,
  Listener,
  Operation,
  PatternEvent,
  Policy,
  PolicyDescription,
  Within,
} from '../../core/index.js'
import { CostTooHighError, RateLimitedError } from './errors.js'
import type { LimiterQueue } from './limiter-queue.js'
import { ownerOf } from './owner-of.js'
import { PendingAcquire } from './pending-acquire.js'
import type { PendingRequest } from './pending-acquire.js'
import { isTooLong } from './rate-queue.js'

/** What one acquire of a rate limiter may ask for. */
export interface RateAcquireOptions {
  /** How much is taken at once: an integer of at least 1. Default 1. */
  readonly cost?: number | undefined
  /** The longest wait, in milliseconds from now: 0 or more, or Infinity. Default: no limit of its own. */
  readonly maxWaitMs?: number | undefined
}

/** What has happened at a rate limiter since it was made, and how many wait now. */
export interface RateLimiterMetrics {
  /** Granted, whatever their cost. */
  readonly acquired: number
  /** Refused: out of time, sent away by `clear`, or `tryAcquire` that was false. */
  readonly rejected: number
  /** Given up by their callers while they waited. */
  readonly aborted: number
  /** Waiting now. */
  readonly waiting: number
}

/** What a rate limiter tells its subscribers. */
export type RateLimiterEvent =
  | RateLimiterWaitEvent
  | RateLimiterRejectEvent
  | { readonly type: 'block'; readonly untilMs: number }
  | { readonly type: 'rate-change' }
  | { readonly type: 'clear'; readonly waiting: number }

/** A call has to wait. */
export interface RateLimiterWaitEvent extends PatternEvent {
  readonly type: 'wait'
  readonly cost: number
  /** The least time that it will take; Infinity when it is not known. */
  readonly waitMs: number
  readonly waiting: number
}

/** A call was refused: it could not be served in time. */
export interface RateLimiterRejectEvent extends PatternEvent {
  readonly type: 'reject'
  /** DeadlineExceededError when it was the caller's deadline, RateLimitedError when it was `maxWaitMs`. */
  readonly error: RateLimitedError | DeadlineExceededError
}

/** The key by which `allOf` finds a limiter's queue. */
export const queueOf: unique symbol = Symbol('queue')

const ACQUIRE = ['cost', 'maxWaitMs']

const granted: Promise<void> = Promise.resolve()
const nothing = (): void => undefined

/**
 * What all rate limiters have in common. Waiters are served in the order in which they came, and nobody who
 * comes later goes past them, however little they need. A wait that cannot end in time is refused at once,
 * and whoever is refused or gives up has taken nothing. The wall clock plays no part.
 */
export abstract class RateLimiter implements Policy {
  readonly [queueOf]: LimiterQueue
  protected readonly clock: Clock
  protected readonly events: Events<RateLimiterEvent>
  readonly #pattern: string
  readonly #owner: string
  #acquired = 0
  #rejected = 0
  #aborted = 0

  constructor(pattern: string, queue: LimiterQueue) {
    this[queueOf] = queue
    this.clock = queue.clock
    this.events = new Events(pattern)
    this.#pattern = pattern
    this.#owner = ownerOf(pattern)
  }

  /** True when nobody waits, neither a block nor a pause holds, and nothing that was taken matters any more. */
  get idle(): boolean {
    return this[queueOf].isIdle(this.clock.now())
  }

  /**
   * Takes the cost if that is possible at once and nobody waits.
   * @throws CostTooHighError when it never could be; RangeError or TypeError when it is not an integer
   * of at least 1.
   */
  tryAcquire(options?: Pick<RateAcquireOptions, 'cost'>): boolean {
    if (options !== undefined) checkOptions(this.#owner, options, ['cost'])
    const cost = options?.cost ?? 1
    this.#checkCost(cost)
    return this.#tryTake(cost) || this.#missed()
  }

  /**
   * Resolves when the cost was taken.
   *
   * As soon as it is clear that the wait cannot end in time it rejects: with RateLimitedError when
   * `maxWaitMs` is too short, with DeadlineExceededError when the deadline is too near. It also rejects with
   * CostTooHighError when no wait would be long enough, and with the caller's own abort reason.
   */
  acquire(options?: RateAcquireOptions, within?: Within): Promise<void> {
    if (options === undefined && within === undefined && this.#tryTake(1)) return granted
    return this.enter(options, within, nothing)
  }

  /**
   * Runs the operation as soon as the rate allows. Rejects as `acquire` does; the operation has not been
   * called then. A caller that gives up, or is out of time, between the grant and the call has used its cost.
   */
  execute<T>(operation: Operation<T>, within?: Within): Promise<T> {
    const refused = misuse(this.#owner, operation, within)
    if (refused !== undefined) return refused
    try {
      const context = contextOf(within)
      const isPlain = !context.aborted && context.deadlineAt === Infinity
      return isPlain && this.#tryTake(1)
        ? runOperation(operation, context)
        : this.#runInTurn(operation, context)
    } catch (error) {
      // A rate of somebody else's may throw; this never does.
      return Promise.reject(error)
    }
  }

  get isPaused(): boolean {
    return this[queueOf].isPaused
  }

  /**
   * Grants nothing until `resume`. Whoever waits may run out of time, and an `allOf` with this limiter waits
   * too; pausing an `allOf` stops none of its limiters.
   */
  pause(): void {
    this[queueOf].pause()
  }

  /** Ends a pause: those who wait go on as the rate allows. */
  resume(): void {
    this[queueOf].resume()
  }

  /** Resolves when nobody waits; operations whose turn has come may still run. */
  onIdle(): Promise<void> {
    return this[queueOf].onIdle()
  }

  /**
   * Rejects all who wait, also for this limiter as a part of `allOf`: with ClearedError, unless there is
   * another reason. They have taken nothing.
   */
  clear(reason: unknown = new ClearedError(`${this.#owner}: cleared while the call waited`)): void {
    const waiting = this[queueOf].clear(reason)
    if (this.events.wanted('clear')) this.events.emit({ type: 'clear', waiting })
  }

  /** What has happened so far. */
  metrics(): RateLimiterMetrics {
    return {
      acquired: this.#acquired,
      rejected: this.#rejected,
      aborted: this.#aborted,
      waiting: this[queueOf].waiting,
    }
  }

  /** How many will wait is not known, so neither is the wait; a deadline outside limits it. */
  describe(): PolicyDescription {
    const { maxCost } = this[queueOf]
    return { pattern: this.#pattern, role: 'rate', options: { maxCost }, waitMs: Infinity }
  }

  /** Events: `wait`, `reject`, `block`, `rate-change`, `clear`. Dispose the result to stop. */
  subscribe(listener: Listener<RateLimiterEvent>): Disposable {
    return this.events.subscribe(listener)
  }

  /** The way in: `take` runs at the very moment of the grant. */
  protected async enter<T>(
    options: RateAcquireOptions | undefined,
    within: Within | undefined,
    take: (now: number) => T,
  ): Promise<T> {
    checkOptions(this.#owner, options, ACQUIRE)
    checkWithin(this.#owner, within)
    const { cost = 1, maxWaitMs = Infinity } = options ?? {}
    this.#checkCost(cost)
    if (maxWaitMs !== Infinity) checkDuration(`${this.#owner}.acquire.maxWaitMs`, maxWaitMs)
    if (isAborted(within)) throw abortReason(within)
    const now = this.clock.now()
    const deadlineAt = deadlineOf(within)
    if (deadlineAt <= now) throw this.#countRejected(deadlineExceeded(deadlineAt, now))
    if (this[queueOf].tryTake(now, cost)) {
      this.#acquired += 1
      return take(now)
    }
    return this.#queue({ cost, since: now, limitAt: now + maxWaitMs, deadlineAt, within }, take)
  }

  async #runInTurn<T>(operation: Operation<T>, context: CallContext): Promise<T> {
    await this.enter(undefined, context, nothing)
    // The caller may have given up between the grant and this continuation.
    if (context.aborted) throw context.reason
    const late = tooLate(context, this.clock)
    if (late !== undefined) throw this.#countRejected(late)
    return operation(context)
  }

  #queue<T>(asked: PendingRequest, take: (now: number) => T): Promise<T> {
    const queue = this[queueOf]
    const waitMs = queue.waitMs(asked.since, asked.cost)
    if (isTooLong(asked.since, waitMs, asked)) throw this.#rejectionOf(asked, asked.since, waitMs)
    if (this.events.wanted('wait')) {
      this.events.emit({ type: 'wait', cost: asked.cost, waitMs, waiting: queue.waiting })
      // A listener may abort it, and nobody listens for that yet.
      if (isAborted(asked.within)) throw this.#abortOf(asked.within)
    }
    return new Promise((resolve, reject) => {
      const granted = (now: number): void => {
        this.#acquired += 1
        resolve(take(now))
      }
      const refused = (now: number, waitMs: number): void => reject(this.#rejectionOf(asked, now, waitMs))
      const tooHigh = (maxCost: number): void => {
        this.#rejected += 1
        reject(new CostTooHighError(this.#pattern, asked.cost, maxCost))
      }
      const dismissed = (reason: unknown): void => {
        this.#rejected += 1
        reject(reason)
      }
      const aborted = (): void => reject(this.#abortOf(asked.within))
      void new PendingAcquire(queue, asked, { granted, refused, tooHigh, dismissed, aborted })
    })
  }

  #abortOf(within: Within | undefined): unknown {
    this.#aborted += 1
    return abortReason(within)
  }

  #rejectionOf(asked: PendingRequest, now: number, waitMs: number): Error {
    return this.#countRejected(this.#errorOf(asked, now, waitMs))
  }

  /** Counts a rejection, and tells of it. */
  #countRejected<E extends RateLimiterRejectEvent['error']>(error: E): E {
    this.#rejected += 1
    if (this.events.wanted('reject')) this.events.emit({ type: 'reject', error })
    return error
  }

  #errorOf({ cost, since, limitAt, deadlineAt }: PendingRequest, now: number, waitMs: number) {
    if (deadlineAt <= limitAt) return deadlineExceeded(deadlineAt, now, { neededMs: waitMs })
    const { waiting } = this[queueOf]
    return new RateLimitedError(this.#pattern, { cost, waitMs, timeoutMs: limitAt - since, waiting })
  }

  #tryTake(cost: number): boolean {
    const isTaken = this[queueOf].tryTake(this.clock.now(), cost)
    if (isTaken) this.#acquired += 1
    return isTaken
  }

  #missed(): false {
    this.#rejected += 1
    return false
  }

  #checkCost(cost: number): void {
    if (cost === 1) return
    checkCount(`${this.#owner}.cost`, cost)
    const { maxCost } = this[queueOf]
    if (cost > maxCost) throw new CostTooHighError(this.#pattern, cost, maxCost)
  }
}
