import {
  AcquireTimeoutError,
  abortReason,
  ClosedError,
  checkDuration,
  Deferred,
  deadlinePassed,
  isAborted,
  ownContextOf,
  TimeoutError,
  tooLate,
  checkOptions,
  checkWithin,
  checkFunction,
} from '../../core/index.js'
import type { Context, DeadlineExceededError, Listener, Within } from '../../core/index.js'
import type { Lease } from './lease.js'
import { PendingLease } from './pending-lease.js'
import { PoolScheduler } from './pool-scheduler.js'
import type { PoolCounts } from './pool-scheduler.js'
import type { PoolRejection, ResourcePoolEvent } from './resource-pool-event.js'
import { poolOptions } from './resource-pool-options.js'
import type { CheckedPoolOptions, ResourcePoolOptions } from './resource-pool-options.js'

/** What one acquire of a pool may ask for. */
export interface PoolAcquireOptions {
  /** The longest wait, in milliseconds: 0 or more, or Infinity. Default: the pool's `acquireTimeoutMs`. */
  readonly maxWaitMs?: number | undefined
}

/** How a ResourcePool stands at this moment. */
export interface ResourcePoolMetrics extends PoolCounts {
  /**
   * Those that got no resource in time: by `acquireTimeoutMs`, `maxWaitMs` or their deadline, also one that
   * had passed before.
   */
  readonly acquireTimeouts: number
}

/**
 * Keeps up to `max` resources that are expensive to make, and lends them out. Whoever waits is served in the
 * order in which they came; the resource used last is lent first. What arrives for one who has left goes to
 * the next.
 *
 * When making fails, the first of those who wait is rejected with a ResourceCreateError, and all of them when
 * no other resource is left that could serve them; then one attempt at a time follows after pauses of 0.1 s
 * growing to 10 s. A timer is set when something becomes idle, and is not set again once nothing does.
 */
export class ResourcePool<T> implements AsyncDisposable {
  readonly #options: CheckedPoolOptions<T>
  readonly #scheduler: PoolScheduler<T>
  #isClosed = false
  #acquireTimeouts = 0

  /** @throws RangeError or TypeError for an option outside its range. */
  constructor(options: ResourcePoolOptions<T>) {
    this.#options = poolOptions(options)
    this.#scheduler = new PoolScheduler(this.#options)
  }

  /** Lent out now, those being validated included. */
  get active(): number {
    return this.#scheduler.active
  }

  /** Idle now. */
  get idle(): number {
    return this.#scheduler.idle
  }

  /** How many callers wait. */
  get waiting(): number {
    return this.#scheduler.waiting
  }

  /**
   * Lends a resource: `await using lease = await pool.acquire()`. Rejects with AcquireTimeoutError after
   * `acquireTimeoutMs` or `maxWaitMs`, with DeadlineExceededError at the deadline (the `cause` of both is why
   * making failed, if it did), with ResourceCreateError, ClosedError, or the caller's own abort reason.
   */
  acquire(options?: PoolAcquireOptions, within?: Within): Promise<Lease<T>> {
    if (options === undefined && within === undefined && !this.#isClosed) {
      const lease = this.#scheduler.tryLend()
      if (lease !== undefined) return Promise.resolve(lease)
    }
    return this.#acquire(options, within)
  }

  /**
   * Lends a resource to `operation`, and takes it back when that and all it handed to `waitUntil` has
   * settled. Rejects as `acquire` does, and with what the operation threw.
   */
  async use<R>(
    operation: (resource: T, context: Context) => R | PromiseLike<R>,
    within?: Within,
  ): Promise<R> {
    checkFunction('ResourcePool.use.operation', operation)
    checkWithin('ResourcePool', within)
    const context = ownContextOf(within)
    const lease = await this.acquire(undefined, within === undefined ? undefined : context)
    try {
      // The caller may have given up between the lease and this continuation.
      if (context.aborted) throw context.reason
      this.#checkInTime(context)
      return await operation(lease.resource, context)
    } finally {
      context.releaseWhenDone(() => lease.release())
    }
  }

  /**
   * Says that a resource is of no use any more: `socket.on('close', () => pool.invalidate(socket))`. An idle
   * one is destroyed at once, one that is lent out when it comes back. False when it is not in the pool.
   */
  invalidate(resource: T): boolean {
    return this.#scheduler.invalidate(resource)
  }

  /** Makes resources until there are `min`. Rejects with the first ResourceCreateError. */
  async fill(): Promise<void> {
    this.#checkOpen()
    const error = await this.#scheduler.fill()
    if (error !== undefined) throw error
  }

  /**
   * Takes no new callers, serves those who wait, waits for all that is lent out, and resolves when every
   * resource is destroyed. After `timeoutMs` it rejects with TimeoutError: those who wait are rejected,
   * and what is still lent out is destroyed when it comes back.
   */
  async close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    checkOptions('ResourcePool.close', options, ['timeoutMs'])
    const { timeoutMs = Infinity } = options
    checkDuration('ResourcePool.close.timeoutMs', timeoutMs, { orInfinity: true })
    this.#isClosed = true
    const drained = this.#scheduler.drain()
    if (timeoutMs === Infinity) return drained
    const { clock } = this.#options
    const timeout = new Deferred<never>()
    const timer = clock.setTimer(() => timeout.reject(this.#giveUpClosing(timeoutMs)), timeoutMs)
    return Promise.race([drained, timeout.promise]).finally(() => clock.clearTimer(timer))
  }

  /** How it stands at this moment. */
  metrics(): ResourcePoolMetrics {
    return { ...this.#scheduler.counts(), acquireTimeouts: this.#acquireTimeouts }
  }

  /** Events: `reject`, `create`, `create-failure`, `destroy`, `destroy-failure`. Dispose the result to stop. */
  subscribe(listener: Listener<ResourcePoolEvent>): Disposable {
    return this.#scheduler.events.subscribe(listener)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #acquire(options: PoolAcquireOptions | undefined, within: Within | undefined): Promise<Lease<T>> {
    checkOptions('ResourcePool.acquire', options, ['maxWaitMs'])
    checkWithin('ResourcePool', within)
    const maxWaitMs = options?.maxWaitMs ?? this.#options.acquireTimeoutMs
    checkDuration('ResourcePool.acquire.maxWaitMs', maxWaitMs, { orInfinity: true })
    this.#checkOpen()
    if (isAborted(within)) throw abortReason(within)
    this.#checkInTime(within)
    const { promise, resolve, reject } = new Deferred<Lease<T>>()
    const acquire = new PendingLease<Lease<T>>(this.#options.clock, resolve, reject)
    this.#scheduler.join(acquire)
    if (acquire.isServed) return promise
    // `create` has run, and the caller may have given up in it.
    if (isAborted(within)) {
      this.#scheduler.leave(acquire)
      throw abortReason(within)
    }
    acquire.watch(maxWaitMs, within, {
      left: () => this.#scheduler.leave(acquire),
      rejected: error => this.#countRejected(error),
      timedOut: () => this.#timedOut(maxWaitMs),
      tooLate: deadlineAt => this.#tooLate(deadlineAt),
    })
    return promise
  }

  #checkInTime(within: Within | undefined): void {
    const late = tooLate(within, this.#options.clock)
    if (late === undefined) return
    const error = this.#tooLate(late.deadlineAt)
    this.#countRejected(error)
    throw error
  }

  #tooLate(deadlineAt: number): DeadlineExceededError {
    return deadlinePassed(deadlineAt, this.#options.clock, this.#scheduler.lastError)
  }

  #timedOut(timeoutMs: number): AcquireTimeoutError {
    const { active, idle, pending, waiting } = this.#scheduler.counts()
    const facts = { active, idle, pending, waiting, max: this.#options.max }
    const cause = this.#scheduler.lastError
    const message = `ResourcePool: no resource came free within ${timeoutMs} ms`
    return new AcquireTimeoutError(message, timeoutMs, cause === undefined ? { facts } : { facts, cause })
  }

  #countRejected(error: PoolRejection): void {
    this.#acquireTimeouts += 1
    const { events } = this.#scheduler
    if (events.wanted('reject')) events.emit({ type: 'reject', error })
  }

  #giveUpClosing(timeoutMs: number): TimeoutError {
    this.#scheduler.rejectAll(new ClosedError('ResourcePool: closed while waiting'))
    return new TimeoutError(`ResourcePool: ${this.active} still lent out after ${timeoutMs} ms`, timeoutMs)
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new ClosedError('ResourcePool: closed')
  }
}
