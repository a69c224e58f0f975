import {
  AcquireTimeoutError,
  abortReason,
  ClosedError,
  checkDuration,
  Deferred,
  isAborted,
  ownContextOf,
  TimeoutError,
} from '../../core/index.js'
import type { Context, Listener, Within } from '../../core/index.js'
import { Borrower } from './borrower.js'
import type { Lease } from './lease.js'
import { LendingDesk } from './lending-desk.js'
import type { PoolCounts } from './lending-desk.js'
import type { ResourcePoolEvent } from './resource-pool-event.js'
import { checkPoolOptions } from './resource-pool-options.js'
import type { CheckedPoolOptions, ResourcePoolOptions } from './resource-pool-options.js'

/** What one acquire may ask for. */
export interface PoolAcquireOptions extends Within {
  /** In place of `acquireTimeoutMs`: 0 or more, or Infinity. */
  readonly timeoutMs?: number
  /** The Context of the call that this is for; it stands in place of `signal` and `deadlineAt`. */
  readonly within?: Within
}

export interface ResourcePoolMetrics extends PoolCounts {
  readonly acquireTimeouts: number
}

/**
 * Keeps up to `max` resources that are dear to make, and lends them out. Whoever waits is served in the order in which
 * they came; the resource used last is lent first. What arrives for one who has left goes to the next.
 *
 * When making fails, the first in line is rejected with a ResourceCreateError, and all of them when no other resource
 * is left that could serve them; then one attempt at a time follows after pauses of 0.1 s growing to 10 s.
 * A timer is set when something comes to lie idle, and is not set again once nothing does.
 */
export class ResourcePool<T> implements AsyncDisposable {
  readonly #options: CheckedPoolOptions<T>
  readonly #desk: LendingDesk<T>
  #isClosed = false
  #acquireTimeouts = 0

  /** @throws RangeError or TypeError for an option outside its range. */
  constructor(options: ResourcePoolOptions<T>) {
    this.#options = checkPoolOptions(options)
    this.#desk = new LendingDesk(this.#options)
  }

  /** Lent out now, those being validated included. */
  get active(): number {
    return this.#desk.active
  }

  get idle(): number {
    return this.#desk.idle
  }

  get waiting(): number {
    return this.#desk.waiting
  }

  /**
   * Lends a resource. Rejects with AcquireTimeoutError when its time is over (its `cause` is why making failed, if it
   * did), ResourceCreateError, ClosedError, or the caller's own abort reason.
   */
  acquire(options?: PoolAcquireOptions): Promise<Lease<T>> {
    if (options === undefined && !this.#isClosed) {
      const lease = this.#desk.tryLend()
      if (lease !== undefined) return Promise.resolve(lease)
    }
    return this.#borrow(options)
  }

  /** Lends a resource to `operation`, and takes it back when that and all it handed to `waitUntil` has settled. */
  async use<R>(
    operation: (resource: T, context: Context) => R | PromiseLike<R>,
    within?: Within,
  ): Promise<R> {
    const context = ownContextOf(within)
    const lease = await this.acquire(within === undefined ? undefined : { within: context })
    try {
      return await operation(lease.resource, context)
    } finally {
      context.releaseWhenDone(() => lease.release())
    }
  }

  /** Makes resources until there are `min`. Rejects with the first ResourceCreateError. */
  async fill(): Promise<void> {
    this.#checkOpen()
    const error = await this.#desk.fill()
    if (error !== undefined) throw error
  }

  /**
   * Takes no new callers, serves those in line, waits for all that is lent out, and resolves when every resource is
   * destroyed. After `timeoutMs` it rejects with TimeoutError: those in line are turned away, and what is
   * still lent out is destroyed when it comes back.
   */
  async close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    const { timeoutMs = Infinity } = options
    checkDuration('close.timeoutMs', timeoutMs, { orInfinity: true })
    this.#isClosed = true
    const drained = this.#desk.drain()
    if (timeoutMs === Infinity) return drained
    const { clock } = this.#options
    const timeout = new Deferred<never>()
    const timer = clock.setTimer(() => timeout.reject(this.#giveUpClosing(timeoutMs)), timeoutMs)
    return Promise.race([drained, timeout.promise]).finally(() => clock.clearTimer(timer))
  }

  metrics(): ResourcePoolMetrics {
    return { ...this.#desk.counts(), acquireTimeouts: this.#acquireTimeouts }
  }

  /** Events: `create`, `create-failure`, `destroy`, `destroy-failure`. Dispose the result to stop. */
  subscribe(listener: Listener<ResourcePoolEvent>): Disposable {
    return this.#desk.events.subscribe(listener)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #borrow(options: PoolAcquireOptions | undefined): Promise<Lease<T>> {
    const within = options?.within ?? options
    this.#checkOpen()
    if (isAborted(within)) throw abortReason(within)
    const timeoutMs = this.#timeoutOf(options?.timeoutMs, within?.deadlineAt)
    if (timeoutMs < 0) throw this.#timedOut(0)
    const { promise, resolve, reject } = new Deferred<Lease<T>>()
    const borrower = new Borrower<Lease<T>>(this.#options.clock, resolve, reject)
    this.#desk.join(borrower)
    if (borrower.isServed) return promise
    borrower.watch(timeoutMs, within, {
      left: () => this.#desk.leave(borrower),
      timedOut: () => this.#timedOut(timeoutMs),
    })
    return promise
  }

  #timeoutOf(ownMs: number | undefined, deadlineAt = Infinity): number {
    if (ownMs !== undefined) checkDuration('acquire.timeoutMs', ownMs, { orInfinity: true })
    const timeoutMs = ownMs ?? this.#options.acquireTimeoutMs
    return deadlineAt === Infinity ? timeoutMs : Math.min(timeoutMs, deadlineAt - this.#options.clock.now())
  }

  #timedOut(timeoutMs: number): AcquireTimeoutError {
    this.#acquireTimeouts += 1
    const { active, idle, pending, waiting } = this.#desk.counts()
    const facts = { active, idle, pending, waiting, max: this.#options.max }
    const cause = this.#desk.lastError
    const message = `ResourcePool: no resource came free within ${timeoutMs} ms`
    return new AcquireTimeoutError(message, timeoutMs, cause === undefined ? { facts } : { facts, cause })
  }

  #giveUpClosing(timeoutMs: number): TimeoutError {
    this.#desk.turnAway(new ClosedError('ResourcePool: closed while waiting'))
    return new TimeoutError(`ResourcePool: ${this.active} still lent out after ${timeoutMs} ms`, timeoutMs)
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new ClosedError('ResourcePool: closed')
  }
}
