import type { CallContext, Listener, Operation, Policy, PolicyDescription, Within } from '../../core/index.js'
import { abortReason, contextOf, isAborted, runOperation } from '../../core/index.js'
import type { Permit } from './permit.js'
import { HeldPermit } from './permit.js'
import { PermitGate } from './permit-gate.js'
import { RunningCall, RunningCalls } from './running-calls.js'
import type { SemaphoreEvent } from './semaphore-events.js'
import type { AcquireOptions, PermitRequest, SemaphoreOptions } from './semaphore-options.js'
import { checkedOptions } from './semaphore-options.js'
import type { Waiter } from './wait-queue.js'

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
  /** Requests that were refused, timed out or aborted in the line, since the start. */
  readonly rejected: number
}

/**
 * Lets at most `maxConcurrent` calls run at once (a bulkhead); the others wait their turn.
 *
 * First in, first out within a priority, and no barging: a freed permit is handed straight to the first in
 * line, and nobody, however light, overtakes a heavy one that waits. A waiter that is aborted or has waited
 * `acquireTimeoutMs` leaves at once, itself and no other.
 *
 * A call keeps its permit until its operation and all work handed to `context.waitUntil` have settled, so a
 * timeout inside or outside never frees a permit whose work still runs.
 */
export class SemaphoreLimiter implements Policy {
  readonly #gate: PermitGate
  readonly #calls = new RunningCalls()
  /** Calls whose operation has settled but whose late work has not. */
  #orphaned = 0
  readonly #runInTurn = ({ operation, within, weight }: Waiter): Promise<unknown> => {
    this.#checkStillWanted(within, weight)
    return this.#run(operation as Operation<unknown>, this.#begin(within), weight)
  }

  /** @throws TypeError or RangeError when an option is out of range. */
  constructor(options?: SemaphoreOptions) {
    this.#gate = new PermitGate(checkedOptions(options))
  }

  get maxConcurrent(): number {
    return this.#gate.maxConcurrent
  }

  /** Weight that is free now; never negative. */
  get available(): number {
    return Math.max(0, this.#gate.maxConcurrent - this.#gate.inUse)
  }

  /** How many wait for a permit. */
  get waiting(): number {
    return this.#gate.queue.size
  }

  get idle(): boolean {
    return this.#gate.inUse === 0 && this.#gate.queue.size === 0
  }

  /**
   * Runs `operation` as soon as there is a permit for it.
   * Rejects with AcquireTimeoutError, QueueFullError, RangeError when the weight can never fit, or the
   * caller's abort reason; the operation has not been called then.
   */
  execute<T>(operation: Operation<T>, options?: AcquireOptions): Promise<T> {
    return this.#execute(operation, options, options?.weight ?? 1, options?.priority ?? 0)
  }

  /**
   * The same permits as a policy whose calls all ask for this much: for use in `compose`.
   * @throws TypeError or RangeError when the request is out of range.
   */
  requesting(request: PermitRequest): Policy {
    const { weight = 1, priority = 0 } = request
    this.#gate.check(weight, priority)
    const isIdle = (): boolean => this.idle
    return {
      execute: (operation, within) => this.#execute(operation, within, weight, priority),
      describe: () => this.describe(),
      get idle() {
        return isIdle()
      },
    }
  }

  /** `using permit = await limiter.acquire()`. Rejects as `execute` does. */
  async acquire(options?: AcquireOptions): Promise<Permit> {
    const weight = options?.weight ?? 1
    const priority = options?.priority ?? 0
    if (isAborted(options)) throw abortReason(options)
    this.#gate.check(weight, priority)
    if (!this.#gate.tryTake(weight, priority)) {
      await this.#gate.wait(options, weight, priority)
      this.#checkStillWanted(options, weight)
    }
    return new HeldPermit(this.#gate, weight)
  }

  /**
   * A permit if one is free and nobody with an older or higher claim waits, else undefined.
   * @throws TypeError or RangeError when the request is out of range.
   */
  tryAcquire(request?: PermitRequest): Permit | undefined {
    const weight = request?.weight ?? 1
    const priority = request?.priority ?? 0
    this.#gate.check(weight, priority)
    return this.#gate.tryTake(weight, priority) ? new HeldPermit(this.#gate, weight) : undefined
  }

  /**
   * Changes the maximum. Upwards, those who wait are let in at once; downwards, what is held stays held, and
   * waiters heavier than the new maximum are refused with a RangeError.
   * @throws TypeError or RangeError when `maxConcurrent` is no integer of at least 1.
   */
  resize(maxConcurrent: number): void {
    this.#gate.resize(maxConcurrent)
  }

  metrics(): SemaphoreMetrics {
    const { maxConcurrent, inUse, queue, acquired, rejected } = this.#gate
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
    return this.#gate.describe()
  }

  /** Events arrive in the order in which they happened. Dispose the result to stop. */
  subscribe(listener: Listener<SemaphoreEvent>): Disposable {
    return this.#gate.events.subscribe(listener)
  }

  #execute<T>(
    operation: Operation<T>,
    within: Within | undefined,
    weight: number,
    priority: number,
  ): Promise<T> {
    const refusal = this.#refusal(within, weight, priority)
    if (refusal !== undefined) return refusal
    if (this.#gate.tryTake(weight, priority)) return this.#run(operation, this.#begin(within), weight)
    // The same function for all who wait, and in each one's own continuation.
    return this.#gate.wait(within, weight, priority, operation).then(this.#runInTurn) as Promise<T>
  }

  /** Why nothing is even asked for, as the rejection that the caller gets. */
  #refusal(within: Within | undefined, weight: number, priority: number): Promise<never> | undefined {
    if (within !== undefined && isAborted(within)) return Promise.reject(abortReason(within))
    try {
      this.#gate.check(weight, priority)
      return undefined
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** A caller may have given up after the permit was handed over, before the continuation ran. */
  #checkStillWanted(within: Within | undefined, weight: number): void {
    if (!isAborted(within)) return
    this.#gate.giveBack(weight)
    throw abortReason(within)
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
    else this.#gate.giveBack(weight)
  }

  #keepForLateWork(context: CallContext, weight: number): void {
    this.#orphaned += 1
    context.releaseWhenDone(() => {
      this.#orphaned -= 1
      this.#gate.giveBack(weight)
    })
  }
}
