import { TimeoutError } from '../../core/index.js'
import { ResourceCreateError } from './errors.js'
import type { Pooled } from './pooled.js'
import type { CheckedPoolOptions } from './resource-pool-options.js'

/** The pause after a first failure, and the longest; in between it doubles. A random half is taken off. */
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000

type Attempt = Promise<ResourceCreateError | undefined>

export interface MakerHooks<T> {
  readonly made: (pooled: Pooled<T>) => void
  readonly failed: (error: ResourceCreateError) => void
  /** A resource that came after its time. */
  readonly late: (resource: T) => void
}

/** Makes resources: each in its time, with growing pauses and one at a time while it fails. */
export class ResourceMaker<T> {
  readonly #options: CheckedPoolOptions<T>
  readonly #hooks: MakerHooks<T>
  readonly #attempts = new Set<Attempt>()
  #failures = 0
  #notBefore = -Infinity
  #lastError: ResourceCreateError | undefined

  constructor(options: CheckedPoolOptions<T>, hooks: MakerHooks<T>) {
    this.#options = options
    this.#hooks = hooks
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
    const attempt: Attempt = this.#createInTime().then(
      resource => this.#succeed(attempt, resource),
      cause => this.#fail(attempt, cause),
    )
    this.#attempts.add(attempt)
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
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#failures - 1))
    this.#notBefore = clock.now() + pauseMs * (1 - random() / 2)
    const error = new ResourceCreateError(this.#failures, cause)
    this.#lastError = error
    this.#hooks.failed(error)
    return error
  }

  #createInTime(): Promise<T> {
    const { clock, createTimeoutMs } = this.#options
    const controller = new AbortController()
    return new Promise<T>((resolve, reject) => {
      let isLate = false
      const giveUp = (): void => {
        isLate = true
        const error = new TimeoutError(
          `ResourcePool: create took over ${createTimeoutMs} ms`,
          createTimeoutMs,
        )
        controller.abort(error)
        reject(error)
      }
      const timer = createTimeoutMs === Infinity ? undefined : clock.setTimer(giveUp, createTimeoutMs)
      const created = (resource: T): void => {
        if (timer !== undefined) clock.clearTimer(timer)
        if (isLate) this.#hooks.late(resource)
        else resolve(resource)
      }
      const failed = (error: unknown): void => {
        if (timer !== undefined) clock.clearTimer(timer)
        reject(error)
      }
      this.#create(controller.signal).then(created, failed)
    })
  }

  async #create(signal: AbortSignal): Promise<T> {
    return this.#options.create(signal)
  }

  #pooled(resource: T): Pooled<T> {
    const { clock, maxLifetimeMs, lifetimeJitter, random } = this.#options
    const lifetimeMs = maxLifetimeMs === Infinity ? Infinity : maxLifetimeMs * (1 - lifetimeJitter * random())
    return { resource, expiresAt: clock.now() + lifetimeMs, idleSince: 0 }
  }
}
