import { Deferred, Events } from '../../core/index.js'
import type { TimerHandle } from '../../core/index.js'
import type { ResourceCreateError } from './errors.js'
import { IdleResources } from './idle-resources.js'
import type { Pooled } from './idle-resources.js'
import { Lease } from './lease.js'
import type { LeaseOwner } from './lease.js'
import type { PendingLease } from './pending-lease.js'
import { ResourceMaker } from './resource-maker.js'
import type { DestroyReason, ResourcePoolEvent } from './resource-pool-event.js'
import type { CheckedPoolOptions } from './resource-pool-options.js'
import { timeBound } from './time-bound.js'
import type { TimeBound } from './time-bound.js'

/** How many resources there are, and what became of others. */
export interface PoolCounts {
  /** Lent out, or being validated. */
  readonly active: number
  readonly idle: number
  /** Being made. */
  readonly pending: number
  /** Callers that wait. */
  readonly waiting: number
  /** Since the beginning, those that came after `createTimeoutMs` included. */
  readonly created: number
  /** Since the beginning; `created` less these is `active` and `idle` together, at any moment. */
  readonly destroyed: number
  readonly createFailures: number
}

/** Brings together those who wait, what is idle and what is being made: all of it in `#balance`. */
export class PoolScheduler<T> implements LeaseOwner<T> {
  readonly events = new Events<ResourcePoolEvent>('resource-pool')
  readonly #options: CheckedPoolOptions<T>
  readonly #maker: ResourceMaker<T>
  readonly #idle: IdleResources<T>
  readonly #waiting = new Set<PendingLease<Lease<T>>>()
  /** All that are lent out or idle: to lend one changes nothing here. */
  readonly #all = new Set<Pooled<T>>()
  readonly #validateInTime: TimeBound
  readonly #destroyInTime: TimeBound
  readonly #destroying = new Set<Promise<void>>()
  #active = 0
  #validating = 0
  #retryTimer: TimerHandle | undefined
  #drained: Deferred<void> | undefined
  #created = 0
  #destroyed = 0
  #createFailures = 0

  constructor(options: CheckedPoolOptions<T>) {
    this.#options = options
    this.#idle = new IdleResources({
      clock: options.clock,
      idleTimeoutMs: options.idleTimeoutMs,
      spare: () => this.#total - options.min,
      evict: (pooled, reason) => void this.#destroy(pooled, reason),
    })
    this.#maker = new ResourceMaker(options, {
      made: pooled => this.#made(pooled),
      failed: error => this.#failed(error),
      late: pooled => {
        this.#created += 1
        void this.#destroy(pooled, 'late')
      },
    })
    const { validateTimeoutMs, destroyTimeoutMs, clock } = options
    this.#validateInTime = timeBound(validateTimeoutMs, clock)
    this.#destroyInTime = timeBound(destroyTimeoutMs, clock)
  }

  get active(): number {
    return this.#active
  }

  get idle(): number {
    return this.#idle.size
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** Why the last attempt to make one failed, if it did. */
  get lastError(): ResourceCreateError | undefined {
    return this.#maker.lastError
  }

  counts(): PoolCounts {
    return {
      active: this.#active,
      idle: this.#idle.size,
      pending: this.#maker.pending,
      waiting: this.#waiting.size,
      created: this.#created,
      destroyed: this.#destroyed,
      createFailures: this.#createFailures,
    }
  }

  /** Lends at once what is idle and needs no validation. */
  tryLend(): Lease<T> | undefined {
    if (this.#options.validate !== undefined || this.#waiting.size > 0) return undefined
    const pooled = this.#idle.take()
    return pooled === undefined ? undefined : this.#lend(pooled)
  }

  join(acquire: PendingLease<Lease<T>>): void {
    this.#waiting.add(acquire)
    this.#balance()
  }

  leave(acquire: PendingLease<Lease<T>>): void {
    this.#waiting.delete(acquire)
    this.#balance()
  }

  rejectAll(reason: Error): void {
    for (const acquire of this.#waiting) acquire.reject(reason)
    this.#waiting.clear()
    this.#balance()
  }

  giveBack(pooled: Pooled<T>): void {
    if (pooled.isBroken) return void this.drop(pooled)
    this.#active -= 1
    this.#idle.put(pooled)
    if (this.#waiting.size > 0 || this.#drained !== undefined) this.#balance()
  }

  drop(pooled: Pooled<T>): Promise<void> {
    this.#active -= 1
    const destroyed = this.#destroy(pooled, 'broken')
    this.#balance()
    return destroyed
  }

  /** An idle one goes at once, one that is lent out when it comes back; false for one that is not there. */
  invalidate(resource: T): boolean {
    const idle = this.#idle.takeOut(resource)
    if (idle !== undefined) {
      void this.#destroy(idle, 'broken')
      this.#balance()
      return true
    }
    for (const pooled of this.#all) {
      if (pooled.resource !== resource || pooled.isBroken) continue
      pooled.isBroken = true
      return true
    }
    return false
  }

  /** Makes what is missing to `min`; resolves with the first error, if there was one. */
  fill(): Promise<ResourceCreateError | undefined> {
    while (this.#total < this.#options.min) this.#maker.make()
    return this.#maker.settled()
  }

  /** Serves those who wait, destroys what comes back, and resolves when nothing is left. */
  async drain(): Promise<void> {
    this.#drained ??= new Deferred()
    this.#balance()
    await this.#drained.promise
    await Promise.all(this.#destroying)
  }

  get #total(): number {
    return this.#active + this.#idle.size + this.#maker.pending
  }

  #balance(): void {
    this.#serve()
    this.#grow()
    if (this.#drained === undefined || this.#waiting.size > 0) return
    for (let one = this.#idle.takeAny(); one !== undefined; one = this.#idle.takeAny()) {
      void this.#destroy(one, 'closed')
    }
    if (this.#total === 0) this.#drained.resolve()
  }

  #serve(): void {
    while (this.#waiting.size > this.#validating) {
      const pooled = this.#idle.take()
      if (pooled === undefined) return
      if (this.#options.validate === undefined) this.#lendToFirst(pooled)
      else void this.#validate(pooled, this.#options.validate)
    }
  }

  /** Makes what those who wait need and `min` asks for; after a failure no sooner than the maker is ready. */
  #grow(): void {
    const { clock } = this.#options
    if (this.#retryTimer !== undefined) clock.clearTimer(this.#retryTimer)
    this.#retryTimer = undefined
    // Asked again each time, for `create` may call back.
    while (this.#wanted > 0 && this.#maker.readyAt === -Infinity) this.#maker.make()
    const { readyAt } = this.#maker
    if (this.#wanted <= 0 || readyAt === Infinity) return
    if (readyAt <= clock.now()) this.#maker.make()
    else if (this.#needed > 0) this.#retryTimer = clock.setTimer(() => this.#balance(), readyAt - clock.now())
  }

  /** How many of those who wait have nothing on the way. */
  get #needed(): number {
    return this.#waiting.size - this.#validating - this.#maker.pending
  }

  /** How many more should be made, within `max`. */
  get #wanted(): number {
    const { min, max } = this.#options
    const missing = this.#drained === undefined ? min - this.#total : 0
    return Math.min(Math.max(this.#needed, missing), max - this.#total)
  }

  /** The resource counts as lent out meanwhile. */
  async #validate(
    pooled: Pooled<T>,
    validate: (resource: T) => boolean | PromiseLike<boolean>,
  ): Promise<void> {
    this.#active += 1
    this.#validating += 1
    const isValid = await this.#isValid(pooled, validate)
    this.#active -= 1
    this.#validating -= 1
    if (!isValid) void this.#destroy(pooled, 'invalid')
    else if (this.#waiting.size > 0) this.#lendToFirst(pooled)
    else this.#idle.put(pooled)
    this.#balance()
  }

  async #isValid(
    pooled: Pooled<T>,
    validate: (resource: T) => boolean | PromiseLike<boolean>,
  ): Promise<boolean> {
    try {
      return (await this.#validateInTime(() => validate(pooled.resource))) && !pooled.isBroken
    } catch {
      return false
    }
  }

  #lendToFirst(pooled: Pooled<T>): void {
    for (const acquire of this.#waiting) {
      this.#waiting.delete(acquire)
      acquire.resolve(this.#lend(pooled))
      return
    }
  }

  #lend(pooled: Pooled<T>): Lease<T> {
    this.#active += 1
    return new Lease(pooled, this)
  }

  /** What is new needs no validation. */
  #made(pooled: Pooled<T>): void {
    this.#created += 1
    this.#all.add(pooled)
    if (this.#waiting.size > 0) this.#lendToFirst(pooled)
    else this.#idle.put(pooled)
    // Told once it has its place: a listener that borrows finds it counted.
    if (this.events.wanted('create')) this.events.emit({ type: 'create' })
    this.#balance()
  }

  #failed(error: ResourceCreateError): void {
    this.#createFailures += 1
    if (this.events.wanted('create-failure')) this.events.emit({ type: 'create-failure', error })
    const canOthersServe = this.#total > 0
    for (const acquire of this.#waiting) {
      this.#waiting.delete(acquire)
      acquire.reject(error)
      if (canOthersServe) break
    }
    this.#balance()
  }

  #destroy(pooled: Pooled<T>, reason: DestroyReason): Promise<void> {
    this.#destroyed += 1
    this.#all.delete(pooled)
    if (this.events.wanted('destroy')) this.events.emit({ type: 'destroy', reason })
    const destroyed = this.#end(pooled.resource).finally(() => this.#destroying.delete(destroyed))
    this.#destroying.add(destroyed)
    return destroyed
  }

  async #end(resource: T): Promise<void> {
    try {
      await this.#destroyInTime(() => this.#options.destroy(resource))
    } catch (error) {
      if (this.events.wanted('destroy-failure')) this.events.emit({ type: 'destroy-failure', error })
    }
  }
}
