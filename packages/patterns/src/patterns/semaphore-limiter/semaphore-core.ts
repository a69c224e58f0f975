import type { Clock, Operation, PolicyDescription, TimerHandle, Within } from '../../core/index.js'
import {
  AcquireTimeoutError,
  abortReason,
  checkCount,
  checkNumber,
  deadlineOf,
  deadlinePassed,
  Deferred,
  Events,
  onAbort,
  QueueFullError,
} from '../../core/index.js'
import type { SemaphoreEvent, SemaphoreRejectedEvent } from './semaphore-events.js'
import type { SemaphoreOptions } from './semaphore-options.js'
import type { Settle } from './wait-queue.js'
import { Waiter, WaitQueue } from './wait-queue.js'

/**
 * That of the promise made last. A closure for each promise would do as well, but with tens of thousands of
 * waiters the garbage collector is the cost, and such closures are a third of what it has to do.
 */
let latestSettle: Settle
const keepSettle = (settle: Settle): void => {
  latestSettle = settle
}

/** Counts what is held, and keeps the queue of those who wait for it. */
export class SemaphoreCore {
  readonly events = new Events<SemaphoreEvent>('semaphore-limiter')
  readonly queue = new WaitQueue()
  maxConcurrent: number
  /** How much may be given now: `maxConcurrent`, or nothing while it is paused. */
  capacity: number
  inUse = 0
  acquired = 0
  rejected = 0
  readonly #options: Required<SemaphoreOptions>
  /** One for all who wait, set to the first expiry; it is early when that waiter has left before. */
  #expiry: TimerHandle | undefined
  #named: Map<unknown, Waiter> | undefined
  #idle: Deferred<void> | undefined

  constructor(options: Required<SemaphoreOptions>) {
    this.#options = options
    this.maxConcurrent = options.maxConcurrent
    this.capacity = options.maxConcurrent
  }

  get clock(): Clock {
    return this.#options.clock
  }

  /** @throws TypeError or RangeError when this could never be given. */
  check(weight: number, priority: number): void {
    if (weight === 1 && priority === 0) return
    checkCount('SemaphoreLimiter.weight', weight, { max: this.maxConcurrent })
    checkNumber('SemaphoreLimiter.priority', priority)
  }

  describe(): PolicyDescription {
    const { maxConcurrent } = this
    const { acquireTimeoutMs, maxQueue } = this.#options
    const options = { maxConcurrent, acquireTimeoutMs, maxQueue }
    return { pattern: 'semaphore-limiter', role: 'permits', options, waitMs: acquireTimeoutMs }
  }

  /** Takes the weight if it is free and nobody with an older or higher claim waits. */
  tryTake(weight: number, priority: number): boolean {
    if (weight > this.capacity - this.inUse) return false
    const waiting = this.queue.highestPriority
    if (waiting !== undefined && waiting >= priority) return false
    this.#take(weight)
    return true
  }

  giveBack(weight: number): void {
    this.inUse -= weight
    if (this.queue.size > 0) this.#serve()
    else if (this.#idle !== undefined) this.#tellIdle()
  }

  /** Resolves, with the one who waited, when the weight has been taken for the caller. */
  wait(
    within: Within | undefined,
    weight: number,
    priority: number,
    operation?: Operation<unknown>,
    id?: unknown,
  ): Promise<Waiter> {
    const { clock, maxQueue, acquireTimeoutMs } = this.#options
    if (this.queue.size >= maxQueue) return Promise.reject(this.#refuse('queue-full', weight, 0))
    if (acquireTimeoutMs === 0) return Promise.reject(this.#refuse('timeout', weight, 0))
    const now = clock.now()
    const leftMs = deadlineOf(within) - now
    if (leftMs <= 0) return Promise.reject(this.refuseTooLate(weight, now + leftMs))
    const turn = new Promise<Waiter>(keepSettle)
    const waiter = new Waiter(weight, now, latestSettle, operation, within)
    this.queue.push(waiter, priority)
    if (within !== undefined) this.#attach(waiter, within, leftMs)
    if (id !== undefined) this.#name(waiter, id)
    if (this.#expiry === undefined) this.#setExpiry()
    if (this.events.wanted('queued')) {
      this.events.emit({ type: 'queued', weight, priority, waiting: this.queue.size })
    }
    return turn
  }

  resize(maxConcurrent: number): void {
    checkCount('SemaphoreLimiter.maxConcurrent', maxConcurrent)
    if (this.capacity > 0) this.capacity = maxConcurrent
    this.maxConcurrent = maxConcurrent
    const tooHeavy: Waiter[] = []
    for (const waiter of this.queue) if (waiter.weight > maxConcurrent) tooHeavy.push(waiter)
    // All of them leave before anybody is told: a listener may call back.
    for (const waiter of tooHeavy) this.#leave(waiter)
    for (const waiter of tooHeavy) {
      waiter.settle(Promise.reject(this.#refuse('too-heavy', waiter.weight, 0)))
    }
    this.#serve()
    this.#tellIdle()
  }

  pause(): void {
    this.capacity = 0
  }

  resume(): void {
    this.capacity = this.maxConcurrent
    this.#serve()
  }

  /** All leave before anybody is told: a listener may call back. */
  clear(reason: unknown): void {
    const waiting = Array.from(this.queue)
    for (const waiter of waiting) this.#leave(waiter)
    for (const waiter of waiting) {
      this.#countRejected('cleared', waiter.weight)
      waiter.settle(Promise.reject(reason))
    }
    this.#tellIdle()
  }

  /** False when nobody of that name waits. */
  setPriority(id: unknown, priority: number): boolean {
    checkNumber('SemaphoreLimiter.priority', priority)
    const waiter = this.#named?.get(id)
    if (waiter === undefined) return false
    this.queue.move(waiter, priority)
    this.#serve()
    return true
  }

  onIdle(): Promise<void> {
    if (this.inUse === 0 && this.queue.size === 0) return Promise.resolve()
    this.#idle ??= new Deferred()
    return this.#idle.promise
  }

  #tellIdle(): void {
    if (this.inUse > 0 || this.queue.size > 0) return
    this.#idle?.resolve()
    this.#idle = undefined
  }

  #name(waiter: Waiter, id: unknown): void {
    const named = (this.#named ??= new Map<unknown, Waiter>())
    named.set(id, waiter)
    const { detach } = waiter
    waiter.detach = () => {
      detach()
      if (named.get(id) === waiter) named.delete(id)
    }
  }

  #take(weight: number): void {
    this.inUse += weight
    this.acquired += 1
  }

  /**
   * Hands what is free to whoever waits first, and stops at the first that does not fit: nobody overtakes.
   */
  #serve(): void {
    for (
      let first = this.queue.first;
      first !== undefined && first.weight <= this.capacity - this.inUse;
      first = this.queue.first
    ) {
      this.#leave(first)
      this.#take(first.weight)
      first.settle(first)
      if (this.events.wanted('acquired')) this.#emitAcquired(first)
    }
  }

  /** What can end this wait besides a permit: the caller's abort, and a deadline before the common expiry. */
  #attach(waiter: Waiter, within: Within, leftMs: number): void {
    const { clock, acquireTimeoutMs } = this.#options
    const unsubscribe = onAbort(within, () => {
      this.#expel(waiter, () => {
        this.#countRejected('aborted', waiter.weight)
        return abortReason(within)
      })
    })
    if (!(leftMs <= acquireTimeoutMs)) {
      waiter.detach = unsubscribe
      return
    }
    const deadlineAt = deadlineOf(within)
    const timer = clock.setTimer(
      () => this.#expel(waiter, () => this.refuseTooLate(waiter.weight, deadlineAt)),
      leftMs,
    )
    waiter.detach = () => {
      clock.clearTimer(timer)
      unsubscribe()
    }
  }

  #leave(waiter: Waiter): void {
    this.queue.remove(waiter)
    waiter.detach()
    if (this.queue.size === 0) this.#clearExpiry()
  }

  /**
   * The queue may move on when its head, which did not fit, has gone. The reason is made, and with it
   * listeners are told, when the waiter has left: one of them may call back, and must not find it waiting.
   */
  #expel(waiter: Waiter, reason: () => unknown): void {
    this.#leave(waiter)
    waiter.settle(Promise.reject(reason()))
    this.#serve()
    if (this.#idle !== undefined) this.#tellIdle()
  }

  #setExpiry(): void {
    const { clock, acquireTimeoutMs } = this.#options
    const oldest = this.queue.oldest()
    if (oldest === undefined || acquireTimeoutMs === Infinity) return
    const leftMs = oldest.since + acquireTimeoutMs - clock.now()
    this.#expiry = clock.setTimer(() => this.#expireDue(), Math.max(0, leftMs))
  }

  #expireDue(): void {
    this.#expiry = undefined
    const { clock, acquireTimeoutMs } = this.#options
    const since = clock.now() - acquireTimeoutMs
    for (let one = this.queue.oldest(); one !== undefined && one.since <= since; one = this.queue.oldest()) {
      const { weight } = one
      this.#expel(one, () => this.#refuse('timeout', weight, acquireTimeoutMs))
    }
    if (this.#expiry === undefined) this.#setExpiry()
  }

  #clearExpiry(): void {
    if (this.#expiry !== undefined) this.#options.clock.clearTimer(this.#expiry)
    this.#expiry = undefined
  }

  #emitAcquired(waiter: Waiter): void {
    const waitedMs = Math.max(0, this.#options.clock.now() - waiter.since)
    this.events.emit({ type: 'acquired', weight: waiter.weight, waitedMs })
  }

  #countRejected(reason: SemaphoreRejectedEvent['reason'], weight: number): void {
    this.rejected += 1
    if (this.events.wanted('rejected')) this.events.emit({ type: 'rejected', reason, weight })
  }

  /** Counts the rejection at the caller's deadline and makes its error. */
  refuseTooLate(weight: number, deadlineAt: number): Error {
    this.#countRejected('deadline', weight)
    return deadlinePassed(deadlineAt, this.#options.clock)
  }

  /** Counts the rejection and makes its error, with the numbers that decided it. */
  #refuse(reason: 'queue-full' | 'timeout' | 'too-heavy', weight: number, waitedMs: number): Error {
    const { maxConcurrent, inUse } = this
    const waiting = this.queue.size
    this.#countRejected(reason, weight)
    const held = `${inUse} of ${maxConcurrent} are in use and ${waiting} others wait`
    const facts = { reason, weight, maxConcurrent, inUse, waiting, maxQueue: this.#options.maxQueue }
    if (reason === 'queue-full') return new QueueFullError(`No place in the queue: ${held}`, { facts })
    if (reason === 'timeout') {
      return new AcquireTimeoutError(`No permit within ${waitedMs} ms: ${held}`, waitedMs, { facts })
    }
    return new RangeError(`SemaphoreLimiter.weight is ${weight}; allowed since resize is ${maxConcurrent}`)
  }
}
