import { Deferred } from '../../core/index.js'
import { ExponentialBackoff } from '../backoff/index.js'
import { ResourceCreateError } from './errors.js'
import type { Pooled } from './idle-resources.js'
import type { CheckedPoolOptions } from './resource-pool-options.js'
import { timeBound } from './time-bound.js'
import type { TimeBound } from './time-bound.js'

/** The pauses after failures. */
const BACKOFF = { baseDelayMs: 100, maxDelayMs: 10_000, jitter: 0.5 }

type Attempt = Promise<ResourceCreateError | undefined>

export interface MakerHooks<T> {
  readonly made: (pooled: Pooled<T>) => void
  readonly failed: (error: ResourceCreateError) => void
  /** A resource that came after its time. */
  readonly late: (pooled: Pooled<T>) => void
}

/** Makes resources: each in its time, with growing pauses and one at a time while it fails. */
export class ResourceMaker<T> {
  readonly #options: CheckedPoolOptions<T>
  readonly #hooks: MakerHooks<T>
  readonly #backoff = new ExponentialBackoff(BACKOFF)
  readonly #inTime: TimeBound
  readonly #attempts = new Set<Attempt>()
  #failures = 0
  #notBefore = -Infinity
  #lastError: ResourceCreateError | undefined

  constructor(options: CheckedPoolOptions<T>, hooks: MakerHooks<T>) {
    this.#options = options
    this.#hooks = hooks
    const { createTimeoutMs, clock } = options
    this.#inTime = timeBound(createTimeoutMs, clock, late => hooks.late(this.#pooled(late as T)))
  }

  /** How many are being made. */
  get pending(): number {
    return this.#attempts.size
  }

  /** Resolves when all that are being made now have ended: with the first error, if there was one. */
  async settled(): Promise<ResourceCreateError | undefined> {
    const ends = await Promise.all(this.#attempts)
    return ends.find(error => error !== undefined)
  }

  /** Why the last attempt failed, if it did. */
  get lastError(): ResourceCreateError | undefined {
    return this.#lastError
  }

  /** The moment from which another may be made; Infinity while the attempt under way decides that. */
  get readyAt(): number {
    if (this.#failures === 0) return -Infinity
    return this.#attempts.size > 0 ? Infinity : this.#notBefore
  }

  /** Begins to make one. How it ends, the hooks tell. */
  make(): void {
    const { promise: attempt, resolve } = new Deferred<ResourceCreateError | undefined>()
    // It counts before `create` runs, which may call back.
    this.#attempts.add(attempt)
    resolve(
      this.#inTime(({ signal }) => this.#options.create(signal)).then(
        resource => this.#succeed(attempt, resource),
        cause => this.#fail(attempt, cause),
      ),
    )
  }

  #succeed(attempt: Attempt, resource: T): undefined {
    this.#attempts.delete(attempt)
    this.#failures = 0
    this.#lastError = undefined
    this.#hooks.made(this.#pooled(resource))
  }

  #fail(attempt: Attempt, cause: unknown): ResourceCreateError {
    const { clock, random } = this.#options
    this.#attempts.delete(attempt)
    this.#failures += 1
    this.#notBefore = clock.now() + this.#backoff.delayMs(this.#failures, random)
    const error = new ResourceCreateError(this.#failures, cause)
    this.#lastError = error
    this.#hooks.failed(error)
    return error
  }

  #pooled(resource: T): Pooled<T> {
    const { clock, maxLifetimeMs, lifetimeJitter, random } = this.#options
    const lifetimeMs = maxLifetimeMs === Infinity ? Infinity : maxLifetimeMs * (1 - lifetimeJitter * random())
    return { resource, expiresAt: clock.now() + lifetimeMs, idleSince: 0, isBroken: false }
  }
}
