import type { CallContext, Listener, Operation, Policy, PolicyDescription, Within } from '../../core/index.js'
import {
  abortReason,
  checkOptions,
  checkWithin,
  ClearedError,
  contextOf,
  isAborted,
  misuse,
  runOperation,
  tooLate,
} from '../../core/index.js'
import type { Permit } from './permit.js'
import { HeldPermit } from './permit.js'
import { RunningCall, RunningCalls } from './running-calls.js'
import { SemaphoreCore } from './semaphore-core.js'
import type { SemaphoreEvent } from './semaphore-events.js'
import type { SemaphoreAcquireOptions, SemaphoreOptions } from './semaphore-options.js'
import { semaphoreOptions } from './semaphore-options.js'
import type { Waiter } from './wait-queue.js'

const OWNER = 'SemaphoreLimiter'
const REQUEST = ['weight', 'priority', 'id']

/** How a SemaphoreLimiter stands at this moment. */
export interface SemaphoreMetrics {
  readonly maxConcurrent: number
  /** Weight held now. It exceeds `maxConcurrent` for a while after `resize` down or by a permit that grew. */
  readonly inUse: number
  readonly available: number
  readonly waiting: number
  /** Calls that still hold a permit though their caller has gone: timed out or aborted. */
  readonly zombies: number
  /** Permits given since the start. */
  readonly acquired: number
  /**
   * Requests that were refused, were out of time or were aborted while they waited, since the start. One that
   * got its permit when its deadline had passed counts here too, and has given the permit back.
   */
  readonly rejected: number
}

/**
 * Lets at most `maxConcurrent` calls run at once (a bulkhead); the others wait.
 *
 * First in, first out within a priority, and no barging: a freed permit is handed straight to whoever waits
 * first, and nobody, however light, overtakes a heavy one that waits. A waiter that is aborted or has waited
 * `acquireTimeoutMs` leaves at once, itself and no other.
 *
 * A call keeps its permit until its operation and all work handed to `context.waitUntil` have settled, so a
 * timeout inside or outside never frees a permit whose work still runs.
 */
export class SemaphoreLimiter implements Policy {
  readonly #core: SemaphoreCore
  readonly #calls = new RunningCalls()
  /** Calls whose operation has settled but whose late work has not. */
  #orphaned = 0
  readonly #runInTurn = ({ operation, within, weight }: Waiter): Promise<unknown> => {
    this.#checkStillWanted(within, weight)
    return this.#run(operation as Operation<unknown>, this.#begin(within), weight)
  }

  /** @throws TypeError or RangeError when an option is out of range. */
  constructor(options?: SemaphoreOptions) {
    this.#core = new SemaphoreCore(semaphoreOptions(options))
  }

  get maxConcurrent(): number {
    return this.#core.maxConcurrent
  }

  /** Weight that is free now; never negative, and 0 while it is paused. */
  get available(): number {
    return Math.max(0, this.#core.capacity - this.#core.inUse)
  }

  /** How many wait for a permit. */
  get waiting(): number {
    return this.#core.queue.size
  }

  get isPaused(): boolean {
    return this.#core.capacity === 0
  }

  get idle(): boolean {
    return this.#core.inUse === 0 && this.#core.queue.size === 0
  }

  /**
   * Runs `operation` as soon as there is a permit of weight 1 for it; `requesting` has others. Rejects with
   * AcquireTimeoutError after `acquireTimeoutMs`, with QueueFullError, with DeadlineExceededError at the
   * caller's deadline, or with the caller's abort reason; the operation has not been called then.
   */
  execute<T>(operation: Operation<T>, within?: Within): Promise<T> {
    return this.#execute(operation, within, 1, 0, undefined)
  }

  /**
   * The same permits as a policy whose calls all ask for this much: for use in `compose`. After `resize`
   * below the weight its calls reject with a RangeError.
   * @throws TypeError or RangeError when what is asked for is out of range.
   */
  requesting(request: SemaphoreAcquireOptions): Policy {
    checkOptions(OWNER, request, REQUEST)
    const { weight = 1, priority = 0, id } = request
    this.#core.check(weight, priority)
    const isIdle = (): boolean => this.idle
    return {
      execute: (operation, within) => this.#execute(operation, within, weight, priority, id),
      describe: () => this.describe(),
      get idle() {
        return isIdle()
      },
    }
  }

  /**
   * `using permit = await limiter.acquire()`. Rejects as `execute` does, and with a TypeError or RangeError
   * when what is asked for is out of range.
   */
  async acquire(request?: SemaphoreAcquireOptions, within?: Within): Promise<Permit> {
    if (request !== undefined) checkOptions(OWNER, request, REQUEST)
    if (within !== undefined) checkWithin(OWNER, within)
    const weight = request?.weight ?? 1
    const priority = request?.priority ?? 0
    this.#checkInTime(within, weight)
    this.#core.check(weight, priority)
    if (!this.#core.tryTake(weight, priority)) {
      await this.#core.wait(within, weight, priority, undefined, request?.id)
      this.#checkStillWanted(within, weight)
    }
    return new HeldPermit(this.#core, weight)
  }

  /**
   * A permit if one is free and nobody with an older or higher claim waits, else undefined.
   * @throws TypeError or RangeError when what is asked for is out of range.
   */
  tryAcquire(request?: SemaphoreAcquireOptions): Permit | undefined {
    if (request !== undefined) checkOptions(OWNER, request, REQUEST)
    const weight = request?.weight ?? 1
    const priority = request?.priority ?? 0
    this.#core.check(weight, priority)
    return this.#core.tryTake(weight, priority) ? new HeldPermit(this.#core, weight) : undefined
  }

  /**
   * Changes the maximum. Upwards, those who wait are let in at once; downwards, what is held stays held, and
   * waiters heavier than the new maximum are refused with a RangeError.
   * @throws TypeError or RangeError when `maxConcurrent` is not an integer of at least 1.
   */
  resize(maxConcurrent: number): void {
    this.#core.resize(maxConcurrent)
  }

  /** Gives no more permits until `resume`; what is held stays held, and whoever waits may run out of time. */
  pause(): void {
    this.#core.pause()
  }

  /** Ends a pause: those who wait are let in. */
  resume(): void {
    this.#core.resume()
  }

  /** Resolves when no permit is held and nobody waits, work handed to `waitUntil` included. */
  onIdle(): Promise<void> {
    return this.#core.onIdle()
  }

  /** Rejects all who wait: with ClearedError, unless there is another reason. */
  clear(reason: unknown = new ClearedError('SemaphoreLimiter: cleared while the call waited')): void {
    this.#core.clear(reason)
  }

  /**
   * Gives whoever waits under this `id` another priority, in which it stands where it came. False when nobody
   * of that name waits.
   * @throws TypeError or RangeError when `priority` is not a finite number.
   */
  setPriority(id: unknown, priority: number): boolean {
    return this.#core.setPriority(id, priority)
  }

  metrics(): SemaphoreMetrics {
    const { maxConcurrent, inUse, queue, acquired, rejected } = this.#core
    const zombies = this.#orphaned + this.#calls.countAborted()
    return {
      maxConcurrent,
      inUse,
      available: this.available,
      waiting: queue.size,
      zombies,
      acquired,
      rejected,
    }
  }

  describe(): PolicyDescription {
    return this.#core.describe()
  }

  /** Events arrive in the order in which they happened. Dispose the result to stop. */
  subscribe(listener: Listener<SemaphoreEvent>): Disposable {
    return this.#core.events.subscribe(listener)
  }

  #execute<T>(
    operation: Operation<T>,
    within: Within | undefined,
    weight: number,
    priority: number,
    id: unknown,
  ): Promise<T> {
    if (typeof operation !== 'function' || within !== undefined || weight !== 1 || priority !== 0) {
      const refusal = misuse(OWNER, operation, within) ?? this.#refusal(within, weight, priority)
      if (refusal !== undefined) return refusal
    }
    if (this.#core.tryTake(weight, priority)) return this.#run(operation, this.#begin(within), weight)
    // The same function for all who wait, and in each one's own continuation.
    return this.#core.wait(within, weight, priority, operation, id).then(this.#runInTurn) as Promise<T>
  }

  /** Why nothing is even asked for, as the rejection that the caller gets. */
  #refusal(within: Within | undefined, weight: number, priority: number): Promise<never> | undefined {
    try {
      this.#checkInTime(within, weight)
      this.#core.check(weight, priority)
      return undefined
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Throws when the caller has given up, or its deadline has passed: that counts as a rejection. */
  #checkInTime(within: Within | undefined, weight: number): void {
    if (within === undefined) return
    if (isAborted(within)) throw abortReason(within)
    const late = tooLate(within, this.#core.clock)
    if (late !== undefined) throw this.#core.refuseTooLate(weight, late.deadlineAt)
  }

  /** A caller may be out of time after the permit was handed over, before the continuation ran. */
  #checkStillWanted(within: Within | undefined, weight: number): void {
    try {
      this.#checkInTime(within, weight)
    } catch (error) {
      this.#core.giveBack(weight)
      throw error
    }
  }

  #begin(within: Within | undefined): CallContext {
    if (within === undefined) return contextOf(undefined)
    // A context of this call alone: the late work of a sibling under the same caller holds no permit here.
    const call = new RunningCall(contextOf(within))
    this.#calls.add(call)
    return call
  }

  #run<T>(operation: Operation<T>, context: CallContext, weight: number): Promise<T> {
    return runOperation(operation, context).then(
      value => {
        this.#settle(context, weight)
        return value
      },
      (error: unknown) => {
        this.#settle(context, weight)
        throw error
      },
    )
  }

  #settle(context: CallContext, weight: number): void {
    if (context instanceof RunningCall) this.#calls.remove(context)
    if (context.hasLateWork) this.#keepForLateWork(context, weight)
    else this.#core.giveBack(weight)
  }

  #keepForLateWork(context: CallContext, weight: number): void {
    this.#orphaned += 1
    context.releaseWhenDone(() => {
      this.#orphaned -= 1
      this.#core.giveBack(weight)
    })
  }
}
